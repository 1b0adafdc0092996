//! Reading a shard. Nothing is allocated that the bytes at hand could not fill, and every file is checked against its
//! digest.

use twox_hash::XxHash3_64;

use super::index::{Entry, Frame, Index};
use super::place::Place;
use super::varint::Reader;
use super::{HEADER, MAGIC, MAX_RAW, ShardError, VERSION};
use crate::model::{BranchRows, Columns, Fact, Functions, View};
use crate::{FileReport, Report};

/// Reads a shard of any version that this program knows.
///
/// # Errors
/// When the bytes are no shard, of a newer version, too large or damaged. None of these goes away by trying again.
pub fn decode(bytes: &[u8]) -> Result<Report, ShardError> {
    let (header, rest) = bytes.split_at_checked(HEADER).ok_or(ShardError::NotAShard)?;
    if header[..4] != MAGIC {
        return Err(ShardError::NotAShard);
    }
    let version = u16::from_le_bytes([header[4], header[5]]);
    if version != VERSION {
        return Err(ShardError::UnknownVersion { found: version });
    }
    let field = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]) as usize;
    let mut budget = MAX_RAW;
    let (packed, mut frames) = rest.split_at_checked(field(8)).ok_or(ShardError::Damaged("its index is cut off"))?;
    let raw_index = unpack(packed, field(12), &mut budget)?;
    if XxHash3_64::oneshot(&raw_index).to_le_bytes() != header[16..] {
        return Err(ShardError::Damaged("its index does not match its digest"));
    }
    let index = Index::read(&raw_index)?;
    let mut files = Vec::new();
    for frame in &index.frames {
        let (packed, rest) = frames.split_at_checked(frame.length).ok_or(ShardError::Damaged("a frame is cut off"))?;
        frames = rest;
        read_frame(frame, &unpack(packed, frame.raw_length, &mut budget)?, &mut files)?;
    }
    if !frames.is_empty() || files.windows(2).any(|pair| pair[0].path() >= pair[1].path()) {
        return Err(ShardError::Damaged("its index does not match its content"));
    }
    Ok(Report::with_parts(files, index.parts))
}

fn unpack(packed: &[u8], raw_length: usize, budget: &mut usize) -> Result<Vec<u8>, ShardError> {
    let left = budget.checked_sub(raw_length).ok_or(ShardError::TooLarge { claimed: raw_length, limit: MAX_RAW })?;
    *budget = left;
    let raw = zstd::bulk::decompress(packed, raw_length)
        .map_err(|_| ShardError::Damaged("a frame cannot be decompressed"))?;
    if raw.len() == raw_length { Ok(raw) } else { Err(ShardError::Damaged("a frame has another length")) }
}

fn read_frame(frame: &Frame, raw: &[u8], files: &mut Vec<FileReport>) -> Result<(), ShardError> {
    let least: usize = frame.files.iter().map(Entry::least_bytes).fold(0, usize::saturating_add);
    let columns = (least <= raw.len()).then(|| read_columns(&frame.files, raw)).flatten();
    let columns = columns.ok_or(ShardError::Damaged("a frame's columns cannot be read"))?;
    for (entry, columns) in frame.files.iter().zip(columns) {
        let file = FileReport::new(&entry.path, columns);
        if file.digest() != entry.digest {
            return Err(ShardError::Damaged("a file does not match its digest"));
        }
        files.push(file);
    }
    Ok(())
}

/// The inverse of `encode::columns`, column by column over all files.
fn read_columns(entries: &[Entry], raw: &[u8]) -> Option<Vec<Columns>> {
    let mut reader = Reader(raw);
    let mut files: Vec<Columns> = entries.iter().map(|_| Columns::default()).collect();
    for (entry, file) in entries.iter().zip(&mut files) {
        file.numbers = gaps(&mut reader, entry.lines)?;
    }
    for (entry, file) in entries.iter().zip(&mut files) {
        file.hits = (0..entry.lines).map(|_| reader.u32()).collect::<Option<_>>()?;
    }
    for (entry, file) in entries.iter().zip(&mut files) {
        file.branches.lines = gaps(&mut reader, entry.rows)?;
    }
    for (entry, file) in entries.iter().zip(&mut files) {
        file.branches.starts = starts(&mut reader, entry)?;
    }
    let shapes = entries.iter().map(|entry| reader.bytes(entry.facts)).collect::<Option<Vec<_>>>()?;
    let halves = shapes.iter().map(|shapes| high_halves(&mut reader, shapes)).collect::<Option<Vec<_>>>()?;
    for ((shapes, halves), file) in shapes.into_iter().zip(halves).zip(&mut files) {
        read_facts(&mut reader, shapes, &halves, &mut file.branches)?;
    }
    read_functions(&mut reader, entries, &mut files)?;
    reader.0.is_empty().then_some(files)
}

