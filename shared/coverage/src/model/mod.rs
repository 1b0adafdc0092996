//! The report model: files sorted by path, lines sorted by number, both without repeats.
//!
//! A file is a set of columns, not a list of line structs: 376 k lines with 94 k branch arms stay under 5 MB, two
//! uploads with the same executable lines merge by adding two arrays, and a shard is the columns written down.
//! [`Line`] is the view that callers see. Functions are an optional set of columns of their own.

mod branches;
mod builder;
mod columns;
mod digest;
mod file;
mod functions;
mod ids;
mod join;
mod line;
mod moved;
mod report;
#[cfg(test)]
mod tests;
mod totals;

pub(crate) use branches::{Fact, Row, View};
pub(crate) use builder::{FileBuilder, Repeat};
pub(crate) use columns::{BranchRows, Columns};
pub use file::FileReport;
pub use functions::Function;
pub(crate) use functions::Functions;
pub(crate) use ids::Near;
pub(crate) use join::join;
pub use line::{Branches, Line, LineState};
pub use report::Report;
pub use totals::Totals;
