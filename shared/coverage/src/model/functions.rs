//! The functions of one file, as columns: an optional part of the model, since half of the formats name none.
//!
//! A function is its name and the line it starts on. Two uploads that name the same one add their calls; what is named
//! differently stays apart, because nobody can say that it is the same.

use std::cmp::Ordering;

use twox_hash::XxHash3_64;

/// Longer names (mangled templates) are cut and keep their identity through a hash.
const MAX_NAME: usize = 1024;

/// A function or method, as the report names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function<'a> {
    /// The line it starts on, 1-based; 0 when the report does not say.
    pub line: u32,
    /// Its name as the report writes it; names over 1 KiB are cut.
    pub name: &'a str,
    /// How often it was called, summed over uploads; capped at `u32::MAX`.
    pub hits: u32,
}

/// Sorted by line, then name; no pair of both twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Functions {
    pub(crate) lines: Vec<u32>,
    pub(crate) hits: Vec<u32>,
    /// Where each name ends in `names`; it starts where the one before ends.
    pub(crate) ends: Vec<u32>,
    pub(crate) names: String,
}

impl Functions {
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(crate) fn get(&self, index: usize) -> Function<'_> {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        let name = &self.names[start..self.ends[index] as usize];
        Function { line: self.lines[index], name, hits: self.hits[index] }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Function<'_>> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Appends one, wherever it belongs. Left out when 4 GiB of names are already here.
    pub(crate) fn push(&mut self, function: Function<'_>) {
        let start = self.names.len();
        if function.name.len() > MAX_NAME {
            let kept = function.name.floor_char_boundary(MAX_NAME - 20);
            let hash = XxHash3_64::oneshot(function.name.as_bytes());
            self.names.push_str(&format!("{}…{hash:016x}", &function.name[..kept]));
        } else {
            self.names.push_str(function.name);
        }
        match u32::try_from(self.names.len()) {
            Ok(end) => {
                self.ends.push(end);
                self.lines.push(function.line);
                self.hits.push(function.hits);
            }
            Err(_) => self.names.truncate(start),
        }
    }

    pub(crate) fn clear(&mut self) {
        self.lines.clear();
        self.hits.clear();
        self.ends.clear();
        self.names.clear();
    }

    /// In order, each once; `both` makes one count of two.
    pub(crate) fn sorted(&self, both: fn(u32, u32) -> u32) -> Functions {
        if self.is_sorted() {
            return self.clone();
        }
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.sort_by(|a, b| key(self.get(*a as usize)).cmp(&key(self.get(*b as usize))));
        let mut out = Functions::default();
        order.into_iter().for_each(|index| out.add(self.get(index as usize), both));
        out
    }

    /// Both together; `both` makes one count of two.
    pub(crate) fn joined(&self, other: &Functions, both: fn(u32, u32) -> u32) -> Functions {
        let mut out = Functions::default();
        let (mut left, mut right) = (0, 0);
        while left < self.len() && right < other.len() {
            let (a, b) = (self.get(left), other.get(right));
            let first = key(a) <= key(b);
            out.add(if first { a } else { b }, both);
            left += usize::from(first);
            right += usize::from(!first);
        }
        (left..self.len()).for_each(|index| out.add(self.get(index), both));
        (right..other.len()).for_each(|index| out.add(other.get(index), both));
        out
    }

    /// Whether stored columns are what [`Functions::sorted`] makes.
    pub(crate) fn is_sorted(&self) -> bool {
        let in_order = |index: usize| match self.lines[index - 1].cmp(&self.lines[index]) {
            Ordering::Less => true,
            Ordering::Equal => self.get(index - 1).name < self.get(index).name,
            Ordering::Greater => false,
        };
        (1..self.len()).all(in_order)
    }

    pub(crate) fn shrink(&mut self) {
        self.lines.shrink_to_fit();
        self.hits.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.names.shrink_to_fit();
    }

    /// Appends one that belongs at the end, or into the last.
    fn add(&mut self, function: Function<'_>, both: fn(u32, u32) -> u32) {
        match self.len().checked_sub(1) {
            Some(last) if key(self.get(last)) == key(function) => {
                self.hits[last] = both(self.hits[last], function.hits);
            }
            _ => self.push(function),
        }
    }
}

fn key(function: Function<'_>) -> (u32, &str) {
    (function.line, function.name)
}
