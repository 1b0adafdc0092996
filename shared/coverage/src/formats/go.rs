//! Go cover profiles: `mode: set|count|atomic`, then `path:line.column,line.column statements count` for each block.
//!
//! Blocks are runs of statements, not lines. A line's count is the largest of the blocks on it, and a line on which
//! several blocks lie has one arm for each, named by where the block starts: it is partial when one ran and another
//! did not. That is how the incumbent reads them (`if x {` is partial when its body never ran), and blocks of any two
//! uploads OR exactly. `go tool cover` itself knows no lines: its percentage is of statements, its page colours bytes,
//! and every line here has the colours of that page.
//!
//! Traps, all met in real files:
//! - the last line of a block counts only when the block goes beyond its second column: a block that ends in column 2
//!   ends with the closing brace of a function, and nothing is on that line. Deeper braces (`\t}`) do count, as for
//!   the incumbent. Blocks without a statement (`func (T) Marker() {}`) count too: both colour them;
//! - profiles put together (`cat`, `-coverpkg`, gocovmerge) repeat the `mode:` line, and the same block many times,
//!   in no order. Counts of a block add up; in mode `set` it ran when one of them says so;
//! - paths are import paths, or `./x.go`, or `C:\x.go`: the last colon ends them. Modules are resolved in `paths`;
//! - `//line` directives give columns of 0, and ends before their starts.

use std::collections::HashMap;

use memchr::{memchr_iter, memrchr};

use super::input::Input;
use super::number::{self, Count};
use super::output::Output;
use super::spans::Spans;
use super::{Format, MAX_FILES, MAX_PATH, Parsed, Place, WarningCode};
use crate::model::{Fact, FileBuilder, Repeat};

/// Reads a profile line by line. Blocks are gathered until its end, because a file may come up again.
pub(super) fn read(input: &mut Input<'_>) -> Parsed {
    let mut reader = Reader::default();
    while let Some(lines) = input.lines() {
        let lines = lines.as_bytes();
        let mut start = 0;
        for end in memchr_iter(b'\n', lines) {
            reader.record(&lines[start..end]);
            start = end + 1;
        }
        if start < lines.len() {
            reader.record(&lines[start..]);
        }
    }
    reader.finish()
}

/// One block: where it starts and ends, and how often it ran. The order is that of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Block {
    start: (u32, u32),
    end: (u32, u32),
    /// In mode `set`, where counts do not add up.
    set: bool,
    count: u32,
}

struct File {
    path: String,
    /// The report's line where the file came first.
    line: u64,
    blocks: Vec<Block>,
}

#[derive(Default)]
struct Reader {
    files: Vec<File>,
    index: HashMap<Box<[u8]>, usize>,
    current: usize,
    set: bool,
    line: u64,
    output: Output,
}

impl Reader {
    fn record(&mut self, record: &[u8]) {
        self.line += 1;
        let record = record.trim_ascii();
        if record.is_empty() {
            return;
        }
        if let Some(mode) = record.strip_prefix(b"mode:") {
            self.set = mode.trim_ascii() == b"set";
            return;
        }
        let mut rest = record;
        let block = self.count(&mut rest).ok_or(WarningCode::UnknownRecord).and_then(|count| split(rest, count));
        let (path, mut block) = match block {
            Ok(found) => found,
            Err(code) => return self.warn(code, record),
        };
        block.set = self.set;
        if block.end < block.start {
            block.end = block.start;
        }
        if let Some(file) = self.file(path) {
            file.blocks.push(block);
        }
    }

    /// The count at the end of `rest`, and `rest` without it.
    #[inline]
    fn count(&mut self, rest: &mut &[u8]) -> Option<u32> {
        let record = *rest;
        if let Some(count) = take(rest)
            && rest.last() == Some(&b' ')
        {
            return Some(u32::try_from(count).unwrap_or(u32::MAX));
        }
        let space = memrchr(b' ', record)?;
        *rest = &record[..=space];
        match number::count(&record[space + 1..]) {
            Count::Plain(count) => Some(count),
            Count::Negative => {
                self.warn(WarningCode::NegativeCount, record);
                Some(0)
            }
            Count::Not => None,
        }
    }

    /// The file of this path. Blocks of one file stand together nearly always.
    fn file(&mut self, path: &[u8]) -> Option<&mut File> {
        if self.files.get(self.current).is_none_or(|file| file.path.as_bytes() != path) {
            self.current = match self.index.get(path) {
                Some(known) => *known,
                None => self.new_file(path)?,
            };
        }
        self.files.get_mut(self.current)
    }

