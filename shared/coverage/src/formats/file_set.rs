//! The files of a report that comes back to them: ids that name them, methods of many classes in one file, paths that
//! are only known at the end. [`super::sections`] is for formats that finish one file before the next.
//!
//! Trap: each file keeps its builder until the end, so a report costs about twice its model while it is read.

use std::collections::HashMap;

use super::number::{self, Count};
use super::points::{self, Point};
use super::spans::Spans;
use super::{Format, MAX_FILES, MAX_PATH, Parsed, Place, WarningCode, Warnings};
use crate::model::{FileBuilder, Repeat};

/// More folders than this are not kept: each of them is tried for each file.
const MAX_SOURCES: usize = 100;

/// A file of a [`FileSet`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileId(usize);

#[derive(Debug, Default)]
struct Open {
    path: Box<str>,
    builder: FileBuilder,
    points: Vec<Point>,
}

#[derive(Debug, Default)]
pub(super) struct FileSet {
    index: HashMap<Box<str>, FileId>,
    files: Vec<Open>,
    /// Hit and missed points that start on one line make it partial.
    mixed: bool,
    sources: Vec<String>,
    warnings: Warnings,
}

impl FileSet {
    pub(super) fn new(warnings: Warnings) -> FileSet {
        FileSet { warnings, ..FileSet::default() }
    }

    /// For a format in which hit and missed points that start on one line make it partial.
    pub(super) fn mixed(warnings: Warnings) -> FileSet {
        FileSet { mixed: true, ..FileSet::new(warnings) }
    }

    /// A folder that paths may be relative to.
    pub(super) fn source(&mut self, folder: &str) {
        let folder = folder.trim();
        let known = self.sources.iter().any(|known| known == folder);
        if !folder.is_empty() && folder.len() <= MAX_PATH && self.sources.len() < MAX_SOURCES && !known {
            self.sources.push(folder.to_owned());
        }
    }

    pub(super) fn warnings(&mut self) -> &mut Warnings {
        &mut self.warnings
    }

    #[cold]
    pub(super) fn warn(&mut self, code: WarningCode, place: Place, record: &[u8]) {
        self.warnings.add(code, place, record);
    }

    /// The file with this path, new or known. `None` when it cannot be kept.
    pub(super) fn file(&mut self, path: &str, place: Place) -> Option<FileId> {
        let path = path.trim();
        if path.is_empty() || path.len() > MAX_PATH {
            self.warn(WarningCode::BadPath, place, path.as_bytes());
            return None;
        }
        if let Some(known) = self.index.get(path) {
            return Some(*known);
        }
        if self.files.len() >= MAX_FILES {
            self.warn(WarningCode::TooManyFiles, place, path.as_bytes());
            return None;
        }
        let id = FileId(self.files.len());
        self.index.insert(path.into(), id);
        self.files.push(Open { path: path.into(), ..Open::default() });
        Some(id)
    }

    pub(super) fn builder(&mut self, file: FileId) -> &mut FileBuilder {
        &mut self.files[file.0].builder
    }

    /// A statement over one or more lines; see [`super::points`].
    pub(super) fn point(&mut self, file: FileId, point: Point) {
        self.files[file.0].points.push(point);
    }

    /// A count as it is written: a negative one is 0, what is none is `None`, both are told.
    pub(super) fn hits(&mut self, text: &[u8], place: Place, record: &[u8]) -> Option<u32> {
        self.counted(number::count(text), place, record)
    }

    pub(super) fn counted(&mut self, count: Count, place: Place, record: &[u8]) -> Option<u32> {
        match count {
            Count::Plain(hits) => Some(hits),
            Count::Negative => {
                self.warn(WarningCode::NegativeCount, place, record);
                Some(0)
            }
            Count::Not => {
                self.warn(WarningCode::BadCount, place, record);
                None
            }
        }
    }

    /// A line number as it is written; what is none is told.
    pub(super) fn number(&mut self, text: &[u8], place: Place, record: &[u8]) -> Option<u32> {
        let number = number::line(text.trim_ascii());
        if number.is_none() {
            self.warn(WarningCode::BadLineNumber, place, record);
        }
        number
    }

    /// The first and the last line of a range; without a usable last one it is a single line.
    pub(super) fn range(&mut self, first: &[u8], last: &[u8], place: Place, record: &[u8]) -> Option<(u32, u32)> {
        let first = self.number(first, place, record)?;
        Some((first, number::line(last.trim_ascii()).unwrap_or(first).max(first)))
    }

    pub(super) fn finish(mut self, format: Format, repeat: Repeat) -> Parsed {
        let mut spans = Spans::default();
        let mut files = Vec::with_capacity(self.files.len());
        for mut file in std::mem::take(&mut self.files) {
            let long = points::paint(&mut file.points, &mut spans, self.mixed, &mut file.builder);
            for line in long {
                self.warn(WarningCode::LongBlock, Place::Line(u64::from(line)), file.path.as_bytes());
            }
            files.push(file.builder.finish(&file.path, repeat));
        }
        Parsed { format, files, sources: self.sources, warnings: self.warnings.into_vec() }
    }
}
