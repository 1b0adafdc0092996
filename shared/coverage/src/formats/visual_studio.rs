//! The XML of Visual Studio and `dotnet-coverage`: `results` with ranges, and the older `CoverageDSPriv` with tables.
//!
//! Traps:
//! - `results`: files are listed after the functions that use them, and their ids begin again in each module;
//! - ranges say `yes`, `no` or `partial` and span lines; a line with a hit and a missed range is partial, as in the
//!   file's own `lines_partially_covered`. There are no counts: 1 or 0;
//! - `CoverageDSPriv`: everything is an element; `Coverage` 0 is *hit*, 1 partial, 2 missed; files come last, and their
//!   ids hold for the whole document;
//! - backslashes, UTF-16, hidden lines (0xFEEFEE); skipped modules have no ranges.

use std::collections::BTreeMap;

use super::file_set::FileSet;
use super::input::Input;
use super::open_cover::HIDDEN;
use super::points::Point;
use super::xml_walk::{Visit, keep, pick, unescaped, walk};
use super::{Format, Parsed, Place, WarningCode, Warnings};
use crate::model::Repeat;

/// Reads a whole document of either kind.
pub(super) fn read(input: &mut Input<'_>) -> Parsed {
    let files = FileSet::mixed(Warnings::default());
    let mut document = Document { files, ..Document::default() };
    walk(input, &mut document);
    document.close_files();
    document.files.finish(Format::VisualStudio, Repeat::Largest)
}

#[derive(Default)]
struct Document {
    files: FileSet,
    /// What waits for its file, by id.
    waiting: BTreeMap<String, Vec<Waiting>>,
    /// Id → path.
    paths: BTreeMap<String, (String, Place)>,
    /// The open function of `results`: its name, its first range.
    function: String,
    first: Option<(String, u32, u32)>,
    /// The texts of the open row of `CoverageDSPriv`.
    row: Row,
    field: Option<Field>,
}

enum Waiting {
    Point(Point),
    Function { line: u32, name: String, hits: u32 },
}

/// The fields of a row that matter.
#[derive(Default)]
struct Row {
    fields: [String; 5],
}

#[derive(Debug, Clone, Copy)]
enum Field {
    Start,
    End,
    Coverage,
    FileId,
    FileName,
}

impl Visit for Document {
    fn start(&mut self, name: &str, attributes: &str, at: Place) {
        self.field = None;
        match name {
            "range" => self.range(attributes, at),
            "function" => {
                let [name] = pick(attributes, ["name"]);
                self.function = unescaped(name, &mut self.files, at).into_owned();
                self.first = None;
            }
            "source_file" => {
                let [id, path] = pick(attributes, ["id", "path"]);
                let path = unescaped(path, &mut self.files, at).into_owned();
                self.paths.insert(id.to_owned(), (path, at));
            }
            "Lines" | "SourceFileNames" => self.row = Row::default(),
            "LnStart" => self.field = Some(Field::Start),
            "LnEnd" => self.field = Some(Field::End),
            "Coverage" => self.field = Some(Field::Coverage),
            "SourceFileID" => self.field = Some(Field::FileId),
            "SourceFileName" => self.field = Some(Field::FileName),
            _ => {}
        }
    }

    fn end(&mut self, name: &str, at: Place) {
        self.field = None;
        match name {
            // Only `results` has its files inside the module, in lower case.
            "module" => self.close_files(),
            "function" => self.close_function(),
            "Lines" => self.line(at),
            "SourceFileNames" => {
                let [.., id, path] = std::mem::take(&mut self.row).fields;
                self.paths.insert(id, (path, at));
            }
            _ => {}
        }
    }

    fn wants_text(&self) -> bool {
        self.field.is_some()
    }

    fn text(&mut self, text: &str) {
        if let Some(field) = self.field {
            keep(&mut self.row.fields[field as usize], text);
        }
    }

    fn files(&mut self) -> &mut FileSet {
        &mut self.files
    }
}

impl Document {
    fn range(&mut self, attributes: &str, at: Place) {
        let record = attributes.trim().as_bytes();
        let [id, first, last, covered] = pick(attributes, ["source_id", "start_line", "end_line", "covered"]);
        let (hits, partial) = match covered {
            "yes" => (1, false),
            "partial" => (1, true),
            "no" => (0, false),
            _ => return self.files.warn(WarningCode::BadCount, at, record),
        };
        let Some(range) = self.files.range(first.as_bytes(), last.as_bytes(), at, record) else { return };
        if range.0 == HIDDEN {
            return;
        }
        match &mut self.first {
            Some((_, _, best)) => *best = hits.max(*best),
            first => *first = Some((id.to_owned(), range.0, hits)),
        }
        self.wait(id, Waiting::Point(Point { partial, ..Point::new(range, hits) }));
    }

    /// A function ran when any of its ranges did.
    fn close_function(&mut self) {
        let name = std::mem::take(&mut self.function);
        if let Some((id, line, hits)) = self.first.take().filter(|_| !name.is_empty()) {
            self.wait(&id, Waiting::Function { line, name, hits });
        }
    }

    fn line(&mut self, at: Place) {
        let [first, last, coverage, id, _] = std::mem::take(&mut self.row).fields;
        let (hits, partial) = match coverage.trim() {
            "0" => (1, false),
            "1" => (1, true),
            "2" => (0, false),
            _ => return self.files.warn(WarningCode::BadCount, at, coverage.as_bytes()),
        };
        let Some(range) = self.files.range(first.as_bytes(), last.as_bytes(), at, first.as_bytes()) else { return };
        if range.0 != HIDDEN {
            self.wait(&id, Waiting::Point(Point { partial, ..Point::new(range, hits) }));
        }
    }

    fn wait(&mut self, id: &str, waiting: Waiting) {
        match self.waiting.get_mut(id) {
            Some(known) => known.push(waiting),
            None => {
                self.waiting.insert(id.to_owned(), vec![waiting]);
            }
        }
    }

    /// Gives what waits to its files, at the end of a module or of the document.
    fn close_files(&mut self) {
        for (id, waiting) in std::mem::take(&mut self.waiting) {
            let Some((path, at)) = self.paths.get(&id) else {
                self.files.warn(WarningCode::OutsideFile, Place::Byte(0), id.as_bytes());
                continue;
            };
            let Some(file) = self.files.file(path, *at) else { continue };
            for waiting in waiting {
                match waiting {
                    Waiting::Point(point) => self.files.point(file, point),
                    Waiting::Function { line, name, hits } => self.files.builder(file).function(line, &name, hits),
                }
            }
        }
        self.paths.clear();
    }
}
