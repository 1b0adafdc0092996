//! scoverage's own XML, in both forms: the report (`scoverage`, statements with attributes) and the data
//! (`statements`, statements with elements).
//!
//! Traps:
//! - a Cobertura writer uses a root of the same name; it has no statements (detection tells them apart);
//! - statements nest as expressions do, with character offsets and one line each: the largest count of a line holds;
//! - a statement with `branch="true"` *is* an arm (the body of an `if`, a `case`); offset and tree name it;
//! - `ignored="true"` statements are switched off by a comment; the file is the statement's absolute `source`, or the
//!   class's `filename`.

use super::file_set::{FileId, FileSet};
use super::input::Input;
use super::xml_walk::{Visit, keep, pick, unescaped, walk};
use super::{Format, Parsed, Place, WarningCode};
use crate::model::{Fact, Repeat};

/// Reads a whole document.
pub(super) fn read(input: &mut Input<'_>) -> Parsed {
    let mut document = Document::default();
    walk(input, &mut document);
    document.files.finish(Format::Scoverage, Repeat::Largest)
}

#[derive(Default)]
struct Document {
    files: FileSet,
    /// The class's file.
    class: Option<FileId>,
    statement: Option<Statement>,
    field: Option<usize>,
}

const SOURCE: usize = 0;
const LINE: usize = 1;
const HITS: usize = 2;
const BRANCH: usize = 3;
const START: usize = 4;
const IGNORED: usize = 5;

/// The texts of a statement, as either form gives them.
#[derive(Default)]
struct Statement([String; 6]);

impl Visit for Document {
    fn start(&mut self, name: &str, attributes: &str, at: Place) {
        self.field = None;
        match name {
            "class" if self.statement.is_none() => {
                let [path] = pick(attributes, ["filename"]);
                self.class = None;
                if !path.is_empty() {
                    let path = unescaped(path, &mut self.files, at);
                    self.class = self.files.file(&path, at);
                }
            }
            "statement" => {
                let names = ["source", "line", "invocation-count", "branch", "start", "ignored"];
                let texts = pick(attributes, names).map(|raw| unescaped(raw, &mut self.files, at).into_owned());
                self.statement = Some(Statement(texts));
            }
            "source" => self.field = Some(SOURCE),
            "line" => self.field = Some(LINE),
            "count" | "invocation-count" => self.field = Some(HITS),
            "branch" => self.field = Some(BRANCH),
            "start" => self.field = Some(START),
            "ignored" => self.field = Some(IGNORED),
            _ => {}
        }
    }

    fn end(&mut self, name: &str, at: Place) {
        self.field = None;
        if name == "statement"
            && let Some(statement) = self.statement.take()
        {
            self.close(&statement, at);
        }
    }

    fn wants_text(&self) -> bool {
        self.field.is_some()
    }

    fn text(&mut self, text: &str) {
        if let (Some(field), Some(statement)) = (self.field, &mut self.statement) {
            keep(&mut statement.0[field], text);
        }
    }

    fn files(&mut self) -> &mut FileSet {
        &mut self.files
    }
}

impl Document {
    fn close(&mut self, Statement(texts): &Statement, at: Place) {
        let record = texts[LINE].as_bytes();
        if texts[IGNORED].trim() == "true" {
            return;
        }
        let file = if texts[SOURCE].trim().is_empty() { self.class } else { self.files.file(&texts[SOURCE], at) };
        let Some(file) = file else {
            if texts[SOURCE].trim().is_empty() {
                self.files.warn(WarningCode::OutsideFile, at, record);
            }
            return;
        };
        let Some(line) = self.files.number(record, at, record) else { return };
        let Some(hits) = self.files.hits(texts[HITS].trim().as_bytes(), at, texts[HITS].as_bytes()) else { return };
        let builder = self.files.builder(file);
        builder.line(line, hits);
        if texts[BRANCH].trim() == "true" {
            let offset = texts[START].trim();
            let arm = Fact::arm(if offset.is_empty() { b"0" } else { offset.as_bytes() }, b"0", hits > 0);
            builder.arm(line, arm);
        }
    }
}
