//! LCOV's function records, which say line and calls apart: `FN:line[,end],name` and `FNDA:calls,name` in 1.x,
//! `FNL:index,line[,end]` and `FNA:index,calls,name` in 2.x.
//!
//! Tools write calls in the order of the functions, so the next name is nearly always the one expected; only when it
//! is not are names looked up.

use std::collections::HashMap;

use memchr::memchr;
use twox_hash::XxHash3_64;

use super::super::number::{self, Count};
use crate::model::FileBuilder;

/// The functions of the open section.
#[derive(Default)]
pub(super) struct Functions {
    entries: Vec<Entry>,
    names: Vec<u8>,
    /// Where the next `FNDA` is expected.
    expected: usize,
    by_name: HashMap<u64, usize>,
    /// How many entries are in `by_name`.
    indexed: usize,
    /// Lines of `FNL`, by index.
    starts: HashMap<u32, u32>,
}

struct Entry {
    line: u32,
    hits: u32,
    end: usize,
}

impl Functions {
    /// `FN`. False when it cannot be used.
    pub(super) fn named(&mut self, fields: &[u8]) -> bool {
        let Some((line, name)) = split(fields) else { return false };
        let Some(line) = number::line(line) else { return false };
        // The line that it ends on, if the first of two names is a number.
        let end = split(name).filter(|(end, rest)| !end.is_empty() && !rest.is_empty() && is_number(end));
        self.push(line, 0, end.map_or(name, |(_, rest)| rest));
        true
    }

    /// `FNDA`. A function that no `FN` named starts somewhere.
    pub(super) fn called(&mut self, fields: &[u8]) -> bool {
        let Some((calls, name)) = split(fields) else { return false };
        let Some(calls) = calls_of(calls) else { return false };
        let index = if self.expected < self.entries.len() && self.name(self.expected) == name {
            self.expected
        } else if let Some(index) = self.find(name) {
            index
        } else {
            self.push(0, 0, name);
            self.entries.len() - 1
        };
        let hits = &mut self.entries[index].hits;
        *hits = hits.saturating_add(calls);
        self.expected = index + 1;
        true
    }

    /// `FNL`.
    pub(super) fn place(&mut self, fields: &[u8]) -> bool {
        let mut fields = fields.split(|byte| *byte == b',');
        let (Some(index), Some(line)) = (fields.next(), fields.next()) else { return false };
        let (Count::Plain(index), Some(line)) = (number::count(index), number::line(line)) else { return false };
        self.starts.insert(index, line);
        true
    }

    /// `FNA`.
    pub(super) fn alias(&mut self, fields: &[u8]) -> bool {
        let Some((index, rest)) = split(fields) else { return false };
        let Some((calls, name)) = split(rest) else { return false };
        let (Count::Plain(index), Some(calls)) = (number::count(index), calls_of(calls)) else { return false };
        self.push(self.starts.get(&index).copied().unwrap_or(0), calls, name);
        true
    }

    /// Moves them into the builder.
    pub(super) fn write(&mut self, builder: &mut FileBuilder) {
        // The input has made sure that it is text, and names end at commas and line feeds.
        let names = std::str::from_utf8(&self.names).unwrap_or_default();
        let mut start = 0;
        for entry in &self.entries {
            builder.function(entry.line, names.get(start..entry.end).unwrap_or_default(), entry.hits);
            start = entry.end;
        }
        self.entries.clear();
        self.names.clear();
        self.by_name.clear();
        self.starts.clear();
        (self.expected, self.indexed) = (0, 0);
    }

    fn push(&mut self, line: u32, hits: u32, name: &[u8]) {
        self.names.extend_from_slice(name);
        self.entries.push(Entry { line, hits, end: self.names.len() });
    }

    fn name(&self, index: usize) -> &[u8] {
        let start = index.checked_sub(1).map_or(0, |before| self.entries[before].end);
        &self.names[start..self.entries[index].end]
    }

    fn find(&mut self, name: &[u8]) -> Option<usize> {
        for index in self.indexed..self.entries.len() {
            let hash = XxHash3_64::oneshot(self.name(index));
            self.by_name.entry(hash).or_insert(index);
        }
        self.indexed = self.entries.len();
        self.by_name.get(&XxHash3_64::oneshot(name)).copied()
    }
}

/// What stands before the first comma, and after it.
fn split(fields: &[u8]) -> Option<(&[u8], &[u8])> {
    // Most are a few digits long: a vector search would take longer to start than to search.
    let comma = fields.iter().take(8).position(|byte| *byte == b',').or_else(|| memchr(b',', fields))?;
    Some((&fields[..comma], &fields[comma + 1..]))
}

fn is_number(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

/// Calls in any shape that counts come in; `-` and negative ones are none.
fn calls_of(text: &[u8]) -> Option<u32> {
    match number::count(text) {
        Count::Plain(calls) => Some(calls),
        Count::Negative => Some(0),
        Count::Not => (text == b"-").then_some(0),
    }
}
