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

mod bullseye;
mod clover;
mod cobertura;
mod codecov_json;
mod coverage_py;
mod coveralls;
mod covr;
mod d_listing;
mod detect;
mod dot_cover;
mod elm;
mod file_set;
mod flow;
mod gcov;
mod gcov_json;
mod go;
mod input;
mod istanbul;
mod jacoco;
mod json;
mod lcov;
mod llvm_cov;
mod lua_cov;
mod mono;
mod number;
mod open_cover;
mod output;
mod points;
mod scoverage;
mod sections;
mod simplecov;
mod sonarqube;
mod spans;
#[cfg(test)]
mod tests;
mod unreadable;
mod visual_studio;
mod warning;
mod written;
mod xccov;
mod xml;
mod xml_walk;

use std::io::{self, Read};

use crate::FileReport;
use input::Input;
pub use unreadable::Unreadable;
pub(crate) use warning::Warnings;
pub use warning::{Place, Warning, WarningCode};
pub use written::{BEGINNING, written};

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
    /// JaCoCo XML.
    Jacoco,
    /// Clover XML.
    Clover,
    /// coverage.py's JSON report.
    CoveragePy,
    /// Istanbul's `coverage-final.json`.
    Istanbul,
    /// SimpleCov's `.resultset.json`, and the `coverage.json` of its JSON formatter.
    SimpleCov,
    /// The JSON export of llvm-cov.
    LlvmCov,
    /// OpenCover's XML, which coverlet writes too.
    OpenCover,
    /// SonarQube's generic coverage XML.
    SonarQube,
    /// gcov's text.
    Gcov,
    /// gcov's JSON.
    GcovJson,
    /// Codecov's custom JSON.
    CodecovJson,
    /// Coveralls' JSON.
    Coveralls,
    /// Xcode's line coverage, `xccov view --archive --json`.
    Xccov,
    /// The XML of Visual Studio and `dotnet-coverage`.
    VisualStudio,
    /// JetBrains dotCover's DetailedXML.
    DotCover,
    /// LuaCov's report.
    LuaCov,
    /// elm-coverage's `codecov.json`.
    Elm,
    /// Listings of the D compilers.
    DListing,
    /// scoverage's own XML.
    Scoverage,
    /// The XML of Mono's profiler.
    Mono,
    /// BullseyeCoverage's XML.
    Bullseye,
    /// The JSON of R's covr.
    Covr,
    /// Flow's type coverage.
    Flow,
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
            Format::Jacoco => ("jacoco", "JaCoCo"),
            Format::Clover => ("clover", "Clover"),
            Format::CoveragePy => ("coverage-py-json", "coverage.py JSON"),
            Format::Istanbul => ("istanbul", "Istanbul JSON"),
            Format::SimpleCov => ("simplecov", "SimpleCov"),
            Format::LlvmCov => ("llvm-cov-json", "llvm-cov JSON"),
            Format::OpenCover => ("opencover", "OpenCover"),
            Format::SonarQube => ("sonarqube", "SonarQube generic XML"),
            Format::Gcov => ("gcov", "gcov text"),
            Format::GcovJson => ("gcov-json", "gcov JSON"),
            Format::CodecovJson => ("codecov-json", "Codecov JSON"),
            Format::Coveralls => ("coveralls", "Coveralls JSON"),
            Format::Xccov => ("xccov", "Xcode xccov JSON"),
            Format::VisualStudio => ("dotnet-coverage-xml", "Visual Studio coverage XML"),
            Format::DotCover => ("dotcover", "dotCover DetailedXML"),
            Format::LuaCov => ("luacov", "LuaCov report"),
            Format::Elm => ("elm-coverage", "elm-coverage JSON"),
            Format::DListing => ("d-lst", "D listing"),
            Format::Scoverage => ("scoverage", "scoverage XML"),
            Format::Mono => ("mono", "Mono coverage XML"),
            Format::Bullseye => ("bullseye", "BullseyeCoverage XML"),
            Format::Covr => ("covr", "covr JSON"),
            Format::Flow => ("flow", "Flow type coverage"),
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
    let format = detect::detect(input.text())?;
    content(format, input)
}

/// Reads bytes as this format, whatever they look like: for callers that know better than the content, and for tests.
///
/// # Errors
/// When the text is more than is held at once.
pub fn parse_as(format: Format, bytes: &[u8]) -> Result<Parsed, ReadError> {
    let mut from = bytes;
    let (input, _) = Input::open(&mut from)?;
    content(format, input)
}

fn content(format: Format, mut input: Input<'_>) -> Result<Parsed, ReadError> {
    let mut parsed = match format {
        Format::Lcov => lcov::read(&mut input),
        Format::Cobertura => cobertura::read(&mut input),
        Format::Go => go::read(&mut input),
        Format::Jacoco => jacoco::read(&mut input),
        Format::Clover => clover::read(&mut input),
        Format::CoveragePy => whole(&mut input, coverage_py::read)?,
        Format::Istanbul => whole(&mut input, istanbul::read)?,
        Format::SimpleCov => whole(&mut input, simplecov::read)?,
        Format::LlvmCov => whole(&mut input, llvm_cov::read)?,
        Format::OpenCover => open_cover::read(&mut input),
        Format::SonarQube => sonarqube::read(&mut input),
        Format::Gcov => whole(&mut input, gcov::read)?,
        Format::GcovJson => whole(&mut input, gcov_json::read)?,
        Format::CodecovJson => whole(&mut input, codecov_json::read)?,
        Format::Coveralls => whole(&mut input, coveralls::read)?,
        Format::Xccov => whole(&mut input, xccov::read)?,
        Format::VisualStudio => visual_studio::read(&mut input),
        Format::DotCover => dot_cover::read(&mut input),
        Format::LuaCov => whole(&mut input, lua_cov::read)?,
        Format::Elm => whole(&mut input, elm::read)?,
        Format::DListing => whole(&mut input, d_listing::read)?,
        Format::Scoverage => scoverage::read(&mut input),
        Format::Mono => mono::read(&mut input),
        Format::Bullseye => bullseye::read(&mut input),
        Format::Covr => whole(&mut input, covr::read)?,
        Format::Flow => whole(&mut input, flow::read)?,
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
