//! What the client tells of a commit and of an upload: JSON with keys we know, keys we do not, and nulls, read into
//! bounded values or refused with a sentence that names the field.
//!
//! Lengths are counted in characters. They end up in table items, comments and statuses, all of which have limits.

use axum::http::Uri;
use covermark_github::RunId;
use covermark_service::{
    config::{MAX_REPORT, MAX_REPORT_TEXT},
    problem::Problem,
};
use covermark_types::{CommitSha, PullNumber};
use serde::Deserialize;
use serde_json::Value;

use crate::call::check_report_code;

/// Most flags of one upload.
const MOST_FLAGS: usize = 50;
/// Longest flag; the incumbent's are at most 45.
const LONGEST_FLAG: usize = 100;
/// Longest name of an upload, of its job and of its CI service. Matrix jobs get long ones without anybody's doing.
const LONGEST_NAME: usize = 500;
/// Longest branch. Git's own limit is the file system's 255; a fork's comes with its owner before a colon.
const LONGEST_BRANCH: usize = 300;
/// Longest address of a build. Longer ones are left away, not refused: nobody wrote them by hand.
const LONGEST_ADDRESS: usize = 1000;

/// The keys we read. All others (`cli_args`, `env`, `version`, …) are skipped without being kept in memory.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Raw {
    pub(crate) commitid: Value,
    /// The commit's SHA in test results.
    commit: Value,
    pub(crate) parent_commit_id: Value,
    pub(crate) branch: Value,
    pub(crate) pullid: Value,
    pub(crate) code: Value,
    pub(crate) flags: Value,
    pub(crate) name: Value,
    pub(crate) job_code: Value,
    pub(crate) ci_service: Value,
    pub(crate) ci_url: Value,
    pub(crate) report_payload_bytes: Value,
    /// The repository, where the path does not name it.
    pub(crate) slug: Value,
    /// The git service, where the path does not name it.
    pub(crate) service: Value,
    file_not_found: Value,
    should_force: Value,
    /// The CI run's number, in the legacy protocol.
    pub(crate) build: Value,
}

/// A body whose fields are not yet checked.
#[derive(Default)]
pub(crate) struct Fields(pub(crate) Raw);

/// What the client says of a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CommitFields {
    /// The branch; of a fork `owner:branch`.
    pub(crate) branch: Option<String>,
    /// The pull request.
    pub(crate) pull: Option<PullNumber>,
    /// The parent, when the client was told one.
    pub(crate) parent: Option<CommitSha>,
}

/// What the client says of an upload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct UploadFields {
    /// Flags, each once, in the client's order.
    pub(crate) flags: Vec<String>,
    /// The upload's name.
    pub(crate) name: Option<String>,
    /// The CI job.
    pub(crate) job_code: Option<String>,
    /// The CI service, by the client's own list.
    pub(crate) ci_service: Option<String>,
    /// Where the build can be looked at: http or https.
    pub(crate) build_url: Option<String>,
    /// How many bytes will come.
    pub(crate) bytes: Option<u64>,
}

