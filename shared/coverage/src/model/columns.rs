//! The columns of one file, and adding another upload's columns to them.

use std::sync::Arc;

use super::{Fact, Functions, Row};

/// Line numbers and hit counts, side by side, and the branch facts by line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Columns {
    /// Strictly ascending, from 1. Shared, because uploads of one build have the same.
    pub(crate) numbers: Arc<[u32]>,
    /// As long as `numbers`.
    pub(crate) hits: Vec<u32>,
    pub(crate) branches: BranchRows,
    /// `None` rather than empty.
    pub(crate) functions: Option<Box<Functions>>,
}

/// Canonical rows of facts. A row's line need not be executable: tools report arms on lines without a statement, and
/// their branch totals count them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct BranchRows {
    /// Strictly ascending.
    pub(crate) lines: Vec<u32>,
    /// Where each row starts in `facts`; it ends where the next one starts.
    pub(crate) starts: Vec<u32>,
    pub(crate) facts: Vec<Fact>,
}

impl BranchRows {
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(crate) fn row(&self, index: usize) -> Row<'_> {
        let end = self.starts.get(index + 1).map_or(self.facts.len(), |start| *start as usize);
        Row(&self.facts[self.starts[index] as usize..end])
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, Row<'_>)> {
        self.lines.iter().enumerate().map(|(index, line)| (*line, self.row(index)))
    }

    /// Opens a row at the end of `facts`; the caller pushes its facts next. False when 2³² facts are already here.
    pub(crate) fn open(&mut self, line: u32) -> bool {
        let Ok(start) = u32::try_from(self.facts.len()) else { return false };
        self.lines.push(line);
        self.starts.push(start);
        true
    }

    fn copy(&mut self, from: &BranchRows, index: usize) {
        if self.open(from.lines[index]) {
            self.facts.extend_from_slice(from.row(index).0);
        }
    }

    /// Adds the arms that `other` took. Both have the same arms and nothing else.
    pub(super) fn take_arms(&mut self, other: &BranchRows) {
        self.facts.iter_mut().zip(&other.facts).for_each(|(mine, theirs)| *mine = mine.either(*theirs));
    }

    pub(super) fn joined(&self, other: &BranchRows) -> BranchRows {
        // Joining equals changes nothing, unless they are unnamed counts, of which two may be of different arms.
        if self == other && !self.facts.iter().fold(false, |any, fact| any | fact.is_count()) {
            return self.clone();
        }
        if self.lines == other.lines && self.starts == other.starts {
            let both = || self.facts.iter().zip(&other.facts);
            if both().fold(true, |counts, (a, b)| counts & a.is_count() & b.is_count()) {
                let facts = both().map(|(a, b)| a.counts_with(*b)).collect();
                return BranchRows { lines: self.lines.clone(), starts: self.starts.clone(), facts };
            }
        }
        let mut out = BranchRows::with_capacity(self.len().max(other.len()), self.facts.len().max(other.facts.len()));
        let (mut left, mut right) = (0, 0);
        while left < self.len() && right < other.len() {
            let (a, b) = (self.lines[left], other.lines[right]);
            if a == b {
                if out.open(a) {
                    self.row(left).join(other.row(right), &mut out.facts);
                }
            } else if a < b {
                out.copy(self, left);
            } else {
                out.copy(other, right);
            }
            left += usize::from(a <= b);
            right += usize::from(b <= a);
        }
        (left..self.len()).for_each(|index| out.copy(self, index));
        (right..other.len()).for_each(|index| out.copy(other, index));
        out
    }

    fn with_capacity(rows: usize, facts: usize) -> BranchRows {
        BranchRows {
            lines: Vec::with_capacity(rows),
            starts: Vec::with_capacity(rows),
            facts: Vec::with_capacity(facts),
        }
    }
}

impl Columns {
    /// Gives back what growing reserved: a report lives long after its parser.
    pub(crate) fn shrink(&mut self) {
        self.hits.shrink_to_fit();
        self.branches.lines.shrink_to_fit();
        self.branches.starts.shrink_to_fit();
        self.branches.facts.shrink_to_fit();
        if let Some(functions) = &mut self.functions {
            functions.shrink();
        }
    }
}
