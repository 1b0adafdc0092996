//! From files to findings: unpacking, telling the format, reading, and where the paths lead.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};

use covermark_coverage::{
    Report,
    formats::{self, Format, Warning},
    ingest::ingest,
    paths::{Dropped, NoRules},
    payload::{self, Limits, Payload, PayloadFile},
};

use super::shown;

/// A person's own machine may read more than a function does, but not without end.
const LIMITS: Limits = Limits { total_bytes: 4 << 30, ratio: 2_000, files: 100_000, paths: 10_000_000 };

/// One report, read.
pub(super) struct Finding {
    pub(super) file: String,
    pub(super) format: Format,
    /// Under the repository's paths when its files were listed, else under those that the report writes.
    pub(super) report: Report,
    pub(super) warnings: Vec<Warning>,
    /// Paths that lead to no file of the list; empty when there was none.
    pub(super) dropped: Vec<Dropped>,
    /// Unpacked.
    pub(super) bytes: u64,
    /// For reading it, without the disk and without unpacking.
    pub(super) seconds: f64,
}

/// What could not be read.
pub(super) struct Failure {
    pub(super) file: String,
    /// The stable name for scripts.
    pub(super) code: &'static str,
    pub(super) sentence: String,
}

/// Files and standard input, which is there once.
pub(super) struct Inputs<'a> {
    standard: Option<&'a mut dyn Read>,
    now: &'a dyn Fn() -> Duration,
}

impl<'a> Inputs<'a> {
    pub(super) fn new(input: &'a mut dyn Read, now: &'a dyn Fn() -> Duration) -> Inputs<'a> {
        Inputs { standard: Some(input), now }
    }

    /// A list of files, one a line, or ended by NUL as `git ls-files -z` writes it.
    pub(super) fn list(&mut self, file: &Path) -> Result<Vec<String>, Failure> {
        let bytes = self.bytes(file)?;
        let end = if bytes.contains(&0) { 0 } else { b'\n' };
        let paths = bytes.split(|byte| *byte == end).map(|path| path.strip_suffix(b"\r").unwrap_or(path));
        let paths: Vec<String> =
            paths.filter(|path| !path.is_empty()).map(|path| String::from_utf8_lossy(path).into_owned()).collect();
        if paths.is_empty() {
            let sentence = "The list of the repository's files is empty. Write it with `git ls-files`.".to_owned();
            return Err(Failure { file: shown(file), code: "empty-network", sentence });
        }
        Ok(paths)
    }

    /// All reports of a file: one, or as many as an upload's body holds.
    pub(super) fn read(&mut self, file: &Path, network: Option<&[String]>) -> Vec<Result<Finding, Failure>> {
        let name = shown(file);
        let bytes = match self.bytes(file) {
            Ok(bytes) => bytes,
            Err(failure) => return vec![Err(failure)],
        };
        let mut payload = match payload::read(&bytes, &LIMITS) {
            Ok(payload) => payload,
            Err(error) => {
                return vec![Err(Failure { file: name, code: "payload", sentence: error.to_string() })];
            }
        };
        drop(bytes);
        // A body that is one report has no name of its own; in an upload's body, each report has.
        let is_report = matches!(payload.files.as_slice(), [one] if one.filename == "report");
        let inner = |inner: &str| if is_report { name.clone() } else { format!("{name}: {inner}") };
        let problems: Vec<_> = payload
            .problems
            .drain(..)
            .map(|problem| Failure {
                file: inner(&problem.filename),
                code: problem.reason.code(),
                sentence: problem.reason.to_string(),
            })
            .collect();
        let listed = network.map_or_else(|| std::mem::take(&mut payload.network), <[String]>::to_vec);
        let mut upload = Payload { network: listed, ignored_lines: payload.ignored_lines, ..Payload::default() };
        let mut results = Vec::new();
        for report in payload.files {
            let shown = inner(&report.filename);
            let filename = if is_report { file.display().to_string() } else { report.filename };
            upload.files = vec![PayloadFile { filename, bytes: report.bytes }];
            results.push(self.finding(shown, &upload));
        }
        if results.is_empty() && problems.is_empty() {
            let sentence = "The upload holds no report.".to_owned();
            results.push(Err(Failure { file: name, code: "empty", sentence }));
        }
        results.extend(problems.into_iter().map(Err));
        results
    }

    /// The one report of `upload`.
    fn finding(&self, file: String, upload: &Payload) -> Result<Finding, Failure> {
        let [PayloadFile { filename, bytes }] = upload.files.as_slice() else {
            return Err(Failure { file, code: "empty", sentence: "The upload holds no report.".to_owned() });
        };
        let unreadable =
            |what: formats::Unreadable| Failure { file: file.clone(), code: what.code, sentence: what.to_string() };
        let started = (self.now)();
        let (format, report, warnings, dropped) = if upload.network.is_empty() {
            let parsed = formats::parse(filename, bytes).map_err(unreadable)?;
            (parsed.format, Report::from_files(parsed.files), parsed.warnings, Vec::new())
        } else {
            let mut read = ingest(upload, &NoRules);
            if let Some((_, what)) = read.unreadable.pop() {
                return Err(unreadable(what));
            }
            let Some((_, format)) = read.formats.pop() else {
                let sentence = "The upload holds no report.".to_owned();
                return Err(Failure { file, code: "empty", sentence });
            };
            let warnings = read.warnings.into_iter().map(|(_, warning)| warning).collect();
            (format, read.report, warnings, read.dropped)
        };
        let seconds = (self.now)().saturating_sub(started).as_secs_f64();
        Ok(Finding { file, format, report, warnings, dropped, bytes: bytes.len() as u64, seconds })
    }

    fn bytes(&mut self, file: &Path) -> Result<Vec<u8>, Failure> {
        let failed = |code, sentence| Failure { file: shown(file), code, sentence };
        if file != Path::new("-") {
            return fs::read(file).map_err(|error| failed("io", why(file, &error)));
        }
        let Some(input) = self.standard.take() else {
            let sentence = "Standard input can be read only once: give `-` for one thing.".to_owned();
            return Err(failed("stdin-twice", sentence));
        };
        let mut bytes = Vec::new();
        input.read_to_end(&mut bytes).map_err(|error| failed("io", why(&PathBuf::from("-"), &error)))?;
        Ok(bytes)
    }
}

fn why(file: &Path, error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "There is no such file.".to_owned(),
        std::io::ErrorKind::IsADirectory => "This is a folder. Name the report in it.".to_owned(),
        std::io::ErrorKind::PermissionDenied => "The file may not be read by you.".to_owned(),
        _ => format!("{} cannot be read: {error}.", shown(file)),
    }
}
