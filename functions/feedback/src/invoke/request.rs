//! The event of a direct invocation, from JSON to typed values. Every sentence here is read in a CI log.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use covermark_state::rows::Totals;
use covermark_types::{CommitSha, Provider, PullNumber, RepositoryName};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Failure;

/// Reports of one event, at most.
const MOST_REPORTS: usize = 50;
/// The largest sum that is believed: more lines than anybody's repository has, and far from any overflow.
const MOST_LINES: u64 = 1_000_000_000_000;

/// A coverage job's request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) provider: Provider,
    pub(crate) repository: RepositoryName,
    pub(crate) commit: CommitSha,
    pub(crate) pull: Option<PullNumber>,
    pub(crate) branch: Option<String>,
    pub(crate) parent: Option<CommitSha>,
    /// What is handed over, each an upload of its own; at least one.
    pub(crate) parts: Vec<Part>,
    /// Whether they came as a list: the answer has the same shape.
    pub(crate) several: bool,
    /// Whether the job only wants to know what would be said.
    pub(crate) dry_run: bool,
}

/// What becomes one upload.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) flags: Vec<String>,
    pub(crate) name: Option<String>,
    pub(crate) content: Content,
}

/// What a job has.
#[derive(Debug)]
pub(crate) enum Content {
    /// A report in the event itself.
    Inline(Bytes),
    /// A report in a bucket.
    Stored { bucket: String, key: String },
    /// The sums of the whole project, without any lines.
    Totals(Totals),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    repository: RepositoryName,
    #[serde(default = "Provider::github")]
    provider: Provider,
    commit: CommitSha,
    #[serde(default)]
    pull: Option<PullNumber>,
    #[serde(default)]
    branch: Option<String>,
    #[serde(default)]
    parent: Option<CommitSha>,
    #[serde(default)]
    flags: Vec<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    report: Option<Report>,
    #[serde(default)]
    reports: Option<Vec<Report>>,
    #[serde(default)]
    totals: Option<Sums>,
    #[serde(default)]
    dry_run: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    inline: Option<String>,
    encoding: Option<String>,
    filename: Option<String>,
    bucket: Option<String>,
    key: Option<String>,
    /// Of its own, in a list.
    flags: Option<Vec<String>>,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sums {
    lines: u64,
    hits: u64,
    #[serde(default)]
    partials: u64,
    #[serde(default)]
    branches: u64,
    #[serde(default)]
    branches_hit: u64,
}

/// Reads the event.
pub(crate) fn read(event: Value) -> Result<Request, Failure> {
    if !event.is_object() {
        return Err(malformed("A JSON object is expected, with `repository`, `commit` and `report`."));
    }
    let wire: Wire = serde_json::from_value(event).map_err(|error| {
        malformed(&format!("The event cannot be read: {error}. The function's README describes it."))
    })?;
    if wire.pull == Some(PullNumber(0)) {
        return Err(malformed("`pull` is a pull request's number, from 1."));
    }
    let Wire { repository, provider, commit, pull, branch, parent, flags, name, report, reports, totals, dry_run } =
        wire;
    let several = reports.is_some();
    let parts = match (report, reports, totals) {
        (Some(report), None, None) => vec![part(report, "report", &flags, name.as_ref())?],
        (None, Some(reports), None) => list(reports, &flags, name.as_ref())?,
        (None, None, Some(_)) if !flags.is_empty() => {
            return Err(malformed("`totals` are those of the whole project, so they have no `flags`."));
        }
        (None, None, Some(sums)) => vec![Part { flags, name, content: Content::Totals(checked(&sums)?) }],
        _ => return Err(malformed("One of `report`, `reports` and `totals` is expected: what was measured.")),
    };
    Ok(Request { provider, repository, commit, pull, branch, parent, parts, several, dry_run })
}

fn list(reports: Vec<Report>, flags: &[String], name: Option<&String>) -> Result<Vec<Part>, Failure> {
    if !(1..=MOST_REPORTS).contains(&reports.len()) {
        let count = reports.len();
        return Err(malformed(&format!("`reports` has {count} reports; from 1 to {MOST_REPORTS} are taken at once.")));
    }
    let numbered = reports.into_iter().enumerate();
    numbered.map(|(index, report)| part(report, &format!("reports[{index}]"), flags, name)).collect()
}

/// One report; `place` is where it stands in the event. What it does not say of itself, the event says for all.
fn part(report: Report, place: &str, flags: &[String], name: Option<&String>) -> Result<Part, Failure> {
    let Report { inline, encoding, filename, bucket, key, flags: own_flags, name: own_name } = report;
    let content = match (inline, bucket, key) {
        (Some(text), None, None) => Content::Inline(inline_report(text, encoding.as_deref(), filename, place)?),
        (None, Some(bucket), Some(key)) if encoding.is_none() && filename.is_none() => Content::Stored { bucket, key },
        _ => {
            return Err(malformed(&format!(
                "`{place}` is either {{\"inline\": …}} (with `encoding` and `filename` if you like) or {{\"bucket\": …, \"key\": …}}."
            )));
        }
    };
    let flags = own_flags.unwrap_or_else(|| flags.to_vec());
    Ok(Part { flags, name: own_name.or_else(|| name.cloned()), content })
}

fn inline_report(
    text: String,
    encoding: Option<&str>,
    filename: Option<String>,
    place: &str,
) -> Result<Bytes, Failure> {
    let bytes = match encoding {
        None | Some("text") => text.into_bytes(),
        Some("base64") => STANDARD
            .decode(text.trim_ascii())
            .map_err(|_| malformed(&format!("`{place}.inline` is not base64, though `{place}.encoding` says so.")))?,
        Some(_) => {
            return Err(malformed(&format!("`{place}.encoding` is `text` (the default) or `base64`.")));
        }
    };
    if bytes.is_empty() {
        return Err(malformed(&format!("`{place}.inline` is empty.")));
    }
    Ok(named(bytes, filename))
}

/// Sums that can be those of a project.
fn checked(sums: &Sums) -> Result<Totals, Failure> {
    let Sums { lines, hits, partials, branches, branches_hit } = *sums;
    if lines == 0 || [lines, hits, partials, branches, branches_hit].into_iter().any(|sum| sum > MOST_LINES) {
        return Err(malformed("`totals.lines` is how many lines are measured, from 1; no sum is above 10^12."));
    }
    if hits + partials > lines {
        return Err(malformed(
            "`totals.hits` and `totals.partials` are lines of `totals.lines`, and are more than those.",
        ));
    }
    if branches_hit > branches {
        return Err(malformed("`totals.branches_hit` are some of `totals.branches`, and are more than those."));
    }
    Ok(Totals { files: 0, lines, hits, partials, misses: lines - hits - partials, branches, branches_hit })
}

/// The report under its file name, in the envelope of the uploader; as it is when it has none, or is no text, or is such
/// an envelope already.
fn named(bytes: Vec<u8>, filename: Option<String>) -> Bytes {
    match (filename, std::str::from_utf8(&bytes)) {
        (Some(filename), Ok(text)) if !text.contains("\"coverage_files\"") => {
            let file = json!({ "filename": filename, "format": "text", "data": text });
            json!({ "coverage_files": [file], "network_files": [] }).to_string().into()
        }
        _ => bytes.into(),
    }
}

fn malformed(sentence: &str) -> Failure {
    Failure::new("event.malformed", sentence)
}
