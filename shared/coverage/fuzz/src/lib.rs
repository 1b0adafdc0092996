//! What each fuzz target does with its bytes. The same code runs in `cargo test` over the corpus (`tests/corpus.rs`).
//!
//! A target does more than not to panic: it asserts what must hold for any input (lines ascending, arms taken at most
//! all arms, totals that add up, a shard that reads back equal, the merge laws). A failed assertion is a finding.

use std::sync::LazyLock;

use covermark_coverage::diff::Diff;
use covermark_coverage::formats::{self, Format, Parsed};
use covermark_coverage::payload::{self, Limits};
use covermark_coverage::{Report, compare, ingest, merge, paths, shard};

/// The targets that read one format: the target's name, the format.
pub const PARSERS: &[(&str, Format)] = &[
    ("lcov", Format::Lcov),
    ("cobertura", Format::Cobertura),
    ("go", Format::Go),
    ("coverage_py", Format::CoveragePy),
    ("istanbul", Format::Istanbul),
    ("simplecov", Format::SimpleCov),
    ("llvm_cov", Format::LlvmCov),
    ("open_cover", Format::OpenCover),
    ("sonarqube", Format::SonarQube),
    ("gcov", Format::Gcov),
    ("gcov_json", Format::GcovJson),
    ("codecov_json", Format::CodecovJson),
    ("coveralls", Format::Coveralls),
    ("xccov", Format::Xccov),
    ("visual_studio", Format::VisualStudio),
    ("dot_cover", Format::DotCover),
    ("lua_cov", Format::LuaCov),
    ("elm", Format::Elm),
    ("d_listing", Format::DListing),
    ("scoverage", Format::Scoverage),
    ("mono", Format::Mono),
    ("bullseye", Format::Bullseye),
    ("covr", Format::Covr),
    ("flow", Format::Flow),
    ("jacoco", Format::Jacoco),
    ("clover", Format::Clover),
];

/// What a target does.
pub type Body = fn(&[u8]);

/// The targets that are no parser of one format.
pub const OTHERS: &[(&str, Body)] =
    &[("detect", detect), ("diff", diff), ("payload", payload), ("shard", shard), ("merge", merge_laws)];

/// Ranges may name more lines than the report has bytes; past this many, the slow checks are left out.
const MANY: usize = 20_000;

/// Runs one target. False when there is none of this name.
pub fn run(target: &str, data: &[u8]) -> bool {
    if let Some((_, format)) = PARSERS.iter().find(|(name, _)| *name == target) {
        if let Ok(parsed) = formats::parse_as(*format, data) {
            assert_eq!(parsed.format, *format);
            check(parsed);
        }
        return true;
    }
    let other = OTHERS.iter().find(|(name, _)| *name == target);
    other.map(|(_, body)| body(data)).is_some()
}

fn detect(data: &[u8]) {
    if let Ok(parsed) = formats::parse("report", data) {
        check(parsed);
    }
}

/// What holds for everything that a parser gives out.
fn check(parsed: Parsed) {
    let mut lines = 0;
    let mut paths = std::collections::HashSet::new();
    for file in &parsed.files {
        assert!(paths.insert(file.path().to_owned()), "a path comes once");
        assert!(file.path().len() <= formats::MAX_PATH);
        let mut last = 0;
        for line in file.lines() {
            assert!(line.number > last, "lines ascend");
            last = line.number;
            lines += 1;
            if let Some(branches) = line.branches {
                assert!(branches.taken <= branches.total);
            }
        }
        let totals = file.totals();
        assert_eq!(totals.hits + totals.partials + totals.misses, totals.lines);
        assert!(totals.branches_hit <= totals.branches && totals.functions_hit <= totals.functions);
    }
    for warning in &parsed.warnings {
        assert!(warning.count > 0 && warning.example.chars().count() <= 81);
    }
    if lines < MANY {
        let report = Report::from_files(parsed.files);
        assert_eq!(shard::decode(&shard::encode(&report)).as_ref(), Ok(&report), "a shard reads back equal");
    }
}

