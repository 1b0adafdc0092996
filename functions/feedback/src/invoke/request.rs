//! The event of a direct invocation, from JSON to typed values. Every sentence here is read in a CI log.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use covermark_types::{CommitSha, Provider, PullNumber, RepositoryName};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Failure;

/// A coverage job's request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) provider: Provider,
    pub(crate) repository: RepositoryName,
    pub(crate) commit: CommitSha,
    pub(crate) pull: Option<PullNumber>,
    pub(crate) branch: Option<String>,
    pub(crate) parent: Option<CommitSha>,
    pub(crate) flags: Vec<String>,
    pub(crate) name: Option<String>,
    pub(crate) report: Source,
}

/// Where the report is.
#[derive(Debug)]
pub(crate) enum Source {
    /// In the event itself.
    Inline(Bytes),
    /// In a bucket.
    Stored { bucket: String, key: String },
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
    report: Report,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    inline: Option<String>,
    encoding: Option<String>,
    filename: Option<String>,
    bucket: Option<String>,
    key: Option<String>,
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
    let Wire { repository, provider, commit, pull, branch, parent, flags, name, report } = wire;
    let report = source(report)?;
    Ok(Request { provider, repository, commit, pull, branch, parent, flags, name, report })
}

fn source(report: Report) -> Result<Source, Failure> {
    match report {
        Report { inline: Some(text), encoding, filename, bucket: None, key: None } => {
            let bytes = match encoding.as_deref() {
                None | Some("text") => text.into_bytes(),
                Some("base64") => STANDARD
                    .decode(text.trim_ascii())
                    .map_err(|_| malformed("`report.inline` is not base64, though `report.encoding` says so."))?,
                Some(_) => return Err(malformed("`report.encoding` is `text` (the default) or `base64`.")),
            };
            if bytes.is_empty() {
                return Err(malformed("`report.inline` is empty."));
            }
            Ok(Source::Inline(named(bytes, filename)))
        }
        Report { inline: None, encoding: None, filename: None, bucket: Some(bucket), key: Some(key) } => {
            Ok(Source::Stored { bucket, key })
        }
        _ => Err(malformed(
            "`report` is either {\"inline\": …} (with `encoding` and `filename` if you like) or {\"bucket\": …, \"key\": …}.",
        )),
    }
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
