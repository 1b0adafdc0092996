//! SonarQube's generic coverage: `<coverage version="1"><file path><lineToCover lineNumber covered …/>`. The cheapest
//! form to write for a tool that has no other.
//!
//! Traps:
//! - it shares its root with Cobertura and Clover: `version="1"` and `file` children tell it apart;
//! - there are no counts, only `covered`: 1 or 0;
//! - `branchesToCover` and `coveredBranches` do not name the branches, and may contradict each other.

use super::file_set::{FileId, FileSet};
use super::input::Input;
use super::number::{self, Count};
use super::xml_walk::{Visit, pick, unescaped, walk};
use super::{Format, Parsed, Place, WarningCode};
use crate::model::{Fact, Repeat};

/// Reads a whole document.
pub(super) fn read(input: &mut Input<'_>) -> Parsed {
    let mut document = Document { files: FileSet::default(), file: None, inside: false };
    walk(input, &mut document);
    document.files.finish(Format::SonarQube, Repeat::Largest)
}

struct Document {
    files: FileSet,
    file: Option<FileId>,
    /// In a `file`, with a usable path or not.
    inside: bool,
}

impl Visit for Document {
    fn start(&mut self, name: &str, attributes: &str, at: Place) {
        match name {
            "file" => {
                let [path] = pick(attributes, ["path"]);
                let path = unescaped(path, &mut self.files, at);
                self.file = self.files.file(&path, at);
                self.inside = true;
            }
            "lineToCover" => self.line(attributes, at),
            _ => {}
        }
    }

    fn end(&mut self, name: &str, _at: Place) {
        if name == "file" {
            self.file = None;
            self.inside = false;
        }
    }

    fn files(&mut self) -> &mut FileSet {
        &mut self.files
    }
}

impl Document {
    fn line(&mut self, attributes: &str, at: Place) {
        let record = attributes.trim().as_bytes();
        let Some(file) = self.file else {
            if !self.inside {
                self.files.warn(WarningCode::OutsideFile, at, record);
            }
            return;
        };
        let [number, covered, total, taken] =
            pick(attributes, ["lineNumber", "covered", "branchesToCover", "coveredBranches"]);
        let Some(number) = self.files.number(number.as_bytes(), at, record) else { return };
        let hits = match covered {
            _ if covered.eq_ignore_ascii_case("true") => 1,
            _ if covered.eq_ignore_ascii_case("false") => 0,
            _ => return self.files.warn(WarningCode::BadCount, at, record),
        };
        self.files.builder(file).line(number, hits);
        if total.is_empty() {
            return;
        }
        let taken = if taken.is_empty() { "0" } else { taken };
        match (number::count(total.as_bytes()), number::count(taken.as_bytes())) {
            (Count::Plain(0), Count::Plain(0)) => {}
            (Count::Plain(total), Count::Plain(taken)) if taken <= total => {
                self.files.builder(file).row(number, &[Fact::count(taken, total)]);
            }
            _ => self.files.warn(WarningCode::BadBranch, at, record),
        }
    }
}
