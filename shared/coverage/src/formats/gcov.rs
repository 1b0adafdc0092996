//! gcov's text: `count:line:source` for each line of a source, files one after the other.
//!
//! Traps, all met in real files:
//! - a template's lines come first with the sum of all instances, then once more for each instance between lines of
//!   dashes: the largest count of a line is that sum, and an arm is taken when any instance takes it. Old versions print
//!   no sum; then the most-run instance counts;
//! - `#####` and `=====` (only reached by an exception) are 0, `-` is no code, `12*` ran but has blocks that did not,
//!   `%%%%%` and `$$$$$` and `5-block 0` are blocks (`-a`) and no lines; `-H` writes `1.2k`;
//! - gcov's own `Branches executed` leaves the branches of templates out; they count here, as in its JSON;
//! - branches (`-b`) follow their line, in counts (`-c`) or percent; their number counts calls too. Those of exceptions
//!   (`(throw)`) are kept: gcovr and lcov count them as well unless told otherwise;
//! - `function f called 3 …` comes before the line that it starts on;
//! - Swift's old llvm-cov writes `line|count|source` instead, which is not this;
//! - the source is in the report, so the marks of lcov and gcovr in it (`LCOV_EXCL_LINE`, `GCOV_EXCL_START` …) are heeded.

use memchr::{memchr, memchr_iter, memmem};

use super::file_set::{FileId, FileSet};
use super::number::{self, Count};
use super::{Format, Parsed, Place, WarningCode, Warnings};
use crate::model::{Fact, Repeat};

/// Reads one or more `.gcov` files, valid UTF-8.
pub(super) fn read(bytes: &[u8], warnings: Warnings) -> Parsed {
    let mut reader = Reader { files: FileSet::new(warnings), ..Reader::default() };
    let mut start = 0;
    for end in memchr_iter(b'\n', bytes).chain([bytes.len()]) {
        reader.record(bytes.get(start..end).unwrap_or_default());
        start = end + 1;
    }
    reader.files.finish(Format::Gcov, Repeat::Largest)
}

#[derive(Default)]
struct Reader<'a> {
    files: FileSet,
    file: Option<FileId>,
    /// The last line that was code: branches belong to it.
    line: Option<u32>,
    /// Functions whose first line has not come yet.
    functions: Vec<(&'a [u8], u32)>,
    /// Between an EXCL_START and its stop.
    excluded: bool,
    at: u64,
}

impl<'a> Reader<'a> {
    fn record(&mut self, record: &'a [u8]) {
        self.at += 1;
        let trimmed = record.trim_ascii_start();
        if let Some(function) = trimmed.strip_prefix(b"function ") {
            return self.function(function);
        }
        if let Some(branch) = trimmed.strip_prefix(b"branch ") {
            return self.branch(branch);
        }
        let Some(colon) = memchr(b':', trimmed) else { return };
        let (count, rest) = (trimmed[..colon].trim_ascii(), &trimmed[colon + 1..]);
        let Some(colon) = memchr(b':', rest) else { return };
        let (number, source) = (rest[..colon].trim_ascii(), &rest[colon + 1..]);
        if number == b"0" {
            self.header(source);
        } else if number.first().is_some_and(u8::is_ascii_digit) {
            self.source_line(count, number, source, record);
        }
    }

    fn header(&mut self, header: &[u8]) {
        let Some(path) = header.strip_prefix(b"Source:") else { return };
        let path = String::from_utf8_lossy(path);
        self.file = self.files.file(&path, Place::Line(self.at));
        self.line = None;
        self.excluded = false;
        self.functions.clear();
    }

    fn source_line(&mut self, count: &[u8], number: &[u8], source: &[u8], record: &[u8]) {
        let excluded = self.is_excluded(source);
        // A block of `-a` stands where a line's number does.
        let Some(file) = self.file.filter(|_| !number.ends_with(b"block")) else { return };
        self.line = None;
        let Some(number) = number::line(number) else {
            if memchr(b'-', number).is_none() {
                self.files.warn(WarningCode::BadLineNumber, Place::Line(self.at), record);
            }
            return;
        };
        for (name, calls) in self.functions.drain(..) {
            self.files.builder(file).function(number, &String::from_utf8_lossy(name), calls);
        }
        if excluded || count == b"-" {
            return;
        }
        let Some(hits) = self.files.counted(executions(count), Place::Line(self.at), record) else { return };
        self.files.builder(file).line(number, hits);
        self.line = Some(number);
    }

    /// Whether marks in the source leave this line out; also moves the state of the marks.
    fn is_excluded(&mut self, source: &[u8]) -> bool {
        let Some(mark) = memmem::find(source, b"COV_EXCL_") else { return self.excluded };
        let mark = &source[mark + b"COV_EXCL_".len()..];
        if mark.starts_with(b"START") {
            self.excluded = true;
        } else if mark.starts_with(b"STOP") || mark.starts_with(b"END") {
            // The line of the stop itself is still out.
            return std::mem::take(&mut self.excluded);
        }
        self.excluded || mark.starts_with(b"LINE")
    }

    /// `0 taken 50% (fallthrough)`, `1 taken 7 (throw)`, `2 never executed`.
    fn branch(&mut self, branch: &[u8]) {
        let (Some(file), Some(line)) = (self.file, self.line) else { return };
        let mut words = branch.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let (arm, verb, count) = (words.next(), words.next(), words.next());
        let taken = match (verb, count) {
            (Some(b"taken"), Some(count)) => match executions(count.strip_suffix(b"%").unwrap_or(count)) {
                Count::Plain(count) => Some(count > 0),
                Count::Negative => Some(false),
                Count::Not => None,
            },
            (Some(b"never"), _) => Some(false),
            _ => None,
        };
        match (arm.filter(|arm| arm.iter().all(u8::is_ascii_digit)), taken) {
            (Some(arm), Some(taken)) => self.files.builder(file).arm(line, Fact::arm(b"0", arm, taken)),
            _ => self.files.warn(WarningCode::BadBranch, Place::Line(self.at), branch),
        }
    }

    /// `parse(int, char) called 3 returned 100% blocks executed 80%`: the name may have spaces.
    fn function(&mut self, function: &'a [u8]) {
        let Some(called) = memmem::rfind(function, b" called ") else { return };
        let count = function[called + b" called ".len()..].split(u8::is_ascii_whitespace).next().unwrap_or_default();
        if let Count::Plain(calls) = executions(count) {
            self.functions.push((function[..called].trim_ascii(), calls));
        }
    }
}

/// A count of gcov.
fn executions(count: &[u8]) -> Count {
    let count = count.strip_suffix(b"*").unwrap_or(count);
    match count {
        [b'#' | b'=', ..] => Count::Plain(0),
        [number @ .., unit @ (b'k' | b'M' | b'G' | b'T' | b'P' | b'E' | b'Z' | b'Y')] => human(number, *unit),
        _ => number::count(count),
    }
}

/// `1.2k` of `-H`.
fn human(number: &[u8], unit: u8) -> Count {
    let power = memchr(unit, b"kMGTPEZY").map_or(1, |index| index as i32 + 1);
    let value =
        std::str::from_utf8(number).ok().and_then(|text| text.parse::<f64>().ok()).filter(|value| *value >= 0.0);
    // `as` saturates.
    value.map_or(Count::Not, |value| Count::Plain((value * 1000_f64.powi(power)) as u32))
}
