//! The file table: what a change does to each file, in numbers.

use super::indirect::{self, IndirectFile};
use super::pairs::{Pair, pairs};
use super::patch::added;
use super::removed::removed_from;
use crate::diff::Diff;
use crate::{FileReport, Report, Totals};

/// One file whose coverage differs between base and head, or of which the change touches measured lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The path in head; in base when the file is only there.
    pub path: String,
    /// The path in base, when it was another one.
    pub renamed_from: Option<String>,
    /// The sums over the whole file in base; `None` when it is not measured there.
    pub base: Option<Totals>,
    /// The sums over the whole file in head; `None` when it is not measured there.
    pub head: Option<Totals>,
    /// The sums over the lines that the change added, in head. `lines == 0`: it added none that is measured.
    pub patch: Totals,
    /// The sums over the lines that the change removed, in base.
    pub removed: Totals,
    /// What changed on lines that the change does not touch.
    pub indirect: Option<IndirectFile>,
}

/// The file table of a comparison, sorted by path. Files that only ran more or less often are not in it. Both reports
/// must hold the same uploads, see [`indirect()`](super::indirect()).
#[must_use]
pub fn files(base: &Report, head: &Report, diff: &Diff) -> Vec<FileChange> {
    pairs(base, head, diff).iter().filter_map(changed).collect()
}

fn changed(pair: &Pair<'_>) -> Option<FileChange> {
    let change = FileChange {
        path: pair.path().to_owned(),
        renamed_from: pair.base.map(FileReport::path).filter(|path| *path != pair.path()).map(str::to_owned),
        base: pair.base.map(FileReport::totals),
        head: pair.head.map(FileReport::totals),
        patch: pair
            .head
            .zip(pair.change)
            .and_then(|(head, change)| added(head, change))
            .map_or_else(Totals::default, |file| file.totals),
        removed: pair
            .base
            .zip(pair.change.filter(|change| !change.copied))
            .map(|(base, change)| removed_from(base, change))
            .unwrap_or_default(),
        indirect: indirect::of(pair),
    };
    let touched = change.patch.lines + change.removed.lines > 0;
    (touched || change.base != change.head || change.indirect.is_some()).then_some(change)
}