/// Four columns over all files: lines, counts, lengths of names, names.
fn read_functions(reader: &mut Reader<'_>, entries: &[Entry], files: &mut [Columns]) -> Option<()> {
    let mut all: Vec<Functions> = entries.iter().map(|_| Functions::default()).collect();
    for (entry, functions) in entries.iter().zip(&mut all) {
        let mut line = 0_u32;
        for _ in 0..entry.functions {
            line = line.checked_add(reader.u32()?)?;
            functions.lines.push(line);
        }
    }
    for (entry, functions) in entries.iter().zip(&mut all) {
        functions.hits = (0..entry.functions).map(|_| reader.u32()).collect::<Option<_>>()?;
    }
    for (entry, functions) in entries.iter().zip(&mut all) {
        let mut end = 0_u32;
        for _ in 0..entry.functions {
            end = end.checked_add(reader.u32()?)?;
            functions.ends.push(end);
        }
    }
    for (functions, file) in all.into_iter().zip(files) {
        let Some(length) = functions.ends.last() else { continue };
        let names = std::str::from_utf8(reader.bytes(*length as usize)?).ok()?.to_owned();
        let functions = Functions { names, ..functions };
        let whole = functions.ends.iter().all(|end| functions.names.is_char_boundary(*end as usize));
        file.functions = (whole && functions.is_sorted()).then(|| Some(Box::new(functions)))?;
    }
    Some(())
}

/// One for each fact; 0 for those that have no id.
fn high_halves(reader: &mut Reader<'_>, shapes: &[u8]) -> Option<Vec<u32>> {
    shapes.iter().map(|shape| if matches!(shape, 0 | 1 | 6) { reader.u32() } else { Some(0) }).collect()
}

fn gaps(reader: &mut Reader<'_>, count: usize) -> Option<Vec<u32>> {
    let mut numbers = Vec::with_capacity(count);
    let mut before = 0_u32;
    for _ in 0..count {
        before = before.checked_add(reader.u32()?)?.checked_add(1)?;
        numbers.push(before);
    }
    Some(numbers)
}

fn starts(reader: &mut Reader<'_>, entry: &Entry) -> Option<Vec<u32>> {
    let mut starts = Vec::with_capacity(entry.rows);
    let mut start = 0_u32;
    for _ in 0..entry.rows {
        starts.push(start);
        start = start.checked_add(reader.u32().filter(|length| *length > 0)?)?;
    }
    (start as usize == entry.facts).then_some(starts)
}

/// The facts of one file, each row checked for the order that merging relies on.
fn read_facts(reader: &mut Reader<'_>, shapes: &[u8], halves: &[u32], rows: &mut BranchRows) -> Option<()> {
    let mut facts = Vec::with_capacity(shapes.len());
    let mut place = Place::default();
    for (index, line) in rows.lines.iter().enumerate() {
        let end = rows.starts.get(index + 1).map_or(shapes.len(), |start| *start as usize);
        place.begin(*line);
        while facts.len() < end {
            let (shape, half) = (shapes[facts.len()], halves[facts.len()]);
            let view = match shape {
                0 | 1 => View::Arm { id: id(reader, half, &mut place, false)?, taken: shape == 1 },
                2 | 3 => View::Count { taken: reader.u32()?, total: reader.u32()?, approximate: shape == 3 },
                4 | 5 => View::MissingTotal { total: reader.u32()?, approximate: shape == 5 },
                6 => View::Missing { id: id(reader, half, &mut place, true)? },
                _ => return None,
            };
            facts.push(Fact::from_view(view)?);
        }
    }
    rows.facts = facts;
    rows.iter().all(|(_, row)| row.is_canonical()).then_some(())
}

fn id(reader: &mut Reader<'_>, half: u32, place: &mut Place, missing: bool) -> Option<u64> {
    let high = u64::from(half) << 32;
    let low = reader.delta(place.base(high, missing))?;
    let id = high | u64::from(u32::try_from(low).ok()?);
    place.reach(id, missing);
    Some(id)
}
