//! Unified diffs as `git` and GitHub's `diff` media type write them: which lines were added, and how line numbers move.
//!
//! The text of the lines is not kept. A hunk is a list of runs (context, removed, added), which is all that patch
//! coverage and the alignment of two reports need.

mod names;
mod parse;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

/// A whole diff, one entry for each file in the order of the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// The files.
    pub files: Vec<DiffFile>,
}

/// One file of a diff.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiffFile {
    /// The path before; `None` when the file is new.
    pub old: Option<String>,
    /// The path after; `None` when the file was deleted.
    pub new: Option<String>,
    /// The content is binary: it changed, but has no lines.
    pub binary: bool,
    /// The new file is a copy, and the old one is still there (`git diff -C`; GitHub does not look for copies).
    pub copied: bool,
    /// The changes, in ascending order of lines.
    pub hunks: Vec<Hunk>,
}

/// One hunk. Line numbers are 1-based.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hunk {
    /// First line of the hunk in the old file.
    pub old_start: u32,
    /// First line of the hunk in the new file.
    pub new_start: u32,
    /// What follows from there.
    pub runs: Vec<Run>,
}

/// Consecutive lines of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The kind.
    pub kind: RunKind,
    /// How many lines.
    pub count: u32,
}

/// What a diff says about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    /// In both files.
    Context,
    /// Only in the old file.
    Removed,
    /// Only in the new file.
    Added,
}

/// A diff that cannot be used. Coverage of such a patch is unknown, never complete.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiffError {
    /// The text ends inside a hunk.
    #[error("the diff breaks off inside a hunk, at line {line}")]
    Truncated {
        /// Line of the diff, from 1.
        line: usize,
    },
    /// A line that cannot stand where it does.
    #[error("line {line} of the diff is not understood")]
    Malformed {
        /// Line of the diff, from 1.
        line: usize,
    },
}

impl Diff {
    /// Reads a unified diff. Bytes that are not UTF-8 in paths are replaced. A diff that was cut between two files or two
    /// hunks looks whole: who asked for it must know how many files it should have.
    ///
    /// # Errors
    /// When the diff is truncated or damaged.
    pub fn parse(text: &[u8]) -> Result<Diff, DiffError> {
        parse::parse(text)
    }

    /// The change to a file, by the path it has afterwards.
    #[must_use]
    pub fn file(&self, new: &str) -> Option<&DiffFile> {
        self.files.iter().find(|file| file.new.as_deref() == Some(new))
    }
}

impl DiffFile {
    /// The lines that the change added, as ranges of the new file's line numbers, ascending.
    pub fn added(&self) -> impl Iterator<Item = RangeInclusive<u32>> + '_ {
        self.hunks.iter().flat_map(Hunk::added)
    }

    /// The lines that the change removed, as ranges of the old file's line numbers, ascending.
    pub fn removed(&self) -> impl Iterator<Item = RangeInclusive<u32>> + '_ {
        self.hunks.iter().flat_map(Hunk::removed)
    }

    /// How the old file's lines map to the new file's.
    #[must_use]
    pub fn alignment(&self) -> Alignment {
        let mut points = Vec::new();
        for hunk in &self.hunks {
            let (mut old, mut new) = (hunk.old_start, hunk.new_start);
            for run in &hunk.runs {
                let shift = i64::from(new) - i64::from(old);
                match run.kind {
                    RunKind::Context => points.push((old, Some(shift))),
                    RunKind::Removed => points.push((old, None)),
                    RunKind::Added => {}
                }
                old = old.saturating_add(if run.kind == RunKind::Added { 0 } else { run.count });
                new = new.saturating_add(if run.kind == RunKind::Removed { 0 } else { run.count });
            }
            points.push((old, Some(i64::from(new) - i64::from(old))));
        }
        Alignment { points }
    }
}

/// Where the old file's lines are in the new file.
#[derive(Debug, Clone)]
pub struct Alignment {
    /// From this old line on, until the next point: moved by so much, or removed. Ascending.
    points: Vec<(u32, Option<i64>)>,
}

impl Alignment {
    /// The line's number in the new file; `None` when it was removed.
    #[must_use]
    pub fn new_line(&self, old: u32) -> Option<u32> {
        let after = self.points.partition_point(|(from, _)| *from <= old);
        let shift = after.checked_sub(1).map_or(Some(0), |index| self.points[index].1)?;
        u32::try_from(i64::from(old) + shift).ok()
    }
}

impl Hunk {
    /// The lines that this hunk added.
    pub fn added(&self) -> impl Iterator<Item = RangeInclusive<u32>> + '_ {
        self.ranges(self.new_start, RunKind::Added, RunKind::Removed)
    }

    /// The lines that this hunk removed, by their old numbers.
    pub fn removed(&self) -> impl Iterator<Item = RangeInclusive<u32>> + '_ {
        self.ranges(self.old_start, RunKind::Removed, RunKind::Added)
    }

    /// The runs of `kind` as line numbers of one side, on which there are no lines of the `other` kind.
    fn ranges(&self, start: u32, kind: RunKind, other: RunKind) -> impl Iterator<Item = RangeInclusive<u32>> + '_ {
        let mut line = start;
        self.runs.iter().filter_map(move |run| {
            let start = line;
            if run.kind != other {
                line = line.saturating_add(run.count);
            }
            (run.kind == kind).then(|| start..=line.saturating_sub(1))
        })
    }
}
