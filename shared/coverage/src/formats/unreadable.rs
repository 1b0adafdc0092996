//! What cannot be read, by name, with what to do about it. Nobody ever reads "unusable report".
//!
//! The advice is one command or setting that makes something readable of it.

/// A file in no format that is read. Displays as sentences: what it seems to be, and what to do.
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
pub(super) const GO_DATA: Unreadable = kind(
    "go-coverage-data",
    "Go's binary coverage data (`covmeta` or `covcounters`)",
    "Turn the folder into a profile with `go tool covdata textfmt -i=DIR -o=cover.out`",
);
pub(super) const DOT_COVER_DATA: Unreadable = kind(
    "dotcover-data",
    "a snapshot of dotCover",
    "Convert it with `dotCover report --source=FILE --output=coverage.xml --reportType=DetailedXML`",
);
pub(super) const XCODE_DATA: Unreadable = kind(
    "xcode-data",
    "a binary file of an Xcode result bundle",
    "Export the bundle with `xcrun xccov view --archive --json Test.xcresult > coverage.json`",
);
pub(super) const PDF: Unreadable = kind("pdf", "a PDF document", "Upload the report that it was made from");
pub(super) const ARCHIVE: Unreadable =
    kind("archive", "an archive or a compressed file inside the upload", "Unpack it before the upload");

// XML.
pub(super) const DOT_COVER: Unreadable = kind(
    "dotcover-totals",
    "dotCover's plain XML report, which has totals but no lines",
    "Let dotCover write it with `--reportType=DetailedXML`",
);
pub(super) const EMMA: Unreadable = kind(
    "emma",
    "EMMA's XML report, which has totals but no lines",
    "Measure with JaCoCo, which reads the same classes, and upload its XML report",
);
pub(super) const XCODE_PLIST: Unreadable = kind(
    "xcode-plist",
    "a property list of Xcode, which has totals but no lines",
    "Export the bundle with `xcrun xccov view --archive --json Test.xcresult > coverage.json`",
);
pub(super) const PHPUNIT_XML: Unreadable = kind(
    "phpunit-xml",
    "a file of PHPUnit's `coverage-xml` folder",
    "Run PHPUnit with `--coverage-cobertura coverage.xml`",
);
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
pub(super) const XCCOV: Unreadable = kind(
    "xccov-totals",
    "the totals of `xccov view --report`, which name no lines",
    "Export the lines with `xcrun xccov view --archive --json Test.xcresult > coverage.json`",
);

// Text.
pub(super) const LUA_COV_STATS: Unreadable = kind(
    "luacov-stats",
    "LuaCov's stats file, which does not say which lines are code",
    "Run `luacov` after the tests and upload `luacov.report.out`",
);
pub(super) const JULIA: Unreadable = kind(
    "julia-cov",
    "a `.cov` file of Julia, which does not name its source",
    "Turn the folder into LCOV with `using CoverageTools; LCOV.writefile(\"lcov.info\", process_folder())`",
);
