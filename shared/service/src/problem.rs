//! The one shape of an error that a client of an API sees: a sentence for what happened and what to do, under both keys
//! that today's upload clients print (`detail`, `message`), and the request's id. Never an internal text.

use axum::{
    Json,
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use covermark_types::{Fault, FaultClass, Random, SystemRandom, random_hex};
use serde_json::json;
use tracing::Instrument as _;

/// The header that carries the request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// An answer that is an error.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    sentence: String,
    retry_after: Option<u64>,
}

impl Problem {
    /// An error with a sentence that a stranger may read.
    pub fn new(status: StatusCode, sentence: impl Into<String>) -> Self {
        Self { status, sentence: sentence.into(), retry_after: None }
    }

    /// 400: the request is not one that we understand.
    pub fn bad_request(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, sentence)
    }

    /// 401: nobody we know.
    pub fn unauthorized(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, sentence)
    }

    /// 404: nothing here, or nothing that you may see.
    pub fn not_found(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, sentence)
    }

    /// 503: something behind us does not answer; a retry helps. The cause goes to the log, not to the client.
    pub fn unavailable(cause: &dyn std::error::Error) -> Self {
        tracing::error!(cause = %Chain(cause), "a request failed");
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            sentence: "Covermark cannot reach its own storage at the moment. Nothing was lost; try again in a minute."
                .to_owned(),
            retry_after: Some(60),
        }
    }

    /// The status that will be answered.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

/// What a failure of ours is to a client: 503 with a time where a retry helps, else 500. The cause is in the log, under
/// the request's id.
impl<E: Fault> From<E> for Problem {
    fn from(fault: E) -> Self {
        if let FaultClass::Permanent | FaultClass::Unauthorized = fault.class() {
            tracing::error!(cause = %Chain(&fault), "a request failed for good");
            return Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Covermark failed on this request. The operator finds the cause in the log by the request id.",
            );
        }
        Self::unavailable(&fault)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response =
            (self.status, Json(json!({ "detail": self.sentence, "message": self.sentence }))).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert("retry-after", HeaderValue::from(seconds));
        }
        response
    }
}

/// An error with its causes, on one line.
pub struct Chain<'a>(pub &'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// Middleware: gives every answer a request id, and logs one line for each request.
pub async fn request_id(mut request: Request, next: Next) -> Response {
    let id = random_hex::<8>(&SystemRandom as &dyn Random);
    let header = HeaderValue::from_str(&id).ok();
    // Where a page shows the id, it reads it here; whatever id a stranger sent is replaced.
    if let Some(value) = &header {
        request.headers_mut().insert(REQUEST_ID, value.clone());
    }
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    // Every line that is logged on the way carries the id that the client reads.
    let span = tracing::info_span!("request", request_id = %id);
    let mut response = next.run(request).instrument(span.clone()).await;
    span.in_scope(|| tracing::info!(%method, %path, status = response.status().as_u16(), "answered"));
    if let Some(value) = header {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}
