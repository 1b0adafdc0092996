//! The answers that upload clients read, in the shapes of the incumbent's API. Clients need `raw_upload_location` and
//! ignore the rest; scripts of users do not.
//!
//! There is no `url`: the client would print it as the place where results will be, and that is the pull request.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use covermark_state::rows::{commit::CommitRow, repository::Repository, upload::Upload as UploadRow};
use serde_json::{Value, json};

/// 201 with `body`.
pub(crate) fn created(body: Value) -> Response {
    (StatusCode::CREATED, Json(body)).into_response()
}

/// An opened upload: its id, and where to PUT the report.
pub(crate) fn slot(upload: &UploadRow, location: &url::Url) -> Value {
    json!({
        "external_id": upload.key.upload,
        "created_at": upload.opened_at.to_string(),
        "raw_upload_location": location.as_str(),
    })
}

/// The same with what we have understood of the upload.
pub(crate) fn slot_in_full(upload: &UploadRow, location: &url::Url) -> Value {
    let mut body = slot(upload, location);
    body["state"] = json!("started");
    body["upload_type"] = json!("uploaded");
    body["provider"] = json!(upload.ci_service);
    body["ci_url"] = json!(upload.build_url);
    body["flags"] = json!(upload.flags);
    body["name"] = json!(upload.name);
    body["job_code"] = json!(upload.job_code);
    body
}

/// A commit as it is known by now.
pub(crate) fn commit(commit: &CommitRow, repository: &Repository) -> Value {
    json!({
        "commitid": commit.sha,
        "branch": commit.branch,
        "pullid": commit.pull,
        "parent_commit_id": commit.parent,
        "timestamp": commit.created_at.to_string(),
        "state": if commit.report.is_some() { "complete" } else { "pending" },
        "repository": {
            "name": repository.name.name(),
            "owner": repository.name.owner(),
            "is_private": repository.private,
            "active": true,
        },
    })
}

/// A commit's report. There is one for each commit, so the commit's SHA is its id.
pub(crate) fn report(commit: &CommitRow) -> Value {
    json!({
        "external_id": commit.sha,
        "created_at": commit.created_at.to_string(),
        "commit_sha": commit.sha,
        "code": "default",
    })
}

/// What clients get that still ask for a commit's result: a state that ends their polling.
pub(crate) fn results() -> Value {
    json!({
        "state": "completed",
        "result": {
            "state": "deprecated",
            "message": "Results are not answered here: they are on the pull request, as a comment and as statuses.",
        },
    })
}
