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
    names: String,
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
    pub(super) fn named(&mut self, fields: &str) -> bool {
        let Some((line, name)) = fields.split_once(',') else { return false };
        let Some(line) = number::line(line.as_bytes()) else { return false };
        let (end, rest) = name.split_once(',').unwrap_or(("", ""));
        let has_end = !end.is_empty() && end.bytes().all(|byte| byte.is_ascii_digit()) && !rest.is_empty();
        self.push(line, 0, if has_end { rest } else { name });
        true
    }

    /// `FNDA`. A function that no `FN` named starts somewhere.
    pub(super) fn called(&mut self, fields: &str) -> bool {
        let Some((calls, name)) = fields.split_once(',') else { return false };
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
    pub(super) fn place(&mut self, fields: &str) -> bool {
        let mut fields = fields.split(',');
        let (Some(index), Some(line)) = (fields.next(), fields.next()) else { return false };
        let (Count::Plain(index), Some(line)) = (number::count(index.as_bytes()), number::line(line.as_bytes())) else {
            return false;
        };
        self.starts.insert(index, line);
        true
    }

    /// `FNA`.
    pub(super) fn alias(&mut self, fields: &str) -> bool {
        let mut fields = fields.splitn(3, ',');
        let (Some(index), Some(calls), Some(name)) = (fields.next(), fields.next(), fields.next()) else {
            return false;
        };
        let (Count::Plain(index), Some(calls)) = (number::count(index.as_bytes()), calls_of(calls)) else {
            return false;
        };
        self.push(self.starts.get(&index).copied().unwrap_or(0), calls, name);
        true
    }

    /// Moves them into the builder.
    pub(super) fn write(&mut self, builder: &mut FileBuilder) {
        for index in 0..self.entries.len() {
            builder.function(self.entries[index].line, self.name(index), self.entries[index].hits);
        }
        self.entries.clear();
        self.names.clear();
        self.by_name.clear();
        self.starts.clear();
        (self.expected, self.indexed) = (0, 0);
    }

    fn push(&mut self, line: u32, hits: u32, name: &str) {
        self.names.push_str(name);
        self.entries.push(Entry { line, hits, end: self.names.len() });
    }

    fn name(&self, index: usize) -> &str {
        let start = index.checked_sub(1).map_or(0, |before| self.entries[before].end);
        &self.names[start..self.entries[index].end]
    }

    fn find(&mut self, name: &str) -> Option<usize> {
        for index in self.indexed..self.entries.len() {
            let hash = XxHash3_64::oneshot(self.name(index).as_bytes());
            self.by_name.entry(hash).or_insert(index);
        }
        self.indexed = self.entries.len();
        self.by_name.get(&XxHash3_64::oneshot(name.as_bytes())).copied()
    }
}

/// Calls in any shape that counts come in; `-` and negative ones are none.
fn calls_of(text: &str) -> Option<u32> {
    match number::count(text.as_bytes()) {
        Count::Plain(calls) => Some(calls),
        Count::Negative => Some(0),
        Count::Not => (text == "-").then_some(0),
    }
}

/// The record's fields as text, which the input has made sure of.
pub(super) fn fields(record: &[u8]) -> &str {
    let start = memchr(b':', record).map_or(record.len(), |colon| colon + 1);
    std::str::from_utf8(&record[start..]).unwrap_or_default()
}
