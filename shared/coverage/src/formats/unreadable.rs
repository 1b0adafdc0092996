//! What cannot be read, by name, with what to do about it. Nobody ever reads "unusable report".
//!
//! The advice converts to LCOV or Cobertura, the two formats that are read.

/// A file in no format that is read. Displays as sentences: what it seems to be, what is read, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable {
    /// The stable name for scripts: `go`, `jacoco`, `binary` …
    pub code: &'static str,
    /// What it seems to be, with its article: `a Go cover profile`.
    pub what: &'static str,
    /// What to do, one sentence without its full stop; Markdown, commands in code spans.
    pub advice: &'static str,
}

/// What is read, in the order of how often people have it.
const READ: &str =
    "It is not among the formats that are read (LCOV, Cobertura, JaCoCo, Clover, Go, Istanbul and more). ";

impl std::fmt::Display for Unreadable {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "This is {}. ", self.what)?;
        // Of these the format is not the trouble.
        if ![EMPTY.code, ARCHIVE.code, TOO_LARGE.code].contains(&self.code) {
            out.write_str(READ)?;
        }
        write!(out, "{}.", self.advice)
    }
}

impl std::error::Error for Unreadable {}

const fn kind(code: &'static str, what: &'static str, advice: &'static str) -> Unreadable {
    Unreadable { code, what, advice }
}

const REPORT_GENERATOR: &str = "Convert it with `reportgenerator -reports:FILE -targetdir:out \
     -reporttypes:Cobertura` and upload `out/Cobertura.xml`";

pub(super) const EMPTY: Unreadable =
    kind("empty", "an empty file", "Check that the step which writes the report ran before the upload");
pub(super) const UNKNOWN: Unreadable =
    kind("unknown", "no coverage report that is known here", "Let the coverage tool write one of them");
pub(super) const UNKNOWN_XML: Unreadable =
    kind("xml", "XML of a kind that is not known here", "Let the coverage tool write one of them");
pub(super) const UNKNOWN_JSON: Unreadable =
    kind("json", "JSON of a kind that is not known here", "Let the coverage tool write one of them");
pub(super) const BINARY: Unreadable =
    kind("binary", "a binary file", "Upload what the coverage tool's report command writes");

pub(super) const TOO_LARGE: Unreadable = kind(
    "too-large",
    "a report of more than 192 MiB in a format that cannot be read in parts",
    "Upload the LCOV or Cobertura form of it, which is read as a stream, or upload it in parts",
);

// Binary.
pub(super) const COVERAGE_PY_DATA: Unreadable = kind(
    "coverage-py-data",
    "a SQLite database, probably coverage.py's `.coverage` data file",
    "Upload what `coverage xml` or `coverage lcov` makes of it",
);
pub(super) const VISUAL_STUDIO_DATA: Unreadable = kind(
    "dotnet-coverage-data",
    "a binary `.coverage` file of Visual Studio or .NET",
    "Convert it with `dotnet-coverage merge -f cobertura -o coverage.xml FILE`",
);
pub(super) const LLVM_PROFILE: Unreadable =
    kind("llvm-profile", "an LLVM profile", "Export it with `llvm-profdata merge` and `llvm-cov export -format=lcov`");
pub(super) const JACOCO_EXEC: Unreadable = kind(
    "jacoco-exec",
    "JaCoCo's binary execution data",
    "Let JaCoCo write its XML report and convert that with `cover2cover` or ReportGenerator to Cobertura",
);
pub(super) const GCOV_DATA: Unreadable = kind(
    "gcov-data",
    "a binary `.gcda` or `.gcno` file of GCC",
    "Turn the build folder into a report with `gcovr --cobertura coverage.xml` or `lcov --capture`",
);
pub(super) const ARCHIVE: Unreadable =
    kind("archive", "an archive or a compressed file inside the upload", "Unpack it before the upload");

// XML.
pub(super) const JACOCO: Unreadable = kind("jacoco", "a JaCoCo XML report", REPORT_GENERATOR);
pub(super) const CLOVER: Unreadable = kind(
    "clover",
    "a Clover XML report",
    "PHPUnit writes Cobertura with `--coverage-cobertura`, Istanbul with `--reporter=cobertura`; \
     ReportGenerator converts the rest",
);
pub(super) const OPEN_COVER: Unreadable = kind("opencover", "an OpenCover XML report", REPORT_GENERATOR);
pub(super) const DOT_COVER: Unreadable = kind("dotcover", "a dotCover XML report", REPORT_GENERATOR);
pub(super) const VISUAL_STUDIO: Unreadable =
    kind("dotnet-coverage-xml", "a coverage XML file of Visual Studio", REPORT_GENERATOR);
pub(super) const SONAR: Unreadable =
    kind("sonarqube", "SonarQube's generic coverage XML", "Let the tool that wrote it write LCOV or Cobertura as well");
pub(super) const SCOVERAGE: Unreadable = kind(
    "scoverage",
    "scoverage's own XML",
    "Turn on its Cobertura writer (`coverageOutputCobertura := true`) and upload `cobertura.xml`",
);
pub(super) const PHPUNIT_XML: Unreadable = kind(
    "phpunit-xml",
    "a file of PHPUnit's `coverage-xml` folder",
    "Run PHPUnit with `--coverage-cobertura coverage.xml`",
);
pub(super) const BULLSEYE: Unreadable =
    kind("bullseye", "a BullseyeCoverage XML report", "No converter is known to us; please open an issue");
pub(super) const MONO: Unreadable = kind("mono", "a coverage XML file of Mono", REPORT_GENERATOR);
pub(super) const TEST_RESULTS: Unreadable = kind(
    "test-results",
    "a list of test results, not of coverage",
    "Upload the coverage report of the same run; results of tests are not used",
);
pub(super) const HTML: Unreadable =
    kind("html", "an HTML page", "Upload the report in its LCOV or Cobertura form; the HTML one is for reading");

// JSON.
pub(super) const ISTANBUL_SUMMARY: Unreadable = kind(
    "istanbul-summary",
    "Istanbul's `coverage-summary.json`, which has totals but no lines",
    "Add the reporter `lcovonly` and upload `lcov.info`",
);
pub(super) const GCOV_JSON: Unreadable =
    kind("gcov-json", "gcov's JSON", "Turn the build folder into a report with `gcovr --cobertura coverage.xml`");
pub(super) const COVERALLS: Unreadable =
    kind("coveralls", "a Coveralls JSON report", "Upload the LCOV or Cobertura report that it was made from");
pub(super) const CODECOV_JSON: Unreadable =
    kind("codecov-json", "Codecov's own JSON", "Upload the LCOV or Cobertura report that it was made from");
pub(super) const XCCOV: Unreadable = kind(
    "xccov",
    "a coverage file of Xcode",
    "Convert the result bundle with `xcresultparser -o cobertura` or `xcrun llvm-cov export -format=lcov`",
);
pub(super) const ELM: Unreadable =
    kind("elm-coverage", "elm-coverage's JSON", "No converter is known to us; please open an issue");
pub(super) const FLOW: Unreadable =
    kind("flow", "Flow's type coverage, which is not test coverage", "Upload the coverage of the tests");

// Text.
pub(super) const GCOV: Unreadable =
    kind("gcov", "gcov's text output", "Turn the build folder into a report with `gcovr --cobertura coverage.xml`");
pub(super) const LUA_COV: Unreadable = kind("luacov", "a LuaCov report", "Use the `luacov-cobertura` reporter");
pub(super) const D_LISTING: Unreadable =
    kind("d-lst", "a listing of the D compiler", "No converter is known to us; please open an issue");
