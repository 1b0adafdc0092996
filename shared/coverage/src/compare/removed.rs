//! What a change takes away: the base's coverage of the lines that it removes.
//!
//! Whoever deletes well-covered code lowers the project's percentage without having left anything untested. With these
//! numbers off the base, the comparison is between what both commits still have.

use crate::diff::{Diff, DiffFile};
use crate::{FileReport, Report, Totals};

/// The sums over the lines that `diff` removes, deleted files included, as the base report measured them. `files`
/// counts those that lose a measured line.
#[must_use]
pub fn removed(base: &Report, diff: &Diff) -> Totals {
    let mut totals = Totals::default();
    for change in diff.files.iter().filter(|change| !change.copied) {
        if let Some(file) = change.old.as_deref().and_then(|path| base.file(path)) {
            totals += removed_from(file, change);
        }
    }
    totals
}

/// The base's sums without what `diff` removes: what `adjust_base` of a project status compares with. Its `files` are
/// the base's.
#[must_use]
pub fn adjusted_base(base: &Report, diff: &Diff) -> Totals {
    let (all, gone) = (base.totals(), removed(base, diff));
    Totals {
        files: all.files,
        lines: all.lines.saturating_sub(gone.lines),
        hits: all.hits.saturating_sub(gone.hits),
        partials: all.partials.saturating_sub(gone.partials),
        misses: all.misses.saturating_sub(gone.misses),
        branches: all.branches.saturating_sub(gone.branches),
        branches_hit: all.branches_hit.saturating_sub(gone.branches_hit),
        functions: all.functions.saturating_sub(gone.functions),
        functions_hit: all.functions_hit.saturating_sub(gone.functions_hit),
    }
}

pub(super) fn removed_from(file: &FileReport, change: &DiffFile) -> Totals {
    if change.new.is_none() {
        return file.totals();
    }
    let mut totals = Totals::default();
    for range in change.removed() {
        for line in file.lines_between(*range.start(), *range.end()) {
            totals.count_line(&line);
            totals.count_branches(line.branches);
        }
    }
    for function in file.functions().filter(|function| change.removed().any(|range| range.contains(&function.line))) {
        totals.functions += 1;
        totals.functions_hit += u64::from(function.hits > 0);
    }
    totals.files = u64::from(totals.lines > 0);
    totals
}
