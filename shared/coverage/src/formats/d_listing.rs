//! The listings of the D compilers (`-cov`, files ending in `.lst`): `count|source`, and a last line with the path.
//!
//! Traps:
//! - `0000000|` is a miss, spaces before the bar are no code; counts of eight digits and more widen the column;
//! - the listing's own name has dashes for slashes and cannot be turned back; the last line has the real path;
//! - `x.d has no code` is a file without lines, not a damaged one.

use memchr::{memchr, memchr_iter, memmem};

use super::file_set::FileSet;
use super::{Format, Parsed, Place, WarningCode, Warnings, number};
use crate::model::Repeat;

/// Reads one listing, or several one after the other; valid UTF-8.
pub(super) fn read(bytes: &[u8], warnings: Warnings) -> Parsed {
    let mut reader = Reader { files: FileSet::new(warnings), lines: Vec::new(), number: 0, at: 0 };
    let mut start = 0;
    for end in memchr_iter(b'\n', bytes).chain([bytes.len()]) {
        reader.line(bytes.get(start..end).unwrap_or_default());
        start = end + 1;
    }
    if !reader.lines.is_empty() {
        let place = Place::Line(reader.at);
        reader.files.warn(WarningCode::UnfinishedFile, place, b"");
    }
    reader.files.finish(Format::DListing, Repeat::Add)
}

struct Reader {
    files: FileSet,
    /// The listing's lines: its path comes last.
    lines: Vec<(u32, u32)>,
    number: u32,
    at: u64,
}

impl Reader {
    fn line(&mut self, line: &[u8]) {
        self.at += 1;
        let bar = memchr(b'|', line).filter(|bar| is_count(&line[..*bar]));
        let Some(bar) = bar else { return self.last(line.trim_ascii()) };
        self.number = self.number.saturating_add(1);
        let count = line[..bar].trim_ascii();
        if let number::Count::Plain(hits) = number::count(count) {
            self.lines.push((self.number, hits));
        }
    }

    /// `source/a.d is 85% covered`.
    fn last(&mut self, line: &[u8]) {
        let place = Place::Line(self.at);
        let name = match (line.strip_suffix(b"% covered"), line.strip_suffix(b" has no code")) {
            (Some(percent), _) => memmem::rfind(percent, b" is ").map(|end| &percent[..end]),
            (_, name) => name,
        };
        let Some(name) = name else {
            if !line.is_empty() {
                self.files.warn(WarningCode::UnknownRecord, place, line);
            }
            return;
        };
        if let Some(file) = self.files.file(&String::from_utf8_lossy(name), place) {
            let builder = self.files.builder(file);
            self.lines.iter().for_each(|(line, hits)| builder.line(*line, *hits));
        }
        self.lines.clear();
        self.number = 0;
    }
}

fn is_count(column: &[u8]) -> bool {
    column.iter().all(|byte| byte.is_ascii_digit() || *byte == b' ')
}
