//! What changed between two file trees: added, removed, modified and renamed files.

use similar::{Algorithm, DiffOp};

use super::{Blob, Tree};

/// How a file changed, in the words of GitHub's API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// Only the new tree has it.
    Added,
    /// Only the old tree had it.
    Removed,
    /// Both have it, with different content.
    Modified,
    /// It moved, perhaps with edits.
    Renamed,
}

/// One file's change.
#[derive(Clone, Debug)]
pub struct FileChange {
    /// What happened.
    pub kind: ChangeKind,
    /// The path before; the same as `path` but for renames.
    pub old_path: String,
    /// The path after (of a removed file: before).
    pub path: String,
    /// The content before.
    pub old: Option<Blob>,
    /// The content after.
    pub new: Option<Blob>,
    /// How much stayed, in percent; 100 for a pure rename.
    pub similarity: u32,
}

impl FileChange {
    /// Lines that are only in the new content.
    #[must_use]
    pub fn additions(&self) -> usize {
        self.operations().iter().map(|op| if is_equal(op) { 0 } else { op.new_range().len() }).sum()
    }

    /// Lines that are only in the old content.
    #[must_use]
    pub fn deletions(&self) -> usize {
        self.operations().iter().map(|op| if is_equal(op) { 0 } else { op.old_range().len() }).sum()
    }

    /// Whether the diff only says that the files differ.
    #[must_use]
    pub fn is_binary(&self) -> bool {
        self.old.iter().chain(&self.new).any(Blob::is_binary)
    }

    /// The line operations that lead from the old to the new content; none for binary files.
    pub(super) fn operations(&self) -> Vec<DiffOp> {
        if self.is_binary() {
            return Vec::new();
        }
        let (old, new) = (lines(self.old.as_ref()), lines(self.new.as_ref()));
        similar::capture_diff_slices(Algorithm::Myers, &old, &new)
    }
}

fn is_equal(op: &DiffOp) -> bool {
    matches!(op, DiffOp::Equal { .. })
}

/// The lines of a blob, each with its line feed if it has one.
pub(super) fn lines(blob: Option<&Blob>) -> Vec<&[u8]> {
    blob.map_or_else(Vec::new, |blob| blob.bytes.split_inclusive(|byte| *byte == b'\n').collect())
}

/// Everything that differs between `old` and `new`, by path.
#[must_use]
pub fn changes(old: &Tree, new: &Tree) -> Vec<FileChange> {
    let mut removed: Vec<(&String, &Blob)> = old.iter().filter(|(path, _)| !new.contains_key(*path)).collect();
    let mut found = Vec::new();
    for (path, blob) in new {
        match old.get(path) {
            Some(before) if before.sha == blob.sha => {}
            Some(before) => found.push(change(ChangeKind::Modified, (path, Some(before)), (path, Some(blob)))),
            None => match take_source(&mut removed, blob) {
                Some((from, before)) => {
                    found.push(change(ChangeKind::Renamed, (from, Some(before)), (path, Some(blob))));
                }
                None => found.push(change(ChangeKind::Added, (path, None), (path, Some(blob)))),
            },
        }
    }
    found.extend(removed.into_iter().map(|(path, blob)| change(ChangeKind::Removed, (path, Some(blob)), (path, None))));
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn change(kind: ChangeKind, old: (&str, Option<&Blob>), new: (&str, Option<&Blob>)) -> FileChange {
    let similarity = old.1.zip(new.1).map_or(0, |(old, new)| similarity(old, new));
    FileChange {
        kind,
        old_path: old.0.to_owned(),
        path: new.0.to_owned(),
        old: old.1.cloned(),
        new: new.1.cloned(),
        similarity,
    }
}

/// The removed file that `blob` was before, as git's rename detection finds it: at least half of it stayed.
fn take_source<'a>(removed: &mut Vec<(&'a String, &'a Blob)>, blob: &Blob) -> Option<(&'a String, &'a Blob)> {
    let score = |candidate: &(&String, &Blob)| similarity(candidate.1, blob);
    let best = (0..removed.len()).max_by_key(|at| score(&removed[*at]))?;
    (score(&removed[best]) >= 50).then(|| removed.remove(best))
}

/// Bytes in lines that both have, in percent of the larger.
fn similarity(old: &Blob, new: &Blob) -> u32 {
    if old.sha == new.sha {
        return 100;
    }
    let larger = old.bytes.len().max(new.bytes.len());
    if larger == 0 || old.is_binary() || new.is_binary() {
        return 0;
    }
    let (old_lines, new_lines) = (lines(Some(old)), lines(Some(new)));
    let kept: usize = similar::capture_diff_slices(Algorithm::Myers, &old_lines, &new_lines)
        .iter()
        .filter(|op| is_equal(op))
        .flat_map(DiffOp::old_range)
        .map(|line| old_lines[line].len())
        .sum();
    u32::try_from(kept * 100 / larger).unwrap_or(0).min(99)
}
