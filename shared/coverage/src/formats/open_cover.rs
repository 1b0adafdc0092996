//! OpenCover's XML (`CoverageSession`), which coverlet, AltCover and Fine Code Coverage write too.
//!
//! Traps:
//! - points name their file by a `uid` that may mean another file in the next module; old versions put it into the
//!   method's `FileRef` instead of the point;
//! - a sequence point spans lines ([`super::points`] says which one speaks for a line); a point on line 0xFEEFEE is
//!   hidden, the compiler made it;
//! - a branch point has no number of its own: it is known by its method, its IL offset and its path. Old versions give
//!   it no line; then it belongs to the sequence point before its offset;
//! - counts are summed up over instances of generics; two modules with one file keep the larger count of a line, since
//!   one source compiled twice is not run twice;
//! - backslashes, a byte order mark, modules that were skipped (`skippedDueTo`, they have files but no points).

use std::collections::HashMap;

use super::file_set::{FileId, FileSet};
use super::input::Input;
use super::number;
use super::points::Point;
use super::xml_walk::{Visit, keep, pick, unescaped, walk};
use super::{Format, Parsed, Place, WarningCode};
use crate::model::{Fact, Repeat};

/// The line of points that compilers hide: 0xFEEFEE.
pub(super) const HIDDEN: u32 = 0x00FE_EFEE;

/// Reads a whole document.
pub(super) fn read(input: &mut Input<'_>) -> Parsed {
    let mut document = Document::default();
    walk(input, &mut document);
    document.close_method();
    document.files.finish(Format::OpenCover, Repeat::Largest)
}

#[derive(Default)]
struct Document {
    files: FileSet,
    /// The module's files by uid. `None` for one that cannot be kept.
    uids: HashMap<String, Option<FileId>>,
    method: Method,
    in_method: bool,
    /// The text of `Name` is being read.
    in_name: bool,
}

/// A method until its end, where its name, its file and all its points are known.
#[derive(Default)]
struct Method {
    name: String,
    file: Option<FileId>,
    /// File, point, offset.
    points: Vec<(Option<FileId>, Point, u32)>,
    branches: Vec<Branch>,
}

struct Branch {
    file: Option<FileId>,
    line: Option<u32>,
    offset: u32,
    path: u32,
    hits: u32,
}

impl Visit for Document {
    fn start(&mut self, name: &str, attributes: &str, at: Place) {
        match name {
            "Module" => self.uids.clear(),
            "File" => self.file(attributes, at),
            "Method" => {
                self.close_method();
                self.in_method = true;
            }
            "Name" if self.in_method => self.in_name = true,
            "FileRef" if self.in_method => {
                let [uid] = pick(attributes, ["uid"]);
                self.method.file = self.uids.get(uid).copied().flatten();
            }
            "SequencePoint" => self.sequence_point(attributes, at),
            "BranchPoint" => self.branch_point(attributes, at),
            _ => {}
        }
    }

    fn end(&mut self, name: &str, _at: Place) {
        match name {
            "Name" => self.in_name = false,
            "Method" => self.close_method(),
            _ => {}
        }
    }

    fn wants_text(&self) -> bool {
        self.in_name
    }

    fn text(&mut self, text: &str) {
        if self.in_name {
            keep(&mut self.method.name, text);
        }
    }

    fn files(&mut self) -> &mut FileSet {
        &mut self.files
    }
}

impl Document {
    fn file(&mut self, attributes: &str, at: Place) {
        let [uid, path] = pick(attributes, ["uid", "fullPath"]);
        let path = unescaped(path, &mut self.files, at);
        let file = self.files.file(&path, at);
        self.uids.insert(uid.to_owned(), file);
    }

    /// The file of a point; the method's when it names none.
    fn file_of(&mut self, uid: &str, at: Place, record: &[u8]) -> Option<FileId> {
        if uid.is_empty() {
            return None;
        }
        let file = self.uids.get(uid).copied();
        if file.is_none() {
            self.files.warn(WarningCode::OutsideFile, at, record);
        }
        file.flatten()
    }

    fn sequence_point(&mut self, attributes: &str, at: Place) {
        let record = attributes.trim().as_bytes();
        let [hits, first, last, uid, offset] = pick(attributes, ["vc", "sl", "el", "fileid", "offset"]);
        let Some(range) = self.files.range(first.as_bytes(), last.as_bytes(), at, record) else { return };
        if range.0 == HIDDEN {
            return;
        }
        let Some(hits) = self.files.hits(hits.as_bytes(), at, record) else { return };
        let file = self.file_of(uid, at, record);
        if file.is_some() || uid.is_empty() {
            self.method.points.push((file, Point::new(range, hits), small(offset)));
        }
    }

    fn branch_point(&mut self, attributes: &str, at: Place) {
        let record = attributes.trim().as_bytes();
        let [hits, line, uid, offset, path] = pick(attributes, ["vc", "sl", "fileid", "offset", "path"]);
        let line = number::line(line.as_bytes());
        if line == Some(HIDDEN) {
            return;
        }
        let Some(hits) = self.files.hits(hits.as_bytes(), at, record) else { return };
        let file = self.file_of(uid, at, record);
        if file.is_some() || uid.is_empty() {
            self.method.branches.push(Branch { file, line, offset: small(offset), path: small(path), hits });
        }
    }

    fn close_method(&mut self) {
        self.in_method = false;
        self.in_name = false;
        let mut method = std::mem::take(&mut self.method);
        method.points.sort_by_key(|(_, _, offset)| *offset);
        for (file, point, _) in &method.points {
            if let Some(file) = file.or(method.file) {
                self.files.point(file, *point);
            }
        }
        let block = u64::from(twox_hash::XxHash3_64::oneshot(method.name.as_bytes()) as u16) << 24;
        for branch in &method.branches {
            let before = method.points.partition_point(|(_, _, offset)| *offset <= branch.offset);
            let point = before.checked_sub(1).map(|index| method.points[index]);
            let line = branch.line.or_else(|| point.map(|(_, point, _)| point.start));
            let file = branch.file.or_else(|| point.and_then(|(file, ..)| file)).or(method.file);
            if let (Some(line), Some(file)) = (line, file) {
                let block = (block | u64::from(branch.offset & 0x00FF_FFFF)).to_string();
                let arm = Fact::arm(block.as_bytes(), branch.path.to_string().as_bytes(), branch.hits > 0);
                self.files.builder(file).arm(line, arm);
            }
        }
        let first = method.points.iter().min_by_key(|(_, _, offset)| *offset);
        if let Some((file, point, _)) = first.filter(|_| !method.name.is_empty())
            && let Some(file) = file.or(method.file)
        {
            self.files.builder(file).function(point.start, &method.name, point.hits);
        }
    }
}

/// An offset or a path; what is none is 0.
fn small(text: &str) -> u32 {
    match number::count(text.as_bytes()) {
        number::Count::Plain(value) => value,
        _ => 0,
    }
}
