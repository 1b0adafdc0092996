//! Counts over lines. Percentages are made from them in `ratio`.

use std::ops::AddAssign;

use super::{Branches, Line, LineState};
use crate::{Metric, Ratio};

/// What a report, a file or a patch adds up to. `lines == hits + partials + misses`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Files with at least one executable line.
    pub files: u64,
    /// Executable lines.
    pub lines: u64,
    /// Lines that ran with all their branches.
    pub hits: u64,
    /// Lines that ran without some of their branches.
    pub partials: u64,
    /// Lines that never ran.
    pub misses: u64,
    /// Branch arms.
    pub branches: u64,
    /// Branch arms that were taken.
    pub branches_hit: u64,
    /// Functions and methods, where the reports name them.
    pub functions: u64,
    /// Those that were called.
    pub functions_hit: u64,
}

impl Totals {
    /// The exact fraction in `metric`. `total` is 0 when there is nothing to measure.
    #[must_use]
    pub fn ratio(&self, metric: Metric) -> Ratio {
        let ran = self.hits + self.partials;
        match metric {
            Metric::Codecov => Ratio { covered: self.hits, total: self.lines },
            Metric::Line => Ratio { covered: ran, total: self.lines },
            Metric::LineAndBranch => Ratio { covered: ran + self.branches_hit, total: self.lines + self.branches },
        }
    }

    pub(crate) fn count_line(&mut self, line: &Line) {
        self.lines += 1;
        match line.state() {
            LineState::Hit => self.hits += 1,
            LineState::Partial => self.partials += 1,
            LineState::Miss => self.misses += 1,
        }
    }

    pub(crate) fn count_branches(&mut self, branches: Option<Branches>) {
        if let Some(branches) = branches {
            self.branches += u64::from(branches.total);
            self.branches_hit += u64::from(branches.taken);
        }
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.lines += other.lines;
        self.hits += other.hits;
        self.partials += other.partials;
        self.misses += other.misses;
        self.branches += other.branches;
        self.branches_hit += other.branches_hit;
        self.functions += other.functions;
        self.functions_hit += other.functions_hit;
    }
}
