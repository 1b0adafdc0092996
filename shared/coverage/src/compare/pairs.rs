//! Which file of the base belongs to which file of the head: by name, through renames, and not at all.
//!
//! Files with equal digests that the diff gives no hunks are left out, so everything built on this costs the number of
//! files plus what changed.

use std::collections::{HashMap, HashSet};

use crate::diff::{Diff, DiffFile};
use crate::{FileReport, Report};

/// A file on both sides, or on one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) base: Option<&'a FileReport>,
    pub(super) head: Option<&'a FileReport>,
    pub(super) change: Option<&'a DiffFile>,
}

impl<'a> Pair<'a> {
    /// The path in head; in base when the file is only there.
    pub(super) fn path(&self) -> &'a str {
        self.head.or(self.base).map_or("", FileReport::path)
    }
}

/// The pairs that may differ, sorted by path.
pub(super) fn pairs<'a>(base: &'a Report, head: &'a Report, diff: &'a Diff) -> Vec<Pair<'a>> {
    let by_new: HashMap<&str, &DiffFile> =
        diff.files.iter().filter_map(|file| Some((file.new.as_deref()?, file))).collect();
    let mut pairs = Vec::new();
    let mut met = HashSet::new();
    for file in head.files() {
        let change = by_new.get(file.path()).copied();
        let old_path = change.map_or(Some(file.path()), |change| change.old.as_deref());
        let old = old_path.and_then(|path| base.file(path));
        if let Some(old) = old.filter(|_| change.is_none_or(|change| !change.copied)) {
            met.insert(old.path());
        }
        let same = old.is_some_and(|old| old.digest() == file.digest());
        if !same || change.is_some_and(|change| !change.hunks.is_empty()) {
            pairs.push(Pair { base: old, head: Some(file), change });
        }
    }
    let by_old: HashMap<&str, &DiffFile> =
        diff.files.iter().filter(|file| !file.copied).filter_map(|file| Some((file.old.as_deref()?, file))).collect();
    let gone = base.files().iter().filter(|file| !met.contains(file.path()));
    pairs.extend(gone.map(|file| Pair { base: Some(file), head: None, change: by_old.get(file.path()).copied() }));
    pairs.sort_by(|a, b| a.path().cmp(b.path()));
    pairs
}
