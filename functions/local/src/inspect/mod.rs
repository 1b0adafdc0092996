//! `covermark inspect`: what is in a report, in words or as JSON, read by the code that reads uploads.
//!
//! Nothing but files and standard input is needed: no data folder, no server, no network. Here: the options and the
//! order of things. `read` turns a file into findings, `text` and `json` show them.

mod json;
mod read;
mod text;

use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::{Args, ValueEnum};
use covermark_coverage::{Metric, Report, Totals, merge};

use self::read::{Failure, Finding, Inputs};

/// What is asked.
#[derive(Args)]
pub(crate) struct Options {
    /// Reports, or bodies that codecov-cli uploads; plain, gzip, zlib or zstd; `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print one JSON object a report, each on a line of its own; the last of several is all of them merged
    #[arg(long)]
    json: bool,
    /// List of the repository's files (`git ls-files`), to show where each path of the report leads; `-` is standard input
    #[arg(long, value_name = "LIST")]
    network: Option<PathBuf>,
    /// Which percentage stands first
    #[arg(long, value_enum, default_value_t = By::Codecov, value_name = "METRIC")]
    metric: By,
}

/// The metrics by the names that people type.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// Lines that ran with all their branches, of all lines
    Codecov,
    /// Lines that ran, of all lines
    Line,
    /// Lines that ran and branches taken, of all lines and branches
    #[value(name = "line+branch")]
    LineAndBranch,
}

impl By {
    fn name(self) -> &'static str {
        match self {
            By::Codecov => "codecov",
            By::Line => "line",
            By::LineAndBranch => "line+branch",
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            By::Codecov => "lines that ran with all their branches, of all lines",
            By::Line => "lines that ran, of all lines",
            By::LineAndBranch => "lines that ran and branches taken, of all lines and branches",
        }
    }

    fn metric(self) -> Metric {
        match self {
            By::Codecov => Metric::Codecov,
            By::Line => Metric::Line,
            By::LineAndBranch => Metric::LineAndBranch,
        }
    }
}

/// The world outside: two streams, standard input, and a clock that only goes forward.
pub(crate) struct Outside<'a> {
    pub(crate) out: &'a mut dyn Write,
    pub(crate) err: &'a mut dyn Write,
    pub(crate) input: &'a mut dyn Read,
    pub(crate) now: &'a dyn Fn() -> Duration,
}

/// Several reports as one.
struct Together {
    totals: Totals,
    bytes: u64,
    seconds: f64,
}

/// Exit code for what cannot be read.
const CANNOT_READ: u8 = 2;

/// Shows every file; what cannot be read gets a sentence on standard error and makes the exit code 2.
pub(crate) fn run(options: &Options, mut outside: Outside<'_>) -> ExitCode {
    let mut inputs = Inputs::new(outside.input, outside.now);
    let network = match options.network.as_deref().map(|list| inputs.list(list)).transpose() {
        Ok(network) => network,
        Err(failure) => return refuse(options, &mut outside, &[failure]),
    };
    let (mut findings, mut failures) = (Vec::new(), Vec::new());
    for file in &options.files {
        for result in inputs.read(file, network.as_deref()) {
            match result {
                Ok(finding) => findings.push(finding),
                Err(failure) => failures.push(failure),
            }
        }
    }
    // A reader that went away (`| head`) is no failure of ours.
    let _ = show(options, &findings, &mut outside);
    if failures.is_empty() { ExitCode::SUCCESS } else { refuse(options, &mut outside, &failures) }
}

fn show(options: &Options, findings: &[Finding], outside: &mut Outside<'_>) -> std::io::Result<()> {
    let together = (findings.len() > 1).then(|| together(findings));
    for (number, finding) in findings.iter().enumerate() {
        if options.json {
            json::finding(outside.out, finding, options.metric)?;
        } else {
            if number > 0 {
                writeln!(outside.out)?;
            }
            text::finding(outside.out, finding, options.metric)?;
        }
    }
    match together {
        Some(together) if options.json => json::together(outside.out, &together, options.metric)?,
        Some(together) => text::together(outside.out, &together, findings.len(), options.metric)?,
        None => {}
    }
    outside.out.flush()
}

fn together(findings: &[Finding]) -> Together {
    let reports: Vec<&Report> = findings.iter().map(|finding| &finding.report).collect();
    Together {
        totals: merge(reports).totals(),
        bytes: findings.iter().map(|finding| finding.bytes).sum(),
        seconds: findings.iter().map(|finding| finding.seconds).sum(),
    }
}

fn refuse(options: &Options, outside: &mut Outside<'_>, failures: &[Failure]) -> ExitCode {
    for failure in failures {
        let _ = writeln!(outside.err, "covermark: {}: {}", failure.file, failure.sentence);
        if options.json {
            let _ = json::failure(outside.out, failure);
        }
    }
    ExitCode::from(CANNOT_READ)
}

/// How a file is called in what is printed.
fn shown(file: &Path) -> String {
    if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() }
}

#[cfg(test)]
mod tests;
