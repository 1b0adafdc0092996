//! As much of git as the stand-in needs: object ids that are git's own, the commit graph, and real diffs.
//!
//! Pure: file trees in, values out. Nothing here knows repositories, pull requests or HTTP. Every commit carries its
//! whole file tree, which is the simplest thing that can answer every question GitHub answers.

mod changes;
mod graph;
mod object;
mod unified;

pub use changes::{ChangeKind, FileChange, changes};
pub(crate) use graph::{ahead_behind, ancestors, log, merge_base};
pub use object::{Blob, Commit, Signature, Tree};
pub(crate) use object::{Entry, EntryKind, commit_id, listing};
pub use unified::unified;
pub(crate) use unified::{hunks, patch_text};

#[cfg(test)]
mod tests;
