//! Coverage sums as rows keep them.

use serde::{Deserialize, Serialize};

/// Sums over a report. The same fields as the coverage crate's totals, which this crate does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Totals {
    /// Files.
    pub files: u64,
    /// Lines that coverage is measured for: hits + partials + misses.
    pub lines: u64,
    /// Lines fully covered.
    pub hits: u64,
    /// Lines of which some branches were taken.
    pub partials: u64,
    /// Lines not covered.
    pub misses: u64,
    /// Branches.
    pub branches: u64,
    /// Branches taken.
    pub branches_hit: u64,
}
