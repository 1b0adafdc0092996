//! One JSON object a line. The keys are a promise; new ones may come.

use std::io::Write;

use covermark_coverage::{
    Rounding, Totals,
    formats::{Place, Warning},
};
use serde::Serialize;

use super::{
    By, Together,
    read::{Failure, Finding},
};

#[derive(Serialize)]
struct Found<'a> {
    file: Option<&'a str>,
    format: &'a str,
    files: u64,
    lines: u64,
    hits: u64,
    partials: u64,
    misses: u64,
    branches: u64,
    branches_hit: u64,
    functions: u64,
    functions_hit: u64,
    metric: &'a str,
    /// Rounded down to five digits; `null` when there is nothing to measure.
    coverage: Option<serde_json::Number>,
    warnings: Vec<Said<'a>>,
    dropped: Vec<Left<'a>>,
    seconds: f64,
    bytes: u64,
}

#[derive(Serialize)]
struct Said<'a> {
    code: &'a str,
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte: Option<u64>,
    example: &'a str,
    message: String,
}

#[derive(Serialize)]
struct Left<'a> {
    path: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Failed<'a> {
    file: &'a str,
    error: &'a str,
    message: &'a str,
}

pub(super) fn finding(out: &mut dyn Write, finding: &Finding, by: By) -> std::io::Result<()> {
    let mut found = of_totals(&finding.report.totals(), by);
    found.file = Some(&finding.file);
    found.format = finding.format.code();
    found.warnings = finding.warnings.iter().map(said).collect();
    found.dropped = finding.dropped.iter().map(|left| Left { path: &left.path, reason: left.reason.code() }).collect();
    (found.seconds, found.bytes) = (finding.seconds, finding.bytes);
    line(out, &found)
}

pub(super) fn together(out: &mut dyn Write, together: &Together, by: By) -> std::io::Result<()> {
    let found = Found { seconds: together.seconds, bytes: together.bytes, ..of_totals(&together.totals, by) };
    line(out, &found)
}

pub(super) fn failure(out: &mut dyn Write, failure: &Failure) -> std::io::Result<()> {
    line(out, &Failed { file: &failure.file, error: failure.code, message: &failure.sentence })
}

fn of_totals<'a>(totals: &Totals, by: By) -> Found<'a> {
    let coverage = totals.ratio(by.metric()).percent(5, Rounding::Down);
    Found {
        file: None,
        format: "merged",
        files: totals.files,
        lines: totals.lines,
        hits: totals.hits,
        partials: totals.partials,
        misses: totals.misses,
        branches: totals.branches,
        branches_hit: totals.branches_hit,
        functions: totals.functions,
        functions_hit: totals.functions_hit,
        metric: by.name(),
        coverage: coverage.and_then(|percent| serde_json::Number::from_f64(percent.parse().ok()?)),
        warnings: Vec::new(),
        dropped: Vec::new(),
        seconds: 0.0,
        bytes: 0,
    }
}

fn said(warning: &Warning) -> Said<'_> {
    let (line, byte) = match warning.place {
        Place::Line(line) => (Some(line), None),
        Place::Byte(byte) => (None, Some(byte)),
    };
    let message = warning.to_string();
    Said { code: warning.code.code(), count: warning.count, line, byte, example: &warning.example, message }
}

fn line(out: &mut dyn Write, value: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}
