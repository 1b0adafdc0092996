//! The coverage engine: report formats, the report model, merging, path resolution, diffs and comparison.
//!
//! Pure: bytes in, values out. No I/O, no async, no clock, and nothing that knows GitHub or AWS. Everything read here
//! was written by a stranger, so each reader is bounded before it allocates and reports what it skipped instead of
//! failing on it.
//!
//! The way through: [`payload::read`] → [`ingest::ingest`] → [`shard::encode`] for one upload, then
//! [`shard::decode`] → [`merge()`] → [`compare`] for a commit.

pub mod compare;
pub mod diff;
pub mod formats;
pub mod ingest;
mod merge;
mod model;
pub mod paths;
pub mod payload;
mod ratio;
pub mod shard;
#[cfg(test)]
mod testing;

pub use merge::merge;
pub use model::{Branches, FileReport, Function, Line, LineState, Report, Totals};
pub use ratio::{Metric, Ratio, Rounding, delta};
