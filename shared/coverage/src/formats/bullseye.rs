//! BullseyeCoverage's XML (`covxml`): folders, sources, functions, probes.
//!
//! Traps:
//! - a source's path is the names of the folders around it, relative to the root's `dir`;
//! - probes measure functions, decisions and conditions, not statements: only lines with a probe (or a `block`) are known;
//! - `event` is `full` (both ways), `true` or `false` (one way), `none`; a probe of a function, a label, a `try` or a
//!   `catch` has one way only;
//! - probes of one line are told apart by their column and its sequence.

use super::file_set::{FileId, FileSet};
use super::input::Input;
use super::xml_walk::{Visit, keep, pick, unescaped, walk};
use super::{Format, Parsed, Place, WarningCode};
use crate::model::{Fact, Repeat};

/// Reads a whole document.
pub(super) fn read(input: &mut Input<'_>) -> Parsed {
    let mut document = Document::default();
    walk(input, &mut document);
    document.files.finish(Format::Bullseye, Repeat::Largest)
}

#[derive(Default)]
struct Document {
    files: FileSet,
    /// `a/b/`, and where each folder's part of it starts.
    folder: String,
    starts: Vec<usize>,
    file: Option<FileId>,
    function: String,
}

impl Visit for Document {
    fn start(&mut self, name: &str, attributes: &str, at: Place) {
        match name {
            "BullseyeCoverage" => {
                let [folder] = pick(attributes, ["dir"]);
                let folder = unescaped(folder, &mut self.files, at);
                self.files.source(&folder);
            }
            "folder" => {
                self.starts.push(self.folder.len());
                let [name] = pick(attributes, ["name"]);
                keep(&mut self.folder, &unescaped(name, &mut self.files, at));
                keep(&mut self.folder, "/");
            }
            "src" => {
                let [name] = pick(attributes, ["name"]);
                let path = format!("{}{}", self.folder, unescaped(name, &mut self.files, at));
                self.file = self.files.file(&path, at);
            }
            "fn" => {
                let [name] = pick(attributes, ["name"]);
                self.function = unescaped(name, &mut self.files, at).into_owned();
            }
            "probe" => self.probe(attributes, at),
            "block" => self.block(attributes, at),
            _ => {}
        }
    }

    fn end(&mut self, name: &str, _at: Place) {
        match name {
            "folder" => {
                let start = self.starts.pop().unwrap_or(0);
                self.folder.truncate(start);
            }
            "src" => self.file = None,
            _ => {}
        }
    }

    fn files(&mut self) -> &mut FileSet {
        &mut self.files
    }
}

impl Document {
    fn probe(&mut self, attributes: &str, at: Place) {
        let Some(file) = self.file else { return };
        let record = attributes.trim().as_bytes();
        let [line, kind, event, column, sequence] = pick(attributes, ["line", "kind", "event", "col", "col_seq"]);
        let Some(line) = self.files.number(line.as_bytes(), at, record) else { return };
        let ways: [bool; 2] = match event {
            "full" => [true, true],
            "true" => [true, false],
            "false" => [false, true],
            "none" => [false, false],
            _ => return self.files.warn(WarningCode::BadCount, at, record),
        };
        let ran = u32::from(ways[0] || ways[1]);
        let builder = self.files.builder(file);
        builder.line(line, ran);
        match kind {
            "function" => builder.function(line, &self.function, ran),
            "decision" | "condition" => {
                // A decision and its only condition stand in one place, so the kind is part of the name.
                let block = format!("{kind} {column} {sequence}");
                for (arm, taken) in [b"true".as_slice(), b"false"].into_iter().zip(ways) {
                    builder.arm(line, Fact::arm(block.as_bytes(), arm, taken));
                }
            }
            "switch-label" => {
                let block = format!("{kind} {column} {sequence}");
                builder.arm(line, Fact::arm(block.as_bytes(), b"label", ran > 0));
            }
            _ => {}
        }
    }

    fn block(&mut self, attributes: &str, at: Place) {
        let Some(file) = self.file else { return };
        let record = attributes.trim().as_bytes();
        let [line, entered] = pick(attributes, ["line", "entered"]);
        let Some(line) = self.files.number(line.as_bytes(), at, record) else { return };
        let Some(hits) = self.files.hits(entered.as_bytes(), at, record) else { return };
        self.files.builder(file).line(line, hits);
    }
}
