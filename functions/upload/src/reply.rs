//! The answers that upload clients read, in the shapes of the incumbent's API. Clients need `raw_upload_location` and
//! ignore the rest; scripts of users do not.
//!
//! `url` is our page of the pull request or commit: the client prints it as the place where results will be.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use covermark_service::config;
use covermark_state::rows::{commit::CommitRow, repository::Repository};
use covermark_types::{CommitSha, PullNumber};
use serde_json::{Value, json};

use crate::{Upload, opening::Opened};

/// 201 with `body`.
pub(crate) fn created(body: Value) -> Response {
    (StatusCode::CREATED, Json(body)).into_response()
}

/// Our page about a commit: that of its pull request if it is of one.
pub(crate) fn page(app: &Upload, repository: &Repository, sha: &CommitSha, pull: Option<PullNumber>) -> String {
    let Repository { provider, name, .. } = repository;
    let place = match pull {
        Some(number) => format!("pull/{number}"),
        None => format!("commit/{sha}"),
    };
    config::below(&app.public_url, &format!("{provider}/{name}/{place}"))
}

/// An opened upload: its id, and where to PUT the report.
pub(crate) fn slot(app: &Upload, repository: &Repository, opened: &Opened) -> Value {
    let Opened { row, location, .. } = opened;
    let mut body = json!({
        "external_id": row.key.upload,
        "created_at": row.opened_at.to_string(),
        "raw_upload_location": location.as_str(),
        "url": page(app, repository, &row.key.commit, row.pull),
    });
    if let Some(sentence) = filed_under(opened) {
        body["message"] = json!(sentence);
    }
    body
}

/// That the upload is filed under another commit than the client named, if it is.
fn filed_under(opened: &Opened) -> Option<String> {
    let (trial, row) = (opened.trial.as_ref()?, &opened.row);
    let pull = row.pull.map(|pull| format!(" of pull request {pull}")).unwrap_or_default();
    let (trial, head) = (trial.short(), row.key.commit.short());
    Some(format!("Commit {trial} is GitHub's trial merge{pull}, so the report is filed under the head, {head}."))
}

/// The same with what we have understood of the upload.
pub(crate) fn slot_in_full(app: &Upload, repository: &Repository, opened: &Opened) -> Value {
    let (mut body, upload) = (slot(app, repository, opened), &opened.row);
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
pub(crate) fn results(page: &str) -> Value {
    json!({
        "state": "completed",
        "result": {
            "state": "deprecated",
            "message": format!(
                "Results are not answered here: they are on the pull request, as a comment and as checks, and at {page}."
            ),
        },
    })
}

/// A report that came in one request.
pub(crate) fn stored(app: &Upload, repository: &Repository, opened: &Opened) -> Value {
    let page = page(app, repository, &opened.row.key.commit, opened.row.pull);
    let filed = filed_under(opened).map(|sentence| sentence + " ");
    json!({
        "external_id": opened.row.key.upload,
        "created_at": opened.row.opened_at.to_string(),
        "url": page,
        "message": format!("The report was stored. {}Its results will be at {page}", filed.unwrap_or_default()),
    })
}
