//! JetBrains dotCover's DetailedXML: `Statement` elements with a range, a file index, and whether it ran.
//!
//! Traps:
//! - the plain XML report has the same root and only totals; detection asks for the statements or the report type;
//! - there are no counts: 1 or 0;
//! - statements span lines and nest (lambdas): [`super::points`] says which one speaks for a line;
//! - the root's `CoveredStatements` counts statements, which is not what lines count;
//! - hidden lines (0xFEEFEE) of generated code; the list of files may stand after the statements.

use std::collections::BTreeMap;

use super::file_set::FileSet;
use super::input::Input;
use super::open_cover::HIDDEN;
use super::points::Point;
use super::xml_walk::{Visit, pick, unescaped, walk};
use super::{Format, Parsed, Place, WarningCode};
use crate::model::Repeat;

/// Reads a whole document.
pub(super) fn read(input: &mut Input<'_>) -> Parsed {
    let mut document = Document::default();
    walk(input, &mut document);
    document.finish()
}

#[derive(Default)]
struct Document {
    files: FileSet,
    /// Index → path, and where it is named.
    paths: BTreeMap<String, (String, Place)>,
    /// Index → statements.
    points: BTreeMap<String, Vec<Point>>,
}

impl Visit for Document {
    fn start(&mut self, name: &str, attributes: &str, at: Place) {
        match name {
            "File" => {
                let [index, path] = pick(attributes, ["Index", "Name"]);
                let path = unescaped(path, &mut self.files, at).into_owned();
                self.paths.insert(index.to_owned(), (path, at));
            }
            "Statement" => self.statement(attributes, at),
            _ => {}
        }
    }

    fn end(&mut self, _name: &str, _at: Place) {}

    fn files(&mut self) -> &mut FileSet {
        &mut self.files
    }
}

impl Document {
    fn statement(&mut self, attributes: &str, at: Place) {
        let record = attributes.trim().as_bytes();
        let [index, first, last, covered] = pick(attributes, ["FileIndex", "Line", "EndLine", "Covered"]);
        let Some(range) = self.files.range(first.as_bytes(), last.as_bytes(), at, record) else { return };
        if range.0 == HIDDEN {
            return;
        }
        let hits = match covered {
            _ if covered.eq_ignore_ascii_case("true") => 1,
            _ if covered.eq_ignore_ascii_case("false") => 0,
            _ => return self.files.warn(WarningCode::BadCount, at, record),
        };
        let point = Point::new(range, hits);
        match self.points.get_mut(index) {
            Some(points) => points.push(point),
            None => {
                self.points.insert(index.to_owned(), vec![point]);
            }
        }
    }

    fn finish(mut self) -> Parsed {
        for (index, points) in self.points {
            let Some((path, at)) = self.paths.get(&index) else {
                self.files.warn(WarningCode::OutsideFile, Place::Byte(0), index.as_bytes());
                continue;
            };
            if let Some(file) = self.files.file(path, *at) {
                points.into_iter().for_each(|point| self.files.point(file, point));
            }
        }
        self.files.finish(Format::DotCover, Repeat::Largest)
    }
}
