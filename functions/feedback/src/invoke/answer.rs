//! The answer to a direct invocation, and its error: JSON that a script reads and sentences that a person reads.

use covermark_coverage::Totals;
use covermark_service::credentials::CredentialsError;
use covermark_state::rows::upload::Upload;
use covermark_types::{Fault as _, FaultClass, UploadId};
use serde_json::{Value, json};

use crate::{
    FeedbackError,
    commit::{Done, TriedOut},
    judge::Style,
};

/// Why the invocation did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    code: &'static str,
    message: String,
}

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({ "error": { "code": self.code, "message": self.message } })
    }
}

impl Failure {
    /// Our storage failed before the report was in it.
    pub(crate) fn not_stored(cause: &covermark_state::Error) -> Self {
        tracing::warn!(%cause, "a direct invocation's report was not stored");
        Self::new("storage.unavailable", "Covermark's storage could not be used. Nothing was stored; invoke again.")
    }

    /// The report is stored, and the queue did not take the rest of the work.
    pub(crate) fn not_queued(cause: &covermark_state::Error) -> Self {
        tracing::error!(%cause, "the rest of a direct invocation's work was not queued");
        Self::new(
            "storage.unavailable",
            "The report is stored, but the work on it could neither be finished nor queued. Invoke again.",
        )
    }

    /// The same, after so many reports of the event were stored.
    pub(crate) fn after(self, stored: usize) -> Self {
        if stored == 0 {
            return self;
        }
        let message = format!(
            "Of the event's reports the first {stored} are stored and worked on; leave them out when you invoke again. Of the next one: {}",
            self.message
        );
        Self { message, ..self }
    }

    /// What was only to be tried could not be. Nothing was stored.
    pub(crate) fn untried(error: &FeedbackError) -> Self {
        tracing::warn!(cause = %error, "a dry run could not be finished");
        match (error, error.class()) {
            (FeedbackError::Credentials(CredentialsError::NotConfigured(_)), _) => Self::not_connected(),
            (FeedbackError::State(cause), _) => Self::not_stored(cause),
            (FeedbackError::GitHub(_), FaultClass::Retry(_)) => Self::new(
                "github.unavailable",
                "GitHub does not answer at the moment. It was a dry run, so nothing was stored; invoke again.",
            ),
            (FeedbackError::GitHub(_), _) => Self::new(
                "github.refused",
                "GitHub refused what was asked of it. The function's log says what GitHub said.",
            ),
            _ => Self::new("internal", "Covermark failed on this report. The function's log has the cause."),
        }
    }

    fn not_connected() -> Self {
        Self::new(
            "app.not_connected",
            "No GitHub App is connected for this provider. Import its credentials, then invoke again.",
        )
    }

    /// The report is stored and queued. The cause goes to the log; a CI job sees a fixed sentence.
    pub(crate) fn after_store(error: &FeedbackError) -> Self {
        tracing::warn!(cause = %error, "a direct invocation could not be finished");
        match (error, error.class()) {
            (FeedbackError::Credentials(CredentialsError::NotConfigured(_)), _) => Self::not_connected(),
            (FeedbackError::GitHub(_), FaultClass::Retry(_)) => Self::new(
                "github.unavailable",
                "GitHub does not answer at the moment. The report is stored; the comment follows by itself.",
            ),
            (FeedbackError::Busy | FeedbackError::Contended, _) => Self::new(
                "feedback.later",
                "Other uploads of the same pull request are being worked on. The report is stored; the comment follows by itself.",
            ),
            (_, FaultClass::Retry(_)) => Self::new(
                "feedback.later",
                "Covermark could not finish at the moment. The report is stored; the comment follows by itself.",
            ),
            (FeedbackError::GitHub(_), _) => Self::new(
                "github.refused",
                "GitHub refused what was asked of it. The report is stored; the function's log says what GitHub said.",
            ),
            _ => Self::new(
                "internal",
                "Covermark failed on this report. It is stored; the function's log has the cause.",
            ),
        }
    }
}

/// What became of the request. `several` is whether the reports came as a list.
pub(crate) fn answer(uploads: &[Upload], several: bool, done: &Done) -> Value {
    let mut answer = json!({
        "coverage": coverage(done.coverage, done.patch),
        "comment": done.comment.as_ref().map(|url| json!({ "url": url })),
        "verdicts": done.verdicts,
        "skipped": done.skipped,
        "github_calls": done.github_calls,
    });
    let shown: Vec<_> = uploads.iter().map(|upload| shown(upload, Some(&upload.key.upload))).collect();
    put(&mut answer, shown, several);
    answer
}

/// What would become of the request.
pub(crate) fn tried(uploads: &[Upload], several: bool, outcome: &TriedOut) -> Value {
    let mut answer = json!({
        "dry_run": true,
        "coverage": coverage(outcome.coverage, outcome.patch),
        "comment": outcome.comment.as_ref().map(|text| json!({ "markdown": text })),
        "verdicts": outcome.verdicts,
        "skipped": outcome.skipped,
        "github_calls": outcome.github_calls,
    });
    // They have no id, since there are none.
    let shown: Vec<_> = uploads.iter().map(|upload| shown(upload, None)).collect();
    put(&mut answer, shown, several);
    answer
}

/// As the event had them: one, or a list.
fn put(answer: &mut Value, mut shown: Vec<Value>, several: bool) {
    match (several, shown.pop()) {
        (false, Some(upload)) => answer["upload"] = upload,
        (_, last) => {
            shown.extend(last);
            answer["uploads"] = shown.into();
        }
    }
}

fn coverage(project: Option<(Totals, Style)>, patch: Option<Totals>) -> Option<Value> {
    let (project, style) = project?;
    Some(json!({
        "project": sums(&project, style),
        "patch": patch.map(|patch| sums(&patch, style)),
    }))
}

fn shown(upload: &Upload, id: Option<&UploadId>) -> Value {
    let unreadable: Vec<_> = upload
        .notes
        .unreadable
        .iter()
        .map(|file| json!({ "file": file.file, "code": file.code, "reason": file.reason }))
        .collect();
    let left_out: Vec<_> =
        upload.notes.dropped.iter().map(|path| json!({ "path": path.path, "code": path.reason })).collect();
    json!({
        "id": id,
        "state": upload.state,
        "formats": upload.notes.formats,
        "unreadable": unreadable,
        "left_out": { "count": upload.notes.dropped_total, "paths": left_out },
    })
}

/// Sums with their percentage as a text: a number would not keep `100` and `99.996` apart after rounding.
fn sums(totals: &Totals, style: Style) -> Value {
    let percent = totals.ratio(style.metric).percent(style.precision, style.rounding);
    json!({
        "percent": percent,
        "lines": totals.lines,
        "hits": totals.hits,
        "partials": totals.partials,
        "misses": totals.misses,
        "branches": totals.branches,
        "branches_hit": totals.branches_hit,
    })
}
