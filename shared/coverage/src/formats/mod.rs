//! Report formats: telling them apart by content, and reading them into files under the paths they write.
//!
//! One file for each format, its traps in its module doc. A parser never fails on a record it cannot use: it counts
//! it, keeps the first one as an example, and goes on. What no parser here reads is named, with a way to convert it.
//!
//! Bounds: a line number is never an index, so line 4,294,967,295 costs what line 1 costs; counts are capped, not
//! wrapped; paths and file counts have limits of their own ([`MAX_PATH`], [`MAX_FILES`]).

mod cobertura;
mod coverage_py;
mod detect;
mod go;
mod json;
mod lcov;
mod number;
mod output;
mod sections;
mod spans;
#[cfg(test)]
mod tests;
mod text;
mod unreadable;
mod warning;
mod xml;

use crate::FileReport;
pub use unreadable::Unreadable;
pub(crate) use warning::Warnings;
pub use warning::{Place, Warning, WarningCode};

/// Longest path that is kept, in bytes: Linux's `PATH_MAX`.
pub const MAX_PATH: usize = 4096;

/// Most files of one report.
pub const MAX_FILES: usize = 500_000;

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// LCOV tracefiles, 1.x and 2.x records.
    Lcov,
    /// Cobertura XML.
    Cobertura,
    /// Go cover profiles.
    Go,
    /// coverage.py's JSON report.
    CoveragePy,
}

impl Format {
    /// The stable short name: `lcov`, `cobertura`, `go` …
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.names().0
    }

    /// The code, and what people call it.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Format::Lcov => ("lcov", "LCOV"),
            Format::Cobertura => ("cobertura", "Cobertura"),
            Format::Go => ("go", "Go cover profile"),
            Format::CoveragePy => ("coverage-py-json", "coverage.py JSON"),
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.names().1)
    }
}

/// One report file, read.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// What it was.
    pub format: Format,
    /// Its files under the paths that the report writes, each path once, in the report's order.
    pub files: Vec<FileReport>,
    /// Folders that its paths may be relative to (Cobertura's `<source>`), in the report's order, without blanks.
    pub sources: Vec<String>,
    /// What could not be used, one entry for each kind.
    pub warnings: Vec<Warning>,
}

/// Reads one report file. The name only helps to name what cannot be read; the content decides.
///
/// # Errors
/// When the content is in no format that is read, with what it seems to be and how to convert it.
pub fn parse(filename: &str, bytes: &[u8]) -> Result<Parsed, Unreadable> {
    if let Some(unreadable) = detect::binary(filename, bytes) {
        return Err(unreadable);
    }
    let text = text::utf8(bytes);
    let format = detect::detect(&text.bytes)?;
    let mut warnings = Warnings::default();
    if text.replaced {
        warnings.add(WarningCode::NotUtf8, Place::Byte(0), b"");
    }
    Ok(match format {
        Format::Lcov => lcov::read(&text.bytes, warnings),
        Format::Cobertura => cobertura::read(text.as_str(), warnings),
        Format::Go => go::read(&text.bytes, warnings),
        Format::CoveragePy => coverage_py::read(&text.bytes, warnings),
    })
}
