//! Comparing: the coverage of a change, the file table, and what changed without being touched.
//!
//! All walk the diff's hunks against the sorted columns of a report. A diff that is not whole must not come here: its
//! patch is unknown ([`crate::diff::DiffError::Truncated`]). Judging the numbers is policy's and feedback's. The
//! filters of flags and components are [`crate::Report::filtered`] before the comparison.

mod files;
mod indirect;
mod pairs;
mod patch;
mod removed;
mod shift;
#[cfg(test)]
mod tests;

pub use files::{FileChange, files};
pub use indirect::{IndirectFile, Presence, indirect};
pub use patch::{Patch, PatchFile, Uncovered, patch};
pub use removed::{adjusted_base, removed};
pub use shift::shift;
