//! LuaCov's report (`luacov.report.out`): headings between lines of `=`, then the source with a count before each line.
//!
//! Traps:
//! - counts are right-aligned in a column as wide as the largest of the whole report, `***0` is a miss, spaces are no
//!   code. A line of a long string may begin with a number too, but never within that column, so the column is measured
//!   first;
//! - the `Summary` at the end is a table, not a file;
//! - the stats file (`luacov.stats.out`) writes 0 for what never ran *and* for comments; only LuaCov, with the source,
//!   can tell them apart. It is named and not read.

use memchr::memchr_iter;

use super::file_set::{FileId, FileSet};
use super::{Format, Parsed, Place, WarningCode, Warnings, number};
use crate::model::Repeat;

/// Reads a whole report, valid UTF-8.
pub(super) fn read(bytes: &[u8], warnings: Warnings) -> Parsed {
    let mut files = FileSet::new(warnings);
    let width = lines(bytes).filter_map(|line| Some(count(line)?.0)).min().unwrap_or(0);
    let mut state = State::Source(None, 0);
    for (index, line) in lines(bytes).enumerate() {
        let place = Place::Line(index as u64 + 1);
        state = match state {
            State::Source(..) if is_rule(line) => State::Heading,
            State::Source(file, above) => {
                let number = above.saturating_add(1);
                source_line(&mut files, file, number, line, width, place);
                State::Source(file, number)
            }
            State::Heading if line.trim_ascii() == b"Summary" => break,
            State::Heading => State::Underline(files.file(&String::from_utf8_lossy(line), place)),
            State::Underline(file) => {
                if !is_rule(line) {
                    files.warn(WarningCode::UnknownRecord, place, line);
                }
                State::Source(file, 0)
            }
        };
    }
    files.finish(Format::LuaCov, Repeat::Add)
}

/// What comes next.
enum State {
    /// Source of this file after so many lines of it.
    Source(Option<FileId>, u32),
    Heading,
    Underline(Option<FileId>),
}

fn source_line(files: &mut FileSet, file: Option<FileId>, line: u32, text: &[u8], width: usize, place: Place) {
    let Some((_, digits)) = count(text).filter(|(end, _)| *end == width) else { return };
    let Some(file) = file else { return files.warn(WarningCode::OutsideFile, place, text) };
    if let Some(hits) = files.hits(digits, place, text) {
        files.builder(file).line(line, hits);
    }
}

/// Where the count before a line ends, and its digits.
fn count(line: &[u8]) -> Option<(usize, &[u8])> {
    let start = line.iter().position(|byte| !matches!(byte, b' ' | b'*'))?;
    let digits = line[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let end = start + digits;
    let is_count = digits > 0 && matches!(line.get(end), None | Some(b' ' | b'\r'));
    is_count.then(|| (end, &line[start..end])).filter(|(_, digits)| number::count(digits) != number::Count::Not)
}

fn is_rule(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    line.len() >= 20 && line.iter().all(|byte| *byte == b'=')
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    memchr_iter(b'\n', bytes).chain([bytes.len()]).map(move |end| {
        let line = bytes.get(start..end).unwrap_or_default();
        start = end + 1;
        line
    })
}