    fn new_file(&mut self, path: &[u8]) -> Option<usize> {
        if path.is_empty() || path.len() > MAX_PATH || self.files.len() >= MAX_FILES {
            let full = self.files.len() >= MAX_FILES;
            self.warn(if full { WarningCode::TooManyFiles } else { WarningCode::BadPath }, path);
            return None;
        }
        self.index.insert(path.into(), self.files.len());
        let path = String::from_utf8_lossy(path).into_owned();
        self.files.push(File { path, line: self.line, blocks: Vec::new() });
        Some(self.files.len() - 1)
    }

    #[cold]
    fn warn(&mut self, code: WarningCode, record: &[u8]) {
        self.output.warnings.add(code, Place::Line(self.line), record);
    }

    fn finish(mut self) -> Parsed {
        let mut painter = Painter::default();
        for file in std::mem::take(&mut self.files) {
            let place = Place::Line(file.line);
            if !painter.paint(file.blocks, &mut self.output.builder) {
                self.output.warnings.add(WarningCode::LongBlock, place, file.path.as_bytes());
            }
            self.output.close(&file.path, place, Repeat::Largest);
        }
        self.output.finish(Format::Go, None)
    }
}

/// Turns the blocks of a file into lines.
#[derive(Default)]
struct Painter {
    spans: Spans,
    /// A line and the block on it.
    painted: Vec<(u32, u32)>,
}

impl Painter {
    /// Fills the builder. False when a block was too long.
    fn paint(&mut self, mut blocks: Vec<Block>, builder: &mut FileBuilder) -> bool {
        if !blocks.is_sorted() {
            blocks.sort_unstable();
        }
        blocks.dedup_by(|next, kept| {
            let same = (next.start, next.end) == (kept.start, kept.end);
            if same {
                let add = !next.set && !kept.set;
                kept.count = if add { kept.count.saturating_add(next.count) } else { kept.count.max(next.count) };
            }
            same
        });
        self.painted.clear();
        let mut complete = true;
        for (index, block) in (0_u32..).zip(&blocks) {
            let (first, last) = (block.start.0, block.end.0);
            let last = if last > first && block.end.1 <= 2 { last - 1 } else { last };
            let (last, whole) = self.spans.end(first, last);
            complete &= whole;
            self.painted.extend((first..=last).map(|line| (line, index)));
        }
        if !self.painted.is_sorted_by_key(|(line, _)| *line) {
            self.painted.sort_unstable();
        }
        for on_line in self.painted.chunk_by(|a, b| a.0 == b.0) {
            let line = on_line[0].0;
            let blocks = on_line.iter().map(|(_, index)| &blocks[*index as usize]);
            builder.line(line, blocks.clone().map(|block| block.count).max().unwrap_or(0));
            if on_line.len() > 1 {
                blocks.for_each(|block| builder.arm(line, block.arm()));
            }
        }
        complete
    }
}

impl Block {
    fn arm(&self) -> Fact {
        Fact::numbered(self.start.0, self.start.1, self.count > 0)
    }
}

/// Takes a record without its count apart, from its end: a path may hold anything.
#[inline]
fn split(record: &[u8], count: u32) -> Result<(&[u8], Block), WarningCode> {
    let mut rest = record;
    let mut field = |separator: u8| {
        rest = rest.strip_suffix(&[separator])?;
        take(&mut rest)
    };
    let mut fields = || Some((field(b' ')?, field(b' ')?, field(b'.')?, field(b',')?, field(b'.')?));
    let (_, end_column, end_line, column, line) = fields().ok_or(WarningCode::UnknownRecord)?;
    let path = rest.strip_suffix(b":").ok_or(WarningCode::UnknownRecord)?;
    let number = |line: u64| u32::try_from(line).ok().filter(|line| *line > 0).ok_or(WarningCode::BadLineNumber);
    let cap = |column: u64| u32::try_from(column).unwrap_or(u32::MAX);
    let (start, end) = ((number(line)?, cap(column)), (number(end_line)?, cap(end_column)));
    Ok((path, Block { start, end, set: false, count }))
}

/// The digits that end `rest`, and `rest` without them.
#[inline]
fn take(rest: &mut &[u8]) -> Option<u64> {
    let (mut value, mut place) = (0_u64, 1_u64);
    let mut length = rest.len();
    while let Some(digit) = length.checked_sub(1).map(|last| rest[last].wrapping_sub(b'0')).filter(|digit| *digit < 10)
    {
        value = value.saturating_add(u64::from(digit).saturating_mul(place));
        place = place.saturating_mul(10);
        length -= 1;
    }
    let found = length < rest.len();
    *rest = &rest[..length];
    found.then_some(value)
}
