//! Writing a shard.

use std::collections::HashMap;

use twox_hash::XxHash3_64;

use super::column::{Column, Writer};
use super::index::{Batch, Entry, Index};
use super::place::Place;
use super::{FRAME_TARGET, HEADER, MAGIC, VERSION, varint};
use crate::model::{Columns, Near, View};
use crate::{FileReport, Report};

/// zstd's level. 9 takes some percent off level 3 on real reports and still compresses tens of megabytes a second; a
/// shard is written once and read many times.
const LEVEL: i32 = 9;

/// The report as bytes. The same report always gives the same bytes (of one version of this program).
#[must_use]
pub fn encode(report: &Report) -> Vec<u8> {
    let mut index = Index { parts: report.stored_parts().to_vec(), batches: Vec::new() };
    let mut frames = Vec::new();
    for files in batches(report.files()) {
        let (packed, raw_length) = frame(files).pack(LEVEL);
        let files = files.iter().map(Entry::of).collect();
        index.batches.push(Batch { files, length: packed.len(), raw_length });
        frames.extend_from_slice(&packed);
    }
    let raw_index = index.write();
    // zstd into memory has no input that it fails on; should it ever, an empty index makes the shard unreadable, which
    // a reader reports, instead of taking the process down.
    let packed_index = zstd::bulk::compress(&raw_index, LEVEL).unwrap_or_default();
    let mut out = Vec::with_capacity(HEADER + packed_index.len() + frames.len());
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    out.extend_from_slice(&length(packed_index.len()));
    out.extend_from_slice(&length(raw_index.len()));
    out.extend_from_slice(&XxHash3_64::oneshot(&raw_index).to_le_bytes());
    out.extend_from_slice(&packed_index);
    out.extend_from_slice(&frames);
    out
}

fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes()
}

/// Runs of files whose columns take about [`FRAME_TARGET`].
fn batches(files: &[FileReport]) -> Vec<&[FileReport]> {
    let mut batches = Vec::new();
    let (mut start, mut size) = (0, 0);
    for (index, file) in files.iter().enumerate() {
        size += 2 * file.weight();
        if size >= FRAME_TARGET {
            batches.push(&files[start..=index]);
            (start, size) = (index + 1, 0);
        }
    }
    if start < files.len() {
        batches.push(&files[start..]);
    }
    batches
}

fn frame(files: &[FileReport]) -> Writer {
    let mut out = Writer::default();
    let mut entries = HashMap::new();
    for file in files {
        let columns = file.columns();
        put_lines(out.of(Column::Lines), &columns.numbers);
        columns.hits.iter().for_each(|hits| out.put(Column::Hits, u64::from(*hits)));
        put_rows(&mut out, columns, &mut entries);
        let mut before = 0;
        for function in file.functions() {
            // Ascending too, but several may start on one line.
            out.put(Column::FunctionLines, u64::from(function.line - before));
            before = function.line;
            out.put(Column::FunctionHits, u64::from(function.hits));
            out.put(Column::NameLengths, function.name.len() as u64);
            out.of(Column::Names).extend_from_slice(function.name.as_bytes());
        }
    }
    out
}

/// The last line when a bitmap up to it is no longer than the gaps would be; otherwise 0.
pub(super) fn span(numbers: &[u32]) -> u32 {
    numbers.last().copied().filter(|last| last.div_ceil(8) as usize <= numbers.len()).unwrap_or(0)
}

fn put_lines(out: &mut Vec<u8>, numbers: &[u32]) {
    let start = out.len();
    match span(numbers) {
        0 => {
            let mut before = 0;
            for number in numbers {
                varint::put(out, u64::from(number - before - 1));
                before = *number;
            }
        }
        last => {
            out.resize(start + last.div_ceil(8) as usize, 0);
            numbers.iter().for_each(|number| out[start + (number - 1) as usize / 8] |= 1 << ((number - 1) % 8));
        }
    }
}

fn put_rows(out: &mut Writer, columns: &Columns, entries: &mut HashMap<u64, u64>) {
    let mut place = Place::new(&columns.numbers);
    for (line, row) in columns.branches.iter() {
        place.put_row(out.of(Column::Places), line);
        out.put(Column::RowLengths, row.0.len() as u64);
        for fact in row.0 {
            let (shape, id) = match fact.view() {
                View::Arm { id, taken } => (u8::from(taken), Some((id, false))),
                View::Count { taken, total, approximate } => {
                    out.put(Column::Counts, u64::from(taken));
                    out.put(Column::Counts, u64::from(total));
                    (2 + u8::from(approximate), None)
                }
                View::MissingTotal { total, approximate } => {
                    out.put(Column::Counts, u64::from(total));
                    (4 + u8::from(approximate), None)
                }
                View::Missing { id } => (6, Some((id, true))),
            };
            out.of(Column::Shapes).push(shape);
            if let Some((id, missing)) = id {
                let entry = if Near::of(id, missing) == Near::Nothing { id } else { id >> 32 << 32 };
                let new = entries.len() as u64;
                let reference = *entries.entry(entry).or_insert_with(|| {
                    out.of(Column::Entries).extend_from_slice(&entry.to_le_bytes());
                    new
                });
                out.put(Column::References, reference);
                place.put_id(out.of(Column::Arms), id, missing);
            }
        }
    }
}
