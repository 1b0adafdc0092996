//! What parsers write into: lines and branch facts in any order, with repeats, sorted out once at the end.
//!
//! Reports are nearly always in order already, so the ordered case costs one comparison for each record and a copy of
//! exact size at the end; the builder and its memory are used again for the next file.

use std::sync::Arc;

use super::{BranchRows, Columns, Fact, FileReport, Function, Functions, Row};

/// What a line number that is reported twice within one file section means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Different runs of the line (LCOV: instances of a template, test names): the counts add up.
    Add,
    /// The same run seen from several classes (Cobertura: inner and partial classes): the largest count.
    Largest,
}

#[derive(Debug, Default)]
pub(crate) struct FileBuilder {
    /// Line numbers with their counts.
    lines: Vec<(u32, u32)>,
    rows: BranchRows,
    /// Arms came in no order, or twice: rows must be sorted out.
    unsorted: bool,
    functions: Functions,
}

impl Repeat {
    /// One count of two.
    pub(crate) fn both(self) -> fn(u32, u32) -> u32 {
        match self {
            Repeat::Add => u32::saturating_add,
            Repeat::Largest => u32::max,
        }
    }
}

impl FileBuilder {
    /// Records a count. Line 0 does not exist and is left out.
    pub(crate) fn line(&mut self, number: u32, hits: u32) {
        if number > 0 {
            self.lines.push((number, hits));
        }
    }

    /// Records an arm of a line; facts of one line that follow each other form one row.
    pub(crate) fn arm(&mut self, line: u32, fact: Fact) {
        if line == 0 {
            return;
        }
        if self.rows.lines.last() == Some(&line) {
            self.unsorted |= self.rows.facts.last().is_some_and(|last| !last.is_before(fact));
            self.rows.facts.push(fact);
        } else if self.rows.open(line) {
            self.rows.facts.push(fact);
        }
    }

    /// Records a complete row, canonical in itself.
    pub(crate) fn row(&mut self, line: u32, facts: &[Fact]) {
        if line > 0 && !facts.is_empty() && self.rows.open(line) {
            self.rows.facts.extend_from_slice(facts);
        }
    }

    /// Records a function by its name and the line it starts on (0 when the report does not say).
    pub(crate) fn function(&mut self, start_line: u32, name: &str, hits: u32) {
        self.functions.push(Function { line: start_line, name, hits });
    }

    /// Takes over what `other` knows of functions.
    pub(crate) fn take_functions(&mut self, other: &mut FileBuilder) {
        std::mem::swap(&mut self.functions, &mut other.functions);
    }

    pub(crate) fn has_lines(&self) -> bool {
        !self.lines.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.lines.clear();
        self.unsorted = false;
        self.rows.lines.clear();
        self.rows.starts.clear();
        self.rows.facts.clear();
        self.functions.clear();
    }

    /// The file, and an empty builder that keeps its memory.
    pub(crate) fn finish(&mut self, path: &str, repeat: Repeat) -> FileReport {
        let (numbers, hits) = self.sorted_lines(repeat);
        let branches = self.sorted_rows();
        let functions = self.functions.sorted(repeat.both());
        self.clear();
        let functions = (!functions.is_empty()).then(|| Box::new(functions));
        FileReport::new(path, Columns { numbers, hits, branches, functions })
    }

    fn sorted_lines(&self, repeat: Repeat) -> (Arc<[u32]>, Vec<u32>) {
        if is_ascending(&self.lines, |(number, _)| *number) {
            return (
                self.lines.iter().map(|(number, _)| *number).collect(),
                self.lines.iter().map(|(_, hits)| *hits).collect(),
            );
        }
        let mut lines = self.lines.clone();
        let both = repeat.both();
        lines.sort_unstable_by_key(|(number, _)| *number);
        lines.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = both(kept.1, next.1);
            }
            same
        });
        let (numbers, hits): (Vec<u32>, Vec<u32>) = lines.into_iter().unzip();
        (numbers.into(), hits)
    }

    fn sorted_rows(&self) -> BranchRows {
        if !self.unsorted && is_ascending(&self.rows.lines, |line| *line) {
            return self.rows.clone();
        }
        let mut order: Vec<u32> = (0..self.rows.len() as u32).collect();
        if !self.rows.lines.windows(2).all(|pair| pair[0] < pair[1]) {
            order.sort_by_key(|row| self.rows.lines[*row as usize]);
        }
        let mut out = BranchRows::default();
        let mut joined = Vec::new();
        let mut row = Vec::new();
        for index in order {
            row.clear();
            row.extend_from_slice(self.rows.row(index as usize).0);
            Row::normalise(&mut row);
            let line = self.rows.lines[index as usize];
            if out.lines.last() == Some(&line) {
                let start = out.starts[out.len() - 1] as usize;
                joined.clear();
                Row(&out.facts[start..]).join(Row(&row), &mut joined);
                out.facts.truncate(start);
                out.facts.append(&mut joined);
            } else if out.open(line) {
                out.facts.extend_from_slice(&row);
            }
        }
        out
    }
}

/// Strictly. In pieces without an early end, which is vector code.
fn is_ascending<T>(all: &[T], key: impl Fn(&T) -> u32) -> bool {
    let next = all.get(1..).unwrap_or_default();
    all.chunks(256)
        .zip(next.chunks(256))
        .all(|(left, right)| left.iter().zip(right).fold(true, |sorted, (a, b)| sorted & (key(a) < key(b))))
}