impl Fields {
    /// Reads a body. An empty one is an empty object, so that a call by hand needs none.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Problem> {
        if body.trim_ascii().is_empty() {
            return Ok(Self(Raw::default()));
        }
        // serde would take an array for an object whose fields are all missing.
        let raw = if body.trim_ascii_start().starts_with(b"{") { serde_json::from_slice(body).ok() } else { None };
        raw.map(Self).ok_or_else(|| {
            Problem::bad_request(
                "The request's body is not a JSON object. Upload clients send one; an empty body will do where nothing \
                 has to be said.",
            )
        })
    }

    /// The commit's SHA, which must be there.
    pub(crate) fn sha(&self) -> Result<CommitSha, Problem> {
        let given = if self.0.commitid.is_null() { &self.0.commit } else { &self.0.commitid };
        let sha = text("commitid", given, 100)?.unwrap_or_default();
        sha.parse().map_err(|_| {
            Problem::bad_request(
                "`commitid` is not a full SHA: 40 hexadecimal digits are expected, as `git rev-parse HEAD` prints them. \
                 Pass `--sha`.",
            )
        })
    }

    /// Checks the report's code, if one is given.
    pub(crate) fn check_code(&self) -> Result<(), Problem> {
        text("code", &self.0.code, LONGEST_NAME)?.map_or(Ok(()), |code| check_report_code(&code))
    }

    /// What is said of the commit.
    pub(crate) fn commit(&self) -> Result<CommitFields, Problem> {
        let parent = text("parent_commit_id", &self.0.parent_commit_id, 100)?;
        let parent = parent.map(|sha| sha.parse()).transpose().map_err(|_| {
            Problem::bad_request(
                "`parent_commit_id` is not a full SHA: 40 hexadecimal digits are expected. Leave `--parent-sha` away if \
                 it is not known.",
            )
        })?;
        let branch = text("branch", &self.0.branch, LONGEST_BRANCH)?;
        Ok(CommitFields { branch, pull: self.pull()?, parent })
    }

    /// The commit's SHA, if one is named.
    pub(crate) fn maybe_sha(&self) -> Result<Option<CommitSha>, Problem> {
        if self.0.commitid.is_null() && self.0.commit.is_null() { Ok(None) } else { self.sha().map(Some) }
    }

    /// The CI run that the upload says it is from: the number after `/actions/runs/` in its address, or the build's.
    pub(crate) fn run(&self) -> Option<RunId> {
        let address = self.0.ci_url.as_str().and_then(|url| url.split_once("/actions/runs/"));
        let number = address.map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or(rest));
        number.or_else(|| self.0.build.as_str())?.parse().ok()
    }

    /// Whether the client found no file to upload.
    pub(crate) fn is_without_files(&self) -> bool {
        self.0.file_not_found == Value::Bool(true)
    }

    /// Whether the client insists that the commit needs no coverage.
    pub(crate) fn is_forced(&self) -> bool {
        self.0.should_force == Value::Bool(true)
    }

    /// The pull request: clients send it as text, as a number, or not at all.
    pub(crate) fn pull(&self) -> Result<Option<PullNumber>, Problem> {
        match text("pullid", &self.0.pullid, 30)?.as_deref() {
            // What CI variables hold on a build that is of no pull request.
            None | Some("false" | "true" | "null" | "none" | "undefined") => Ok(None),
            Some(number) => number.parse().map(Some).map_err(|_| {
                Problem::bad_request(
                    "`pullid` is not the number of a pull request. Pass `--pr` with the number alone, or leave it away.",
                )
            }),
        }
    }

    /// What is said of the upload.
    pub(crate) fn upload(&self) -> Result<UploadFields, Problem> {
        self.check_size()?;
        Ok(UploadFields {
            flags: flags(&self.0.flags)?,
            name: text("name", &self.0.name, LONGEST_NAME)?,
            job_code: text("job_code", &self.0.job_code, LONGEST_NAME)?,
            ci_service: text("ci_service", &self.0.ci_service, LONGEST_NAME)?,
            build_url: address(&self.0.ci_url),
            bytes: self.0.report_payload_bytes.as_u64(),
        })
    }

    fn check_size(&self) -> Result<(), Problem> {
        if self.0.report_payload_bytes.as_u64().is_some_and(|bytes| bytes > MAX_REPORT) {
            return Err(Problem::new(
                axum::http::StatusCode::PAYLOAD_TOO_LARGE,
                format!(
                    "The report is larger than {MAX_REPORT_TEXT}. Upload it in parts: each upload of a commit adds to \
                     its coverage."
                ),
            ));
        }
        Ok(())
    }
}

/// A short text: null, empty and missing are the same; a number or a boolean is read as it is written.
fn text(field: &str, value: &Value, longest: usize) -> Result<Option<String>, Problem> {
    let text = match value {
        Value::Null => return Ok(None),
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Array(_) | Value::Object(_) if field == "flags" => {
            return Err(Problem::bad_request(
                "`flags` is not a list of texts. Send one such as `[\"unit\", \"linux\"]`, or null.",
            ));
        }
        Value::Array(_) | Value::Object(_) => {
            return Err(Problem::bad_request(format!("`{field}` is neither a text nor null. Send one of them.")));
        }
    };
    if text.chars().count() > longest {
        return Err(Problem::bad_request(format!("`{field}` is longer than {longest} characters. Shorten it.")));
    }
    if text.chars().any(char::is_control) {
        return Err(Problem::bad_request(format!("`{field}` holds control characters. Send it in one plain line.")));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// Flags come as a list; a list written as one text with commas means the same to those who write it.
fn flags(value: &Value) -> Result<Vec<String>, Problem> {
    let given: &[Value] = match value {
        Value::Null => &[],
        Value::Array(list) => list,
        one => std::slice::from_ref(one),
    };
    let mut flags: Vec<String> = Vec::new();
    for entry in given {
        // One entry may be a whole list, so it has no bound but the body's.
        let entry = text("flags", entry, usize::MAX)?.unwrap_or_default();
        for flag in entry.split(',').map(str::trim).filter(|flag| !flag.is_empty()) {
            add_flag(&mut flags, flag)?;
        }
    }
    Ok(flags)
}

fn add_flag(flags: &mut Vec<String>, flag: &str) -> Result<(), Problem> {
    if flag.chars().count() > LONGEST_FLAG {
        return Err(Problem::bad_request(format!(
            "A flag is longer than {LONGEST_FLAG} characters. Flags are short names such as `unit` or `linux`."
        )));
    }
    if flags.iter().any(|known| known == flag) {
        return Ok(());
    }
    if flags.len() == MOST_FLAGS {
        return Err(Problem::bad_request(format!(
            "The upload has more than {MOST_FLAGS} flags. Flags group uploads; use `--name` to tell them apart."
        )));
    }
    flags.push(flag.to_owned());
    Ok(())
}

/// A build's address, if it is one that a page may link to.
fn address(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    let uri: Uri = Some(text).filter(|text| text.len() <= LONGEST_ADDRESS)?.parse().ok()?;
    (matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()).then(|| text.to_owned())
}

#[cfg(test)]
#[path = "fields_tests.rs"]
mod tests;
