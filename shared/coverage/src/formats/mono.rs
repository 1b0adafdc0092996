//! Mono's coverage profiler (`mono --profile=coverage`): `method` elements with `statement` elements.
//!
//! Traps:
//! - root `coverage` as Cobertura's; an `assembly` child tells it apart;
//! - several statements of a line: the largest count holds; hidden lines (0xFEEFEE) are left out;
//! - methods without a `filename` belong to generated code and have no lines.

use super::file_set::{FileId, FileSet};
use super::input::Input;
use super::open_cover::HIDDEN;
use super::xml_walk::{Visit, pick, unescaped, walk};
use super::{Format, Parsed, Place};
use crate::model::Repeat;

/// Reads a whole document.
pub(super) fn read(input: &mut Input<'_>) -> Parsed {
    let mut document = Document::default();
    walk(input, &mut document);
    document.files.finish(Format::Mono, Repeat::Largest)
}

#[derive(Default)]
struct Document {
    files: FileSet,
    file: Option<FileId>,
    method: String,
    /// The method's first statement: its line and count.
    first: Option<(u32, u32)>,
}

impl Visit for Document {
    fn start(&mut self, name: &str, attributes: &str, at: Place) {
        match name {
            "method" => {
                let [path, name] = pick(attributes, ["filename", "name"]);
                self.file = None;
                self.first = None;
                if !path.is_empty() {
                    let path = unescaped(path, &mut self.files, at);
                    self.file = self.files.file(&path, at);
                }
                self.method = unescaped(name, &mut self.files, at).into_owned();
            }
            "statement" => self.statement(attributes, at),
            _ => {}
        }
    }

    fn end(&mut self, name: &str, _at: Place) {
        if name != "method" {
            return;
        }
        if let (Some(file), Some((line, hits))) = (self.file.take(), self.first.take())
            && !self.method.is_empty()
        {
            self.files.builder(file).function(line, &self.method, hits);
        }
    }

    fn files(&mut self) -> &mut FileSet {
        &mut self.files
    }
}

impl Document {
    fn statement(&mut self, attributes: &str, at: Place) {
        let Some(file) = self.file else { return };
        let record = attributes.trim().as_bytes();
        let [line, counter] = pick(attributes, ["line", "counter"]);
        let Some(line) = self.files.number(line.as_bytes(), at, record).filter(|line| *line != HIDDEN) else { return };
        let Some(hits) = self.files.hits(counter.as_bytes(), at, record) else { return };
        self.files.builder(file).line(line, hits);
        self.first.get_or_insert((line, hits));
    }
}
