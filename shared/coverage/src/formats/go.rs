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
use std::collections::hash_map::Entry;

use memchr::{memchr_iter, memrchr};

use super::number::{self, Count};
use super::sections::{Refused, Sections};
use super::spans::Spans;
use super::{Format, MAX_FILES, MAX_PATH, Parsed, Place, WarningCode, Warnings};
use crate::model::{Fact, FileBuilder, Repeat};

/// Reads a whole profile, valid UTF-8.
pub(super) fn read(bytes: &[u8], warnings: Warnings) -> Parsed {
    let mut reader = Reader { warnings, ..Reader::default() };
    let mut start = 0;
    for end in memchr_iter(b'\n', bytes).chain([bytes.len()]) {
        reader.line += 1;
        reader.record(&bytes[start..end]);
        start = end + 1;
        if start >= bytes.len() {
            break;
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

struct File<'a> {
    path: &'a [u8],
    /// The report's line where the file came first.
    line: u64,
    blocks: Vec<Block>,
}

#[derive(Default)]
struct Reader<'a> {
    files: Vec<File<'a>>,
    index: HashMap<&'a [u8], usize>,
    current: usize,
    set: bool,
    line: u64,
    warnings: Warnings,
}

impl<'a> Reader<'a> {
    fn record(&mut self, record: &'a [u8]) {
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
    fn file(&mut self, path: &'a [u8]) -> Option<&mut File<'a>> {
        if self.files.get(self.current).is_none_or(|file| file.path != path) {
            if path.is_empty() || path.len() > MAX_PATH {
                self.warn(WarningCode::BadPath, path);
                return None;
            }
            let full = self.files.len() >= MAX_FILES;
            match self.index.entry(path) {
                Entry::Occupied(known) => self.current = *known.get(),
                Entry::Vacant(_) if full => {
                    self.warn(WarningCode::TooManyFiles, path);
                    return None;
                }
                Entry::Vacant(free) => {
                    self.current = *free.insert(self.files.len());
                    self.files.push(File { path, line: self.line, blocks: Vec::new() });
                }
            }
        }
        self.files.get_mut(self.current)
    }

    #[cold]
    fn warn(&mut self, code: WarningCode, record: &[u8]) {
        self.warnings.add(code, Place::Line(self.line), record);
    }

    fn finish(mut self) -> Parsed {
        let mut painter = Painter::default();
        let mut sections = Sections::default();
        for file in std::mem::take(&mut self.files) {
            self.line = file.line;
            let path = String::from_utf8_lossy(file.path);
            if !painter.paint(file.blocks) {
                self.warn(WarningCode::LongBlock, file.path);
            }
            match sections.add(&path, &mut painter.builder, Repeat::Largest) {
                Ok(()) => {}
                Err(Refused::Path) => self.warn(WarningCode::BadPath, file.path),
                Err(Refused::TooMany) => self.warn(WarningCode::TooManyFiles, file.path),
            }
        }
        Parsed {
            format: Format::Go,
            files: sections.into_files(),
            sources: Vec::new(),
            warnings: self.warnings.into_vec(),
        }
    }
}

/// Turns the blocks of a file into lines.
#[derive(Default)]
struct Painter {
    builder: FileBuilder,
    spans: Spans,
    /// A line and the block on it.
    painted: Vec<(u32, u32)>,
}

impl Painter {
    /// Fills the builder. False when a block was too long.
    fn paint(&mut self, mut blocks: Vec<Block>) -> bool {
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
            self.builder.line(line, blocks.clone().map(|block| block.count).max().unwrap_or(0));
            if on_line.len() > 1 {
                blocks.for_each(|block| self.builder.arm(line, block.arm()));
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
