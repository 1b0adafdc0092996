//! One line as callers see it, and the rule that decides between hit, partial and miss.

/// One executable line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// 1-based line number in the source file.
    pub number: u32,
    /// How often it ran, summed over uploads; capped at `u32::MAX`.
    pub hits: u32,
    /// What is known of its branches; `None` when the report says nothing.
    pub branches: Option<Branches>,
}

/// The branches of one line, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Branches {
    /// Arms that ran at least once.
    pub taken: u32,
    /// All arms.
    pub total: u32,
    /// The arms of several uploads had no names, so `taken` is a lower bound: two halves may have been the same half.
    pub approximate: bool,
}

/// What a line counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineState {
    /// It never ran.
    Miss,
    /// It ran, but not every branch of it was taken.
    Partial,
    /// It ran, with all its branches.
    Hit,
}

impl Line {
    /// A line that never ran is a miss whatever its branches say, so that hits and partials together are exactly the
    /// lines that ran (LCOV's `LH`, Cobertura's `lines-covered`).
    #[must_use]
    pub fn state(&self) -> LineState {
        match self.branches {
            _ if self.hits == 0 => LineState::Miss,
            Some(Branches { taken, total, .. }) if taken < total => LineState::Partial,
            _ => LineState::Hit,
        }
    }
}
