//! Hashes of columns (XXH3): the digest that a shard stores, and marks by which merging knows columns that are alike.

use std::hash::Hasher;

use twox_hash::XxHash3_64;

use super::{BranchRows, Columns};

/// The mark of a column of line numbers.
pub(super) fn lines(numbers: &[u32]) -> u64 {
    let mut hasher = XxHash3_64::new();
    words(&mut hasher, numbers);
    hasher.finish()
}

/// The mark of rows whose facts are all named arms, whether taken or not; `None` when other facts are among them.
pub(super) fn arms(rows: &BranchRows) -> Option<u64> {
    if !rows.facts.iter().fold(true, |all, fact| all & fact.is_arm()) {
        return None;
    }
    let mut hasher = XxHash3_64::new();
    words(&mut hasher, &rows.lines);
    words(&mut hasher, &rows.starts);
    long_words(&mut hasher, rows.facts.iter().map(|fact| fact.word() | 1));
    Some(hasher.finish())
}

/// Of everything. Lengths first, so that no column can pass for a part of its neighbour.
pub(super) fn columns(columns: &Columns, lines: u64) -> u64 {
    let mut hasher = XxHash3_64::new();
    let rows = &columns.branches;
    hasher.write(&(columns.numbers.len() as u64).to_le_bytes());
    hasher.write(&(rows.len() as u64).to_le_bytes());
    hasher.write(&lines.to_le_bytes());
    for column in [&columns.hits, &rows.lines, &rows.starts] {
        words(&mut hasher, column);
    }
    long_words(&mut hasher, rows.facts.iter().map(|fact| fact.word()));
    // Nothing at all for a file without functions.
    if let Some(functions) = &columns.functions {
        for column in [&functions.lines, &functions.hits, &functions.ends] {
            words(&mut hasher, column);
        }
        hasher.write(functions.names.as_bytes());
    }
    hasher.finish()
}

/// As little-endian bytes, by way of a buffer that the compiler fills with vector code.
fn words(hasher: &mut XxHash3_64, words: &[u32]) {
    let mut buffer = [0; 4096];
    for chunk in words.chunks(1024) {
        for (out, word) in buffer.chunks_exact_mut(4).zip(chunk) {
            out.copy_from_slice(&word.to_le_bytes());
        }
        hasher.write(&buffer[..4 * chunk.len()]);
    }
}

fn long_words(hasher: &mut XxHash3_64, words: impl Iterator<Item = u64>) {
    let mut buffer = [0; 4096];
    let mut words = words.peekable();
    while words.peek().is_some() {
        let mut length = 0;
        for (out, word) in buffer.chunks_exact_mut(8).zip(&mut words) {
            out.copy_from_slice(&word.to_le_bytes());
            length += 8;
        }
        hasher.write(&buffer[..length]);
    }
}
