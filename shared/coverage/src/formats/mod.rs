//! Report formats: telling them apart by content, and reading them into files under the paths they write.
//!
//! One file for each format, its traps in its module doc. A parser never fails on a record it cannot use: it counts
//! it, keeps the first one as an example, and goes on. What no parser here reads is named, with a way to convert it.
//!
//! LCOV and XML parsers read from a stream, `input::Input` (whole lines) or `xml::Scanner` (tags); the others are given
//! all of the text, valid UTF-8.
//!
//! Bounds: a line number is never an index, so line 4,294,967,295 costs what line 1 costs; counts are capped, not
//! wrapped; paths and file counts have limits of their own ([`MAX_PATH`], [`MAX_FILES`]).

mod cobertura;
mod coverage_py;
mod detect;
mod go;
mod input;
mod istanbul;
mod json;
mod lcov;
mod llvm_cov;
mod number;
mod output;
mod sections;
mod simplecov;
mod spans;
#[cfg(test)]
mod tests;
mod unreadable;
mod warning;
mod xml;

use std::io::{self, Read};

use crate::FileReport;
use input::Input;
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
    /// Istanbul's `coverage-final.json`.
    Istanbul,
    /// SimpleCov's `.resultset.json`, and the `coverage.json` of its JSON formatter.
    SimpleCov,
    /// The JSON export of llvm-cov.
    LlvmCov,
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
            Format::Istanbul => ("istanbul", "Istanbul JSON"),
            Format::SimpleCov => ("simplecov", "SimpleCov"),
            Format::LlvmCov => ("llvm-cov-json", "llvm-cov JSON"),
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

/// Why a report could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is in no format that is read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The bytes stopped coming: the stream that they are read from failed.
    #[error("the report cannot be read to its end: {0}")]
    Io(#[from] io::Error),
}

/// Reads one report file that is in memory. The name only helps to name what cannot be read; the content decides.
///
/// # Errors
/// When the content is in no format that is read, with what it seems to be and how to convert it.
pub fn parse(filename: &str, bytes: &[u8]) -> Result<Parsed, Unreadable> {
    let mut from = bytes;
    match read(filename, &mut from) {
        Ok(parsed) => Ok(parsed),
        Err(ReadError::Unreadable(unreadable)) => Err(unreadable),
        // Memory does not fail.
        Err(ReadError::Io(_)) => Err(unreadable::UNKNOWN),
    }
}

/// Reads one report file as a stream, block by block: LCOV and XML need a block or two of memory beyond what they find,
/// whatever the report's size; other formats are gathered first, up to 192 MiB.
///
/// # Errors
/// As [`parse`]; and when reading fails, in which case nothing of the report is given out, because a part of a report
/// looks like code that lost its tests.
pub fn read(filename: &str, from: &mut dyn Read) -> Result<Parsed, ReadError> {
    let (mut input, head) = Input::open(from)?;
    if let Some(unreadable) = detect::binary(filename, &head) {
        return Err(unreadable.into());
    }
    drop(head);
    if detect::is_json(input.text()) {
        input.hold_all()?;
    }
    let mut parsed = match detect::detect(input.text())? {
        Format::Lcov => lcov::read(&mut input),
        Format::Cobertura => cobertura::read(&mut input),
        Format::Go => go::read(&mut input),
        Format::CoveragePy => whole(&mut input, coverage_py::read)?,
        Format::Istanbul => whole(&mut input, istanbul::read)?,
        Format::SimpleCov => whole(&mut input, simplecov::read)?,
        Format::LlvmCov => whole(&mut input, llvm_cov::read)?,
    };
    let mut warnings = Warnings::default();
    input.close(&mut warnings)?;
    parsed.warnings.extend(warnings.into_vec());
    Ok(parsed)
}

/// For parsers that want all of the text at once.
fn whole(input: &mut Input<'_>, read: fn(&[u8], Warnings) -> Parsed) -> Result<Parsed, Unreadable> {
    input.hold_all()?;
    let parsed = read(input.text().as_bytes(), Warnings::default());
    input.take(input.text().len());
    Ok(parsed)
}
