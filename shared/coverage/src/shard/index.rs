//! The index: what a shard holds, without its lines. Column by column over all files, as the frames are.

use super::encode::span;
use super::varint::{self, Reader};
use crate::FileReport;

/// One file's entry.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) digest: u64,
    /// The last line, when the lines are a bitmap up to it; 0 when they are gaps.
    pub(super) span: usize,
    /// Column lengths: executable lines, branch rows, facts, functions.
    pub(super) lines: usize,
    pub(super) rows: usize,
    pub(super) facts: usize,
    pub(super) functions: usize,
}

/// Consecutive files that share one frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) files: Vec<Entry>,
    /// Bytes of the frame, packed and unpacked.
    pub(super) length: usize,
    pub(super) raw_length: usize,
}

/// Everything before the frames.
#[derive(Debug, PartialEq, Eq, Default)]
pub(super) struct Index {
    pub(super) parts: Vec<u64>,
    pub(super) batches: Vec<Batch>,
}

impl Entry {
    pub(super) fn of(file: &FileReport) -> Entry {
        let columns = file.columns();
        Entry {
            path: file.path().to_owned(),
            digest: file.digest(),
            span: span(&columns.numbers) as usize,
            lines: columns.numbers.len(),
            rows: columns.branches.len(),
            facts: columns.branches.facts.len(),
            functions: columns.functions.as_ref().map_or(0, |functions| functions.len()),
        }
    }

    /// The lengths in the order in which they are written.
    fn lengths(&mut self) -> [&mut usize; 5] {
        [&mut self.lines, &mut self.span, &mut self.rows, &mut self.facts, &mut self.functions]
    }
}

impl Index {
    pub(super) fn write(mut self) -> Vec<u8> {
        let mut out = Vec::new();
        varint::put(&mut out, self.parts.len() as u64);
        self.parts.iter().for_each(|part| out.extend_from_slice(&part.to_le_bytes()));
        varint::put(&mut out, self.batches.len() as u64);
        for batch in &self.batches {
            for number in [batch.files.len(), batch.length, batch.raw_length] {
                varint::put(&mut out, number as u64);
            }
        }
        let mut files: Vec<&mut Entry> = self.batches.iter_mut().flat_map(|batch| &mut batch.files).collect();
        for file in &files {
            varint::put(&mut out, file.path.len() as u64);
            out.extend_from_slice(file.path.as_bytes());
        }
        files.iter().for_each(|file| out.extend_from_slice(&file.digest.to_le_bytes()));
        for length in 0..5 {
            files.iter_mut().for_each(|file| varint::put(&mut out, *file.lengths()[length] as u64));
        }
        out
    }

    /// `None` for what [`Index::write`] does not write.
    pub(super) fn read(bytes: &[u8]) -> Option<Index> {
        let mut reader = Reader(bytes);
        let mut index = Index::default();
        for _ in 0..reader.count(8)? {
            index.parts.push(word(&mut reader)?);
        }
        let mut counts = Vec::new();
        for _ in 0..reader.count(3)? {
            counts.push(reader.u32()? as usize);
            let (length, raw_length) = (reader.u32()? as usize, reader.u32()? as usize);
            index.batches.push(Batch { files: Vec::new(), length, raw_length });
        }
        // A file takes at least a byte for its path's length, eight for its digest and five for its lengths.
        let total = counts.iter().fold(0_usize, |total, count| total.saturating_add(*count));
        let mut files = Vec::new();
        for _ in 0..(total <= reader.0.len() / 14).then_some(total)? {
            let length = reader.count(1)?;
            let path = std::str::from_utf8(reader.bytes(length)?).ok()?.to_owned();
            files.push(Entry { path, ..Entry::default() });
        }
        for file in &mut files {
            file.digest = word(&mut reader)?;
        }
        for length in 0..5 {
            for file in &mut files {
                *file.lengths()[length] = reader.u32()? as usize;
            }
        }
        let sorted = files.windows(2).all(|pair| pair[0].path < pair[1].path);
        let mut files = files.into_iter();
        for (batch, count) in index.batches.iter_mut().zip(counts) {
            batch.files.extend(files.by_ref().take(count));
        }
        (sorted && reader.0.is_empty()).then_some(index)
    }
}

fn word(reader: &mut Reader<'_>) -> Option<u64> {
    reader.bytes(8)?.try_into().ok().map(u64::from_le_bytes)
}
