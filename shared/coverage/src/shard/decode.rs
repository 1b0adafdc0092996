//! Reading frames. Nothing is allocated that the bytes at hand could not fill, and every file is checked against its
//! digest.

use super::ShardError;
use super::column::{COLUMNS, Column, unpack};
use super::contents::Contents;
use super::index::{Batch, Entry};
use super::place::Place;
use super::varint::Reader;
use crate::model::{BranchRows, Columns, Fact, Functions, View};
use crate::{FileReport, Report};

/// Reads a shard of any version that this program knows.
///
/// # Errors
/// When the bytes are no shard, of a newer version, too large or damaged. None of these goes away by trying again.
pub fn decode(bytes: &[u8]) -> Result<Report, ShardError> {
    let contents = Contents::open(bytes)?;
    let (mut files, mut end) = (Vec::new(), Contents::length(bytes)?);
    for frame in contents.frames() {
        let start = end;
        end = usize::try_from(frame.range.end).unwrap_or(usize::MAX);
        let packed = bytes.get(start..end).ok_or(ShardError::Damaged("a frame is cut off"))?;
        files.append(&mut contents.read(&frame, packed)?);
    }
    if end != bytes.len() {
        return Err(ShardError::Damaged("its index does not match its content"));
    }
    Ok(Report::with_parts(files, contents.index.parts))
}

/// The files of one frame.
pub(super) fn read_frame(batch: &Batch, packed: &[u8]) -> Result<Vec<FileReport>, ShardError> {
    let raw = unpack(packed, batch.raw_length)?;
    let files = read_files(&raw, &batch.files).ok_or(ShardError::Damaged("a frame's columns cannot be read"))?;
    for (entry, file) in batch.files.iter().zip(&files) {
        if file.digest() != entry.digest {
            return Err(ShardError::Damaged("a file does not match its digest"));
        }
    }
    Ok(files)
}

fn read_files(raw: &[Vec<u8>; COLUMNS], entries: &[Entry]) -> Option<Vec<FileReport>> {
    let mut readers = Readers::new(raw)?;
    let files = entries.iter().map(|entry| readers.file(entry)).collect::<Option<Vec<_>>>()?;
    readers.columns.iter().all(|reader| reader.0.is_empty()).then_some(files)
}

struct Readers<'a> {
    columns: [Reader<'a>; COLUMNS],
    entries: Vec<u64>,
}

impl<'a> Readers<'a> {
    /// `None` when the entries are not whole.
    fn new(raw: &'a [Vec<u8>; COLUMNS]) -> Option<Readers<'a>> {
        let mut readers = Readers { columns: raw.each_ref().map(|raw| Reader(raw)), entries: Vec::new() };
        let entries = std::mem::take(&mut readers.of(Column::Entries).0);
        let (words, rest) = entries.as_chunks();
        readers.entries = words.iter().map(|word| u64::from_le_bytes(*word)).collect();
        rest.is_empty().then_some(readers)
    }

    fn of(&mut self, column: Column) -> &mut Reader<'a> {
        &mut self.columns[column as usize]
    }

    fn file(&mut self, entry: &Entry) -> Option<FileReport> {
        let numbers = self.lines(entry)?;
        let hits = self.numbers(Column::Hits, entry.lines)?;
        let branches = self.rows(entry, &numbers)?;
        let functions = if entry.functions == 0 { None } else { Some(Box::new(self.functions(entry.functions)?)) };
        Some(FileReport::new(&entry.path, Columns { numbers: numbers.into(), hits, branches, functions }))
    }

    /// Plain numbers, each at least a byte.
    fn numbers(&mut self, column: Column, count: usize) -> Option<Vec<u32>> {
        let reader = self.of(column);
        let mut numbers = Vec::with_capacity((count <= reader.0.len()).then_some(count)?);
        for _ in 0..count {
            numbers.push(reader.u32()?);
        }
        Some(numbers)
    }

    fn lines(&mut self, entry: &Entry) -> Option<Vec<u32>> {
        if entry.span == 0 {
            let mut numbers = self.numbers(Column::Lines, entry.lines)?;
            let mut before = 0_u32;
            for number in &mut numbers {
                before = before.checked_add(*number)?.checked_add(1)?;
                *number = before;
            }
            return Some(numbers);
        }
        let bitmap = self.of(Column::Lines).bytes(entry.span.div_ceil(8))?;
        let mut numbers = Vec::with_capacity((entry.lines <= 8 * bitmap.len()).then_some(entry.lines)?);
        for (first, byte) in (1_u32..).step_by(8).zip(bitmap) {
            let mut left = *byte;
            while left != 0 {
                numbers.push(first + left.trailing_zeros());
                left &= left - 1;
            }
        }
        (numbers.len() == entry.lines && numbers.last().is_some_and(|last| *last as usize == entry.span))
            .then_some(numbers)
    }

    fn rows(&mut self, entry: &Entry, numbers: &[u32]) -> Option<BranchRows> {
        let lengths = self.numbers(Column::RowLengths, entry.rows)?;
        let shapes = self.of(Column::Shapes).bytes(entry.facts)?;
        let mut rows = BranchRows { facts: Vec::with_capacity(shapes.len()), ..BranchRows::default() };
        let mut place = Place::new(numbers);
        for length in lengths {
            let line = place.row(self.of(Column::Places))?;
            let start = rows.facts.len();
            let shapes = shapes.get(start..start.checked_add(length as usize)?)?;
            // Empty rows and rows that go back are not canonical.
            if rows.lines.last().is_some_and(|last| line <= *last) || !rows.open(line) {
                return None;
            }
            for shape in shapes {
                rows.facts.push(self.fact(*shape, &mut place)?);
            }
        }
        let canonical = rows.facts.len() == shapes.len() && rows.iter().all(|(_, row)| row.is_canonical());
        canonical.then_some(rows)
    }

    fn fact(&mut self, shape: u8, place: &mut Place<'_>) -> Option<Fact> {
        let view = match shape {
            0 | 1 => View::Arm { id: self.id(place, false)?, taken: shape == 1 },
            2 | 3 => {
                let counts = self.of(Column::Counts);
                View::Count { taken: counts.u32()?, total: counts.u32()?, approximate: shape == 3 }
            }
            4 | 5 => View::MissingTotal { total: self.of(Column::Counts).u32()?, approximate: shape == 5 },
            6 => View::Missing { id: self.id(place, true)? },
            _ => return None,
        };
        Fact::from_view(view)
    }

    fn id(&mut self, place: &mut Place<'_>, missing: bool) -> Option<u64> {
        let entry = usize::try_from(self.of(Column::References).u64()?).ok()?;
        let high = *self.entries.get(entry)?;
        place.id(self.of(Column::Arms), high, missing)
    }

    fn functions(&mut self, count: usize) -> Option<Functions> {
        let mut lines = self.numbers(Column::FunctionLines, count)?;
        let hits = self.numbers(Column::FunctionHits, count)?;
        let mut ends = self.numbers(Column::NameLengths, count)?;
        for column in [&mut lines, &mut ends] {
            let mut sum = 0_u32;
            for number in column.iter_mut() {
                sum = sum.checked_add(*number)?;
                *number = sum;
            }
        }
        let names = self.of(Column::Names).bytes(ends.last().map_or(0, |end| *end as usize))?;
        let functions = Functions { lines, hits, ends, names: std::str::from_utf8(names).ok()?.to_owned() };
        let whole = functions.ends.iter().all(|end| functions.names.is_char_boundary(*end as usize));
        (whole && functions.is_sorted()).then_some(functions)
    }
}
