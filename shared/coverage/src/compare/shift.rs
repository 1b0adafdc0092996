//! Carrying a report forward: an ancestor's coverage under the line numbers of a later commit.

use std::collections::HashMap;

use crate::Report;
use crate::diff::{Diff, DiffFile};

/// The report of an ancestor as it would stand in the commit that `diff` leads to: lines move with what was added and
/// removed before them, removed lines and deleted files are gone, renamed files keep their coverage. Added lines have
/// none, and neither have copies: nobody knows whether the tests run them.
///
/// What nothing changes stays the same upload (its [`Report::parts`]), so merging it once more counts nothing twice.
#[must_use]
pub fn shift(report: &Report, diff: &Diff) -> Report {
    let changes: HashMap<&str, &DiffFile> =
        diff.files.iter().filter(|file| !file.copied).filter_map(|file| Some((file.old.as_deref()?, file))).collect();
    if !report.files().iter().any(|file| changes.contains_key(file.path())) {
        return report.clone();
    }
    let files = report.files().iter().filter_map(|file| {
        let Some(change) = changes.get(file.path()) else { return Some(file.clone()) };
        let path = change.new.as_deref()?;
        if change.hunks.is_empty() {
            return Some(file.clone().with_path(path));
        }
        let alignment = change.alignment();
        Some(file.moved(|line| alignment.new_line(line)).with_path(path))
    });
    Report::from_files(files.collect())
}
