//! Comparing: the coverage of a change, and what changed without being touched.
//!
//! Both walk the diff's hunks against the sorted columns of a report. Judging the numbers is policy's and feedback's.

mod indirect;
mod patch;
#[cfg(test)]
mod tests;

pub use indirect::{IndirectFile, Presence, indirect};
pub use patch::{Patch, PatchFile, Uncovered, patch};
