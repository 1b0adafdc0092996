//! The columns of one file, and adding another upload's columns to them.

use super::{Fact, Functions, Row};

/// Line numbers and hit counts, side by side, and the branch facts by line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Columns {
    /// Strictly ascending, from 1.
    pub(crate) numbers: Vec<u32>,
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

    fn joined(&self, other: &BranchRows) -> BranchRows {
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
    /// Adds another upload of the same file: hits add up (saturating), branches join.
    pub(crate) fn absorb(&mut self, other: &Columns) {
        if self.numbers == other.numbers {
            // The usual case, uploads of the same build: one comparison and one vectorised addition.
            self.hits.iter_mut().zip(&other.hits).for_each(|(mine, theirs)| *mine = mine.saturating_add(*theirs));
        } else {
            self.absorb_lines(other);
        }
        if self.branches.len() == 0 {
            self.branches.clone_from(&other.branches);
        } else if other.branches.len() > 0 {
            self.branches = self.branches.joined(&other.branches);
        }
        match (&mut self.functions, &other.functions) {
            (Some(mine), Some(theirs)) => **mine = mine.joined(theirs),
            (mine @ None, theirs) => mine.clone_from(theirs),
            (Some(_), None) => {}
        }
    }

    fn absorb_lines(&mut self, other: &Columns) {
        let mut numbers = Vec::with_capacity(self.numbers.len().max(other.numbers.len()));
        let mut hits = Vec::with_capacity(numbers.capacity());
        let (mut left, mut right) = (0, 0);
        while left < self.numbers.len() && right < other.numbers.len() {
            let (a, b) = (self.numbers[left], other.numbers[right]);
            let mine = if a <= b { self.hits[left] } else { 0 };
            let theirs = if b <= a { other.hits[right] } else { 0 };
            numbers.push(a.min(b));
            hits.push(mine.saturating_add(theirs));
            left += usize::from(a <= b);
            right += usize::from(b <= a);
        }
        numbers.extend_from_slice(&self.numbers[left..]);
        hits.extend_from_slice(&self.hits[left..]);
        numbers.extend_from_slice(&other.numbers[right..]);
        hits.extend_from_slice(&other.hits[right..]);
        (self.numbers, self.hits) = (numbers, hits);
    }

    /// Gives back what growing reserved: a report lives long after its parser.
    pub(crate) fn shrink(&mut self) {
        self.numbers.shrink_to_fit();
        self.hits.shrink_to_fit();
        self.branches.lines.shrink_to_fit();
        self.branches.starts.shrink_to_fit();
        self.branches.facts.shrink_to_fit();
        if let Some(functions) = &mut self.functions {
            functions.shrink();
        }
    }
}
