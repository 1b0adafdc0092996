//! The columns of a frame, and how each is packed: `raw length · packed length · bytes`, a packed length of 0 meaning
//! that the bytes are as they are.

use super::varint::{self, Reader};
use super::{MAX_RAW, ShardError};

/// The columns in their order. `Lines` is, file by file, a bitmap up to the last line or the gaps between the numbers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Column {
    Lines,
    Hits,
    /// Which executable line a row of branch facts belongs to.
    Places,
    RowLengths,
    /// What kind of fact, and its one bit.
    Shapes,
    /// Which entry of `Entries` a fact's id begins with.
    References,
    /// Upper halves of ids, and whole ids that are hashes: 8 bytes each.
    Entries,
    /// Totals and counts.
    Counts,
    /// Lower halves of ids, by what they are near to.
    Arms,
    FunctionLines,
    FunctionHits,
    NameLengths,
    Names,
}

pub(super) const COLUMNS: usize = Column::Names as usize + 1;

/// All columns under construction.
#[derive(Default)]
pub(super) struct Writer([Vec<u8>; COLUMNS]);

impl Writer {
    pub(super) fn of(&mut self, column: Column) -> &mut Vec<u8> {
        &mut self.0[column as usize]
    }

    pub(super) fn put(&mut self, column: Column, value: u64) {
        varint::put(self.of(column), value);
    }

    /// The frame, and how many bytes are in it unpacked.
    pub(super) fn pack(&self, level: i32) -> (Vec<u8>, usize) {
        let mut out = Vec::new();
        for raw in &self.0 {
            varint::put(&mut out, raw.len() as u64);
            // What zstd cannot make smaller stays as it is, and so does everything should it ever fail.
            match zstd::bulk::compress(raw, level) {
                Ok(packed) if packed.len() < raw.len() => {
                    varint::put(&mut out, packed.len() as u64);
                    out.extend_from_slice(&packed);
                }
                _ => {
                    varint::put(&mut out, 0);
                    out.extend_from_slice(raw);
                }
            }
        }
        (out, self.0.iter().map(Vec::len).sum())
    }
}

/// All columns of a frame, unpacked. They take exactly `raw_length` bytes, which the caller has a budget for.
pub(super) fn unpack(frame: &[u8], raw_length: usize) -> Result<[Vec<u8>; COLUMNS], ShardError> {
    const CUT: ShardError = ShardError::Damaged("a frame's columns cannot be read");
    let mut reader = Reader(frame);
    let mut left = raw_length;
    let mut columns: [Vec<u8>; COLUMNS] = Default::default();
    for column in &mut columns {
        let raw = reader.u64().and_then(|raw| usize::try_from(raw).ok()).ok_or(CUT)?;
        left = left.checked_sub(raw).ok_or(CUT)?;
        *column = match reader.count(1).ok_or(CUT)? {
            0 => reader.bytes(raw).ok_or(CUT)?.to_vec(),
            packed => inflate(reader.bytes(packed).ok_or(CUT)?, raw)?,
        };
    }
    if left == 0 && reader.0.is_empty() { Ok(columns) } else { Err(CUT) }
}

/// Exactly `raw_length` bytes out of a zstd frame.
pub(super) fn inflate(packed: &[u8], raw_length: usize) -> Result<Vec<u8>, ShardError> {
    if raw_length > MAX_RAW {
        return Err(ShardError::TooLarge { claimed: raw_length, limit: MAX_RAW });
    }
    // zstd reaches about 20,000-fold; what claims more is not allocated.
    if raw_length / 32_768 > packed.len() {
        return Err(ShardError::Damaged("a frame claims more than it can hold"));
    }
    let raw = zstd::bulk::decompress(packed, raw_length)
        .map_err(|_| ShardError::Damaged("a frame cannot be decompressed"))?;
    if raw.len() == raw_length { Ok(raw) } else { Err(ShardError::Damaged("a frame has another length")) }
}
