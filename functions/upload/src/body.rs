//! A request's body: bounded before it is read, JSON after. Reports themselves never come this way; they go to the
//! address that the answer names.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header::CONTENT_LENGTH},
};
use bytes::Bytes;
use covermark_service::problem::Problem;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

/// Most bytes of a body. The client's options and environment names are a few kilobytes.
pub(crate) const MOST_BYTES: usize = 1024 * 1024;
/// How long a client may take to send it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads a body of at most [`MOST_BYTES`]. One that announces more is refused unread.
pub(crate) async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MOST_BYTES as u64) {
        return Err(too_large());
    }
    match tokio::time::timeout(PATIENCE, Limited::new(body, MOST_BYTES).collect()).await {
        Ok(Ok(read)) => Ok(read.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Problem::bad_request("The request ended before its body did. Send it again.")),
        Err(_) => Err(Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "The request's body did not arrive within 30 seconds. Look at the runner's network and try again.",
        )),
    }
}

fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "The request is larger than 1 MiB. A report does not belong in it: send it with PUT to the \
         `raw_upload_location` of the answer, as codecov-cli does.",
    )
}
