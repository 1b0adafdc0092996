//! Indirect changes: lines that nobody touched and whose state is another one now.
//!
//! Files with equal digests and no hunks are skipped, so the cost is the number of files plus what changed.

use std::collections::HashMap;

use super::pairs::{Pair, pairs};
use crate::diff::{Diff, DiffFile};
use crate::{FileReport, LineState, Report};

/// One file with indirect changes. Line numbers are the head's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndirectFile {
    /// The path in head; in base when the file is only there.
    pub path: String,
    /// Which report knows the file.
    pub presence: Presence,
    /// Untouched lines that are worse now: covered less than in base, or measured for the first time and not covered.
    pub newly_missed: Vec<u32>,
    /// Untouched lines that are better now.
    pub newly_covered: Vec<u32>,
}

/// In which of the two reports a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// In both.
    Both,
    /// Only in head, though the diff does not add it: it was not measured before.
    OnlyHead,
    /// Only in base, though the diff does not delete it: it is not measured any more.
    OnlyBase,
}

/// What changed outside of `diff`, sorted by path. Both reports are needed; compare like with like: a report that
/// lacks an upload of the other makes files look as if they changed.
#[must_use]
pub fn indirect(base: &Report, head: &Report, diff: &Diff) -> Vec<IndirectFile> {
    pairs(base, head, diff).iter().filter_map(of).collect()
}

pub(super) fn of(pair: &Pair<'_>) -> Option<IndirectFile> {
    match (pair.base, pair.head) {
        (Some(old), Some(new)) => changed(old, new, pair.change),
        (None, Some(new)) => appeared(new, pair.change),
        (Some(old), None) => disappeared(old, pair.change),
        (None, None) => None,
    }
}

fn changed(old: &FileReport, new: &FileReport, change: Option<&DiffFile>) -> Option<IndirectFile> {
    let alignment = change.map(DiffFile::alignment);
    let place = |line: u32| alignment.as_ref().map_or(Some(line), |alignment| alignment.new_line(line));
    let before: HashMap<u32, LineState> =
        old.lines().filter_map(|line| Some((place(line.number)?, line.state()))).collect();
    differences(new, change, Presence::Both, |number| before.get(&number).copied())
}

/// A file that the change does not add and that is measured now. One that the change adds is the patch.
fn appeared(file: &FileReport, change: Option<&DiffFile>) -> Option<IndirectFile> {
    if change.is_some_and(|change| change.old.is_none()) {
        return None;
    }
    differences(file, change, Presence::OnlyHead, |_| None)
}

/// A file that left the report although some of its measured lines are still in the repository.
fn disappeared(file: &FileReport, change: Option<&DiffFile>) -> Option<IndirectFile> {
    let stays = match change {
        None => true,
        Some(change) if change.new.is_none() => false,
        Some(change) => {
            let alignment = change.alignment();
            file.lines().any(|line| alignment.new_line(line.number).is_some())
        }
    };
    stays.then(|| IndirectFile {
        path: file.path().to_owned(),
        presence: Presence::OnlyBase,
        newly_missed: Vec::new(),
        newly_covered: Vec::new(),
    })
}

fn differences(
    file: &FileReport,
    change: Option<&DiffFile>,
    presence: Presence,
    before: impl Fn(u32) -> Option<LineState>,
) -> Option<IndirectFile> {
    let mut found =
        IndirectFile { path: file.path().to_owned(), presence, newly_missed: Vec::new(), newly_covered: Vec::new() };
    let mut added = change.into_iter().flat_map(DiffFile::added).peekable();
    for line in file.lines() {
        while added.next_if(|range| *range.end() < line.number).is_some() {}
        if added.peek().is_some_and(|range| range.contains(&line.number)) {
            continue;
        }
        let (then, now) = (before(line.number), line.state());
        if then.is_some_and(|then| now < then) || (then.is_none() && now != LineState::Hit) {
            found.newly_missed.push(line.number);
        } else if then != Some(now) {
            found.newly_covered.push(line.number);
        }
    }
    (!found.newly_missed.is_empty() || !found.newly_covered.is_empty()).then_some(found)
}
