//! What `tests/conformance/reports/make.py` wrote: real reports, and what the tools that made them say of them.
//!
//! The tests beside this ask whether we read the same. Nothing here computes coverage.

use std::{collections::BTreeMap, fs, path::PathBuf};

use covermark_coverage::{
    ingest::{Ingested, ingest},
    paths::NoRules,
    payload::{Payload, PayloadFile},
};
use serde::Deserialize;

/// `oracles.json`.
#[derive(Debug, Deserialize)]
pub struct Oracles {
    /// The reports.
    pub reports: Vec<ReportOracle>,
    /// The source files of each run, as `git ls-files` would list them.
    pub files: BTreeMap<String, Vec<String>>,
    /// The changes.
    pub patches: Vec<PatchOracle>,
}

/// One report file.
#[derive(Debug, Deserialize)]
pub struct ReportOracle {
    /// Below the folder.
    pub file: String,
    /// The short name of its format.
    pub format: String,
    /// The run that it is of.
    pub run: String,
    /// All reports of one name must have the same lines.
    pub same: Option<String>,
    /// The one thing that must be said of it.
    pub warns: Option<String>,
    /// What the report or its tool says that it adds up to.
    pub sums: Sums,
}

/// Sums; what a tool does not say is not compared.
#[derive(Debug, Default, Deserialize)]
pub struct Sums {
    /// Executable lines.
    pub lines: Option<u64>,
    /// Those that ran.
    pub lines_hit: Option<u64>,
    /// Branch arms.
    pub branches: Option<u64>,
    /// Those that were taken.
    pub branches_hit: Option<u64>,
    /// Functions.
    pub functions: Option<u64>,
    /// Those that were called.
    pub functions_hit: Option<u64>,
}

/// One change, with diff-cover's findings.
#[derive(Debug, Deserialize)]
pub struct PatchOracle {
    /// What the change does.
    pub name: String,
    /// The report of the commit after it.
    pub report: String,
    /// `git diff` of it.
    pub diff: String,
    /// Changed lines that are measured.
    pub lines: u64,
    /// Those that never ran.
    pub missed: u64,
    /// The repository's files after it.
    pub listed: Vec<String>,
    /// By path.
    pub files: BTreeMap<String, PatchFileOracle>,
}

/// One changed file.
#[derive(Debug, Deserialize)]
pub struct PatchFileOracle {
    /// Changed lines that are measured.
    pub lines: u64,
    /// The numbers of those that never ran.
    pub missed: Vec<u32>,
}

/// The folder that the reports are in.
///
/// # Panics
/// When `tests/run` has not made it.
#[must_use]
pub fn folder() -> PathBuf {
    let folder = std::env::var_os("COVERMARK_REPORTS").map(PathBuf::from);
    let Some(folder) = folder.filter(|folder| folder.join("oracles.json").exists()) else {
        panic!("COVERMARK_REPORTS is not set or not filled: run `tests/run`, which lets real tools write real reports");
    };
    folder
}

/// All that the tools said.
///
/// # Panics
/// When `tests/run` has not written it.
#[must_use]
pub fn oracles() -> Oracles {
    let text = fs::read(folder().join("oracles.json")).unwrap_or_default();
    match serde_json::from_slice(&text) {
        Ok(oracles) => oracles,
        Err(error) => panic!("oracles.json: {error}"),
    }
}

/// One of the files below the folder.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn read(file: &str) -> Vec<u8> {
    match fs::read(folder().join(file)) {
        Ok(bytes) => bytes,
        Err(error) => panic!("{file}: {error}"),
    }
}

/// A report under the paths of a repository that has these files, the way an upload is read.
///
/// # Panics
/// When its file is not there.
#[must_use]
pub fn upload(file: &str, listed: &[String]) -> Ingested {
    let report = PayloadFile { filename: file.to_owned(), bytes: read(file) };
    ingest(&Payload { files: vec![report], network: listed.to_vec(), ..Payload::default() }, &NoRules)
}
