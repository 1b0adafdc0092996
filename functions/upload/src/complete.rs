//! "No more uploads will come": how many of the commit's uploads were made and what became of them, and a word to
//! `feedback` that it may judge what is there.

use std::time::Duration;

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use covermark_service::{config::UPLOAD_SLOT_LIFETIME, problem::Problem};
use covermark_state::{
    jobs::{FeedbackJob, Job as _},
    rows::{
        repository::Repository,
        upload::{Upload as UploadRow, UploadState},
    },
};
use covermark_types::{CommitSha, Timestamp};
use serde_json::json;

use crate::{Upload, access::Access, commit};

/// Counts by what became of them, in the order of the answer's keys.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    processed: usize,
    under_way: usize,
    unreadable: usize,
}

/// Answers with the commit's counts; 404 when it has no uploads, as clients expect.
pub(crate) async fn complete(app: &Upload, access: &Access, sha: &CommitSha) -> Result<Response, Problem> {
    let repository = &access.repository;
    let now = app.clock.now();
    let uploads = app.table.uploads_of(&repository.provider, repository.id, sha, now).await?;
    let counts = count(&uploads, now);
    let total = counts.processed + counts.under_way + counts.unreadable;
    let mut body = json!({
        "uploads_total": total,
        "uploads_success": counts.processed,
        "uploads_processing": counts.under_way,
        "uploads_error": counts.unreadable,
    });
    if total == 0 {
        let sentence = format!(
            "There are no uploads for commit {} of {}. Upload a report first, or look whether `--sha` is the commit that \
             the reports were uploaded for.",
            sha.short(),
            repository.name
        );
        body["detail"] = json!(sentence);
        body["message"] = json!(sentence);
        return Ok((StatusCode::NOT_FOUND, Json(body)).into_response());
    }
    // A fork does not say when the repository's own jobs are done.
    let own = uploads.iter().any(|upload| upload.opened_by.may_be_a_base());
    if own && !access.by.may_be_a_base() {
        return Ok(Json(body).into_response());
    }
    // The first time counts: a job that is repeated says nothing new.
    commit::amend(app, repository, sha, |row| {
        if commit::may_speak(row, access.by) {
            row.complete_at = row.complete_at.or(Some(now));
        }
    })
    .await?;
    tell(app, repository, sha).await?;
    Ok(Json(body).into_response())
}

/// Lets `feedback` look at a commit.
pub(crate) async fn tell(app: &Upload, repository: &Repository, sha: &CommitSha) -> Result<(), Problem> {
    let job =
        FeedbackJob::Commit { provider: repository.provider.clone(), repository: repository.id, commit: sha.clone() };
    Ok(app.feedback.send(&job.to_body()?, Duration::ZERO).await?)
}

/// An upload that was only opened is under way as long as its address holds, since word of a PUT reaches us a moment
/// after the client has gone on; afterwards it was never made.
fn count(uploads: &[UploadRow], now: Timestamp) -> Counts {
    let mut counts = Counts::default();
    for upload in uploads {
        match upload.state {
            UploadState::Processed => counts.processed += 1,
            UploadState::Unreadable => counts.unreadable += 1,
            UploadState::Stored => counts.under_way += 1,
            UploadState::Opened if now.duration_since(upload.opened_at).unsigned_abs() <= UPLOAD_SLOT_LIFETIME => {
                counts.under_way += 1;
            }
            UploadState::Opened => {}
        }
    }
    counts
}
