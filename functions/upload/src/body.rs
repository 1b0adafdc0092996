//! A request's body: bounded before it is read, JSON after. Reports themselves never come this way; they go to the
//! address that the answer names.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode},
};
use bytes::Bytes;
use covermark_service::{
    body::{self, BodyError},
    problem::Problem,
};

/// Most bytes of a body. The client's options and environment names are a few kilobytes.
pub(crate) const MOST_BYTES: usize = 1024 * 1024;
/// How long a client may take to send it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads a body of at most `most` bytes. One that announces more is refused unread.
pub(crate) async fn read(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, Problem> {
    match tokio::time::timeout(PATIENCE, body::read(headers, body, most)).await {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(BodyError::TooLarge)) => Err(too_large(most)),
        Ok(Err(BodyError::Incomplete)) => {
            Err(Problem::bad_request("The request ended before its body did. Send it again."))
        }
        Err(_) => Err(Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "The request's body did not arrive within 30 seconds. Look at the runner's network and try again.",
        )),
    }
}

fn too_large(most: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!(
            "The request is larger than {} MiB. A report does not belong in it: send it with PUT to the \
             `raw_upload_location` of the answer, as codecov-cli does.",
            most / 1024 / 1024
        ),
    )
}
