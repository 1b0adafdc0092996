//! Patch coverage: of the lines that a change added, those that are executable in the head report.

use crate::diff::{Diff, DiffFile};
use crate::{FileReport, Line, LineState, Report, Totals};

/// The coverage of a change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patch {
    /// The sums over all added executable lines. `lines == 0`: the change has nothing that coverage is measured for.
    pub totals: Totals,
    /// The files with at least one such line, in the diff's order.
    pub files: Vec<PatchFile>,
}

/// One changed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchFile {
    /// The path after the change.
    pub path: String,
    /// The sums over its added executable lines.
    pub totals: Totals,
    /// What is left to test, in ascending order of lines.
    pub uncovered: Vec<Uncovered>,
}

/// Something that a test should still reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uncovered {
    /// Added lines of which every executable one never ran. Blank lines and comments between two such lines do not
    /// part them; both ends are executable.
    Lines {
        /// First line.
        start: u32,
        /// Last line.
        end: u32,
    },
    /// A line that ran, without all its branches.
    Partial {
        /// The line.
        line: u32,
        /// Arms taken.
        taken: u32,
        /// All arms.
        total: u32,
    },
}

/// The coverage of what `diff` adds, by the head report.
#[must_use]
pub fn patch(head: &Report, diff: &Diff) -> Patch {
    let mut patch = Patch::default();
    for change in &diff.files {
        let file = change.new.as_deref().and_then(|path| head.file(path));
        if let Some(changed) = file.and_then(|file| added(file, change)) {
            patch.totals += changed.totals;
            patch.files.push(changed);
        }
    }
    patch
}

/// The lines that `change` added to `file`; `None` when none of them is measured.
pub(super) fn added(file: &FileReport, change: &DiffFile) -> Option<PatchFile> {
    let mut changed = PatchFile { path: file.path().to_owned(), totals: Totals::default(), uncovered: Vec::new() };
    for range in change.added() {
        changed.add(file, *range.start(), *range.end());
    }
    changed.totals.files = 1;
    (changed.totals.lines > 0).then_some(changed)
}

impl PatchFile {
    fn add(&mut self, file: &FileReport, from: u32, to: u32) {
        let mut missed: Option<(u32, u32)> = None;
        for line in file.lines_between(from, to) {
            self.totals.count_line(&line);
            self.totals.count_branches(line.branches);
            match (line.state(), &mut missed) {
                (LineState::Miss, Some((_, end))) => *end = line.number,
                (LineState::Miss, None) => missed = Some((line.number, line.number)),
                _ => self.close(&mut missed),
            }
            self.partial(&line);
        }
        self.close(&mut missed);
    }

    fn close(&mut self, missed: &mut Option<(u32, u32)>) {
        self.uncovered.extend(missed.take().map(|(start, end)| Uncovered::Lines { start, end }));
    }

    fn partial(&mut self, line: &Line) {
        if let (LineState::Partial, Some(branches)) = (line.state(), line.branches) {
            self.uncovered.push(Uncovered::Partial { line: line.number, taken: branches.taken, total: branches.total });
        }
    }
}
