//! The index: what a shard holds, without its lines.

use super::ShardError;
use super::varint::{self, Reader};
use crate::FileReport;

/// One file's entry.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) digest: u64,
    /// Column lengths: executable lines, branch rows, facts, functions.
    pub(super) lines: usize,
    pub(super) rows: usize,
    pub(super) facts: usize,
    pub(super) functions: usize,
}

/// Consecutive files that share one compressed frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) files: Vec<Entry>,
    pub(super) length: usize,
    pub(super) raw_length: usize,
}

/// Everything before the frames.
#[derive(Debug, PartialEq, Eq, Default)]
pub(super) struct Index {
    pub(super) parts: Vec<u64>,
    pub(super) frames: Vec<Frame>,
}

impl Entry {
    pub(super) fn of(file: &FileReport) -> Entry {
        let columns = file.columns();
        Entry {
            path: file.path().to_owned(),
            digest: file.digest(),
            lines: columns.numbers.len(),
            rows: columns.branches.len(),
            facts: columns.branches.facts.len(),
            functions: columns.functions.as_ref().map_or(0, |functions| functions.len()),
        }
    }

    fn put(&self, out: &mut Vec<u8>) {
        varint::put(out, self.path.len() as u64);
        out.extend_from_slice(self.path.as_bytes());
        out.extend_from_slice(&self.digest.to_le_bytes());
        for length in [self.lines, self.rows, self.facts, self.functions] {
            varint::put(out, length as u64);
        }
    }

    fn get(reader: &mut Reader<'_>) -> Option<Entry> {
        let length = reader.count(1)?;
        let path = std::str::from_utf8(reader.bytes(length)?).ok()?.to_owned();
        let digest = word(reader)?;
        let mut length = || usize::try_from(reader.u32()?).ok();
        Some(Entry { path, digest, lines: length()?, rows: length()?, facts: length()?, functions: length()? })
    }

    /// The least number of bytes that the columns take: one for a number, one for a count, two for a row, two for a
    /// fact, three for a function. What a frame cannot hold is never allocated.
    pub(super) fn least_bytes(&self) -> usize {
        2 * (self.lines + self.rows + self.facts) + 3 * self.functions
    }
}

impl Index {
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        varint::put(&mut out, self.parts.len() as u64);
        self.parts.iter().for_each(|part| out.extend_from_slice(&part.to_le_bytes()));
        varint::put(&mut out, self.frames.len() as u64);
        for frame in &self.frames {
            varint::put(&mut out, frame.length as u64);
            varint::put(&mut out, frame.raw_length as u64);
            varint::put(&mut out, frame.files.len() as u64);
            frame.files.iter().for_each(|entry| entry.put(&mut out));
        }
        out
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Index, ShardError> {
        Self::parse(&mut Reader(bytes)).ok_or(ShardError::Damaged("its index cannot be read"))
    }

    fn parse(reader: &mut Reader<'_>) -> Option<Index> {
        let mut index = Index::default();
        for _ in 0..reader.count(8)? {
            index.parts.push(word(reader)?);
        }
        for _ in 0..reader.count(3)? {
            let (length, raw_length) = (reader.u32()? as usize, reader.u32()? as usize);
            let count = reader.count(13)?;
            let files = (0..count).map(|_| Entry::get(reader)).collect::<Option<Vec<_>>>()?;
            index.frames.push(Frame { files, length, raw_length });
        }
        reader.0.is_empty().then_some(index)
    }
}

fn word(reader: &mut Reader<'_>) -> Option<u64> {
    reader.bytes(8)?.try_into().ok().map(u64::from_le_bytes)
}
