//! Writing a shard.

use twox_hash::XxHash3_64;

use super::index::{Entry, Frame, Index};
use super::place::Place;
use super::{FRAME_TARGET, HEADER, MAGIC, VERSION, varint};
use crate::model::{Columns, View};
use crate::{FileReport, Function, Report};

/// zstd's level. 9 takes 10 % off level 3 on real reports and still compresses tens of megabytes a second; a shard is
/// written once and read many times.
const LEVEL: i32 = 9;

/// The report as bytes. The same report always gives the same bytes (of one version of this program).
#[must_use]
pub fn encode(report: &Report) -> Vec<u8> {
    let mut index = Index { parts: report.stored_parts().to_vec(), frames: Vec::new() };
    let mut frames = Vec::new();
    for files in batches(report.files()) {
        let raw = columns(files);
        let packed = pack(&raw);
        let files = files.iter().map(Entry::of).collect();
        index.frames.push(Frame { files, length: packed.len(), raw_length: raw.len() });
        frames.extend_from_slice(&packed);
    }
    let raw_index = index.write();
    let packed_index = pack(&raw_index);
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

/// zstd into memory has no input that it fails on; should it ever, an empty frame makes the shard unreadable, which a
/// reader reports, instead of taking the process down.
fn pack(raw: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(raw, LEVEL).unwrap_or_default()
}

fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes()
}

/// Runs of files whose columns take about [`FRAME_TARGET`].
fn batches(files: &[FileReport]) -> Vec<&[FileReport]> {
    let mut batches = Vec::new();
    let (mut start, mut size) = (0, 0);
    for (index, file) in files.iter().enumerate() {
        size += Entry::of(file).least_bytes();
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

/// Column by column over all files of a frame.
fn columns(files: &[FileReport]) -> Vec<u8> {
    let mut out = Vec::new();
    let each = |out: &mut Vec<u8>, put: fn(&mut Vec<u8>, &Columns)| {
        files.iter().for_each(|file| put(out, file.columns()));
    };
    each(&mut out, |out, columns| put_gaps(out, &columns.numbers));
    each(&mut out, |out, columns| columns.hits.iter().for_each(|hits| varint::put(out, u64::from(*hits))));
    each(&mut out, |out, columns| put_gaps(out, &columns.branches.lines));
    each(&mut out, put_row_lengths);
    each(&mut out, |out, columns| columns.branches.facts.iter().for_each(|fact| out.push(shape(fact.view()))));
    each(&mut out, put_high_halves);
    each(&mut out, put_values);
    each(&mut out, put_function_lines);
    each(&mut out, |out, columns| functions(columns).for_each(|f| varint::put(out, u64::from(f.hits))));
    each(&mut out, |out, columns| functions(columns).for_each(|f| varint::put(out, f.name.len() as u64)));
    each(&mut out, |out, columns| functions(columns).for_each(|f| out.extend_from_slice(f.name.as_bytes())));
    out
}

/// What kind of fact, and its one bit.
fn shape(view: View) -> u8 {
    match view {
        View::Arm { taken, .. } => u8::from(taken),
        View::Count { approximate, .. } => 2 + u8::from(approximate),
        View::MissingTotal { approximate, .. } => 4 + u8::from(approximate),
        View::Missing { .. } => 6,
    }
}

/// Ascending numbers as the distance from the one before, less one.
fn put_gaps(out: &mut Vec<u8>, numbers: &[u32]) {
    let mut before = 0;
    for number in numbers {
        varint::put(out, u64::from(number - before - 1));
        before = *number;
    }
}

fn functions(columns: &Columns) -> impl Iterator<Item = Function<'_>> {
    columns.functions.iter().flat_map(|functions| functions.iter())
}

/// Ascending too, but several may start on one line.
fn put_function_lines(out: &mut Vec<u8>, columns: &Columns) {
    let mut before = 0;
    for function in functions(columns) {
        varint::put(out, u64::from(function.line - before));
        before = function.line;
    }
}

fn put_row_lengths(out: &mut Vec<u8>, columns: &Columns) {
    columns.branches.iter().for_each(|(_, row)| varint::put(out, row.0.len() as u64));
}

/// The upper half of every id: 0 for numbers, and the few kinds of text that a tool writes.
fn put_high_halves(out: &mut Vec<u8>, columns: &Columns) {
    for fact in &columns.branches.facts {
        if let View::Arm { id, .. } | View::Missing { id } = fact.view() {
            varint::put(out, id >> 32);
        }
    }
}

/// Counters, and the lower halves of ids by their distance from what they are likely to be near to.
fn put_values(out: &mut Vec<u8>, columns: &Columns) {
    let mut place = Place::default();
    for (line, row) in columns.branches.iter() {
        place.begin(line);
        for fact in row.0 {
            match fact.view() {
                View::Arm { id, .. } => varint::put_delta(out, place.base(id, false), place.reach(id, false)),
                View::Missing { id } => varint::put_delta(out, place.base(id, true), place.reach(id, true)),
                View::MissingTotal { total, .. } => varint::put(out, u64::from(total)),
                View::Count { taken, total, .. } => {
                    varint::put(out, u64::from(taken));
                    varint::put(out, u64::from(total));
                }
            }
        }
    }
}
