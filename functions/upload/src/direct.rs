//! Reports that come in one request, for people with curl: a PUT of a report as it is, or a POST that is answered with the
//! one line to PUT it to.
//!
//! What a function on AWS may be handed is bounded at 6 MB, so that only small reports can pass through. A PUT that
//! announces more is sent on to the storage with a 307, which `curl --location` follows with the same body.

use std::time::Duration;

use axum::{
    Json,
    body::Body,
    http::{Method, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use covermark_service::problem::Problem;
use covermark_state::{
    jobs::{FeedbackJob, Job as _},
    rows::upload::UploadKey,
};
use covermark_types::{Provider, RepositoryName};

use crate::{Upload, access, body, opening, reply, serve};

/// The largest report that passes through. On its way into a function a body becomes base64, a third larger.
pub(crate) const MOST_BYTES: usize = 4 * 1024 * 1024;

pub(crate) async fn report(
    app: &Upload,
    head: &Parts,
    body: Body,
    provider: &Provider,
    repository: &RepositoryName,
) -> Result<Response, Problem> {
    let mut fields = serve::query_of(head);
    let announced = head.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let here = head.method == Method::PUT && announced.is_none_or(|bytes| bytes <= MOST_BYTES as u64);
    // Read before anything is said, for the reason in `serve`.
    let body = if here { Some(body::read(&head.headers, body, MOST_BYTES).await?) } else { None };
    let ask = serve::about(&head.headers, provider, repository, &fields, None, true);
    let access = access::admit(app, &ask).await?;
    fields.0.report_payload_bytes = match &body {
        Some(report) => {
            check(report)?;
            report.len().into()
        }
        None => announced.filter(|_| head.method == Method::PUT).into(),
    };
    let opened = opening::with_commit(app, &access, &fields).await?;
    let Some(report) = body else {
        let location = opened.location.as_str();
        return Ok(if head.method == Method::PUT {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location)]).into_response()
        } else {
            // One line for the shell: $(curl …) takes the line break off.
            let kind = (header::CONTENT_TYPE, "text/plain; charset=utf-8");
            (StatusCode::CREATED, [kind], format!("{location}\n")).into_response()
        });
    };
    store(app, &opened.row.key, report).await?;
    Ok((StatusCode::CREATED, Json(reply::stored(app, &access.repository, &opened))).into_response())
}

/// Refuses what is no report whatever is in it.
pub(crate) fn check(report: &Bytes) -> Result<(), Problem> {
    if report.trim_ascii().is_empty() {
        return Err(Problem::bad_request(
            "The report is empty. Send the coverage file as the request's body: `curl --upload-file coverage.xml …`.",
        ));
    }
    Ok(())
}

/// Stores a report, and tells `feedback` where the storage does not.
pub(crate) async fn store(app: &Upload, key: &UploadKey, report: Bytes) -> Result<(), Problem> {
    app.blobs.put(&key.blob_key(), report).await?;
    if !app.blobs.announces() {
        app.table.set_upload_stored(key).await?;
        app.feedback.send(&FeedbackJob::from(key.clone()).to_body()?, Duration::ZERO).await?;
    }
    Ok(())
}