fn diff(data: &[u8]) {
    let Ok(diff) = Diff::parse(data) else { return };
    let report = fixed();
    for file in &diff.files {
        // No law of order here: a diff that leaves changes out (`--ignore-blank-lines`) has hunks that do not add up.
        let alignment = file.alignment();
        for old in [1, 2, 3, 10, 100, u32::MAX] {
            let _ = alignment.new_line(old);
        }
        for range in file.added().chain(file.removed()) {
            assert!(range.start() <= range.end());
        }
    }
    drop(compare::patch(&report, &diff));
    drop(compare::indirect(&report, &report, &diff));
    drop(compare::shift(&report, &diff));
}

fn payload(data: &[u8]) {
    let limits = Limits { total_bytes: 1 << 20, ratio: 400, files: 50, paths: 500 };
    let Ok(payload) = payload::read(data, &limits) else { return };
    let bytes: usize = payload.files.iter().map(|file| file.bytes.len()).sum();
    assert!(bytes <= limits.total_bytes && payload.files.len() <= limits.files);
    assert!(payload.network.len() <= limits.paths);
    drop(ingest::ingest(&payload, &paths::NoRules));
}

/// Bytes as they are; and as changes to a real shard: place (two bytes), what to change it with (one).
fn shard(data: &[u8]) {
    if let Ok(report) = shard::decode(data) {
        assert_eq!(shard::decode(&shard::encode(&report)).as_ref(), Ok(&report));
    }
    // Packing costs a thousand times what a damaged shard does.
    static WHOLE: LazyLock<(Report, Vec<u8>)> = LazyLock::new(|| (fixed(), shard::encode(&fixed())));
    let (whole, mut bytes) = (&WHOLE.0, WHOLE.1.clone());
    for change in data.chunks_exact(3) {
        let place = usize::from(u16::from_le_bytes([change[0], change[1]])) % bytes.len();
        bytes[place] ^= change[2];
    }
    if let Ok(report) = shard::decode(&bytes) {
        assert_eq!(&report, whole, "a changed shard is refused or is the same");
    }
}

/// Up to three reports between lines of `%%`.
fn merge_laws(data: &[u8]) {
    let mut reports: Vec<Report> = Vec::new();
    let text = data.to_vec();
    let mut rest = text.as_slice();
    while reports.len() < 3 {
        let end = rest.windows(4).position(|window| window == b"\n%%\n");
        let part = &rest[..end.unwrap_or(rest.len())];
        if let Ok(parsed) = formats::parse("report", part) {
            let report = Report::from_files(parsed.files);
            let lines: u64 = report.totals().lines;
            if !report.is_empty() && lines < MANY as u64 && !reports.contains(&report) {
                reports.push(report);
            }
        }
        let Some(end) = end else { break };
        rest = &rest[end + 4..];
    }
    for report in &reports {
        assert_eq!(&merge([report, report]), report, "an upload counts once");
    }
    let [a, b, rest @ ..] = reports.as_slice() else { return };
    let both = merge([a, b]);
    assert_eq!(merge([b, a]), both, "order does not matter");
    assert_eq!(merge([&both, a]), both, "an upload counts once");
    if let [c] = rest {
        assert_eq!(merge([&both, c]), merge([a, &merge([b, c])]), "grouping does not matter");
    }
    assert_eq!(shard::decode(&shard::encode(&both)).as_ref(), Ok(&both));
}

/// A report of three files with named, counted and text branches.
fn fixed() -> Report {
    let lcov = b"SF:src/a.rs\nFN:1,main\nFNDA:2,main\nDA:1,2\nDA:2,0\nBRDA:2,0,0,1\nBRDA:2,0,1,-\nDA:90,1\nend_of_record\nSF:b.py\nDA:3,1\nBRDA:3,0,jump to line 6,1\nend_of_record\n";
    let xml = b"<coverage><packages><class filename='c.cs'><line number='7' hits='3' branch='true' condition-coverage='50% (1/2)'/></class></packages></coverage>";
    let files = [lcov.as_slice(), xml].into_iter().filter_map(|bytes| formats::parse("report", bytes).ok());
    Report::from_files(files.flat_map(|parsed| parsed.files).collect())
}
