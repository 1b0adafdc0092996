//! `POST /validate`: is this configuration file right? The same check that a pull request's file goes through, without a
//! repository and without a token, as editors and pre-commit hooks ask for it.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;

/// 200 with `Valid!`, or 400 with one line for each mistake; plain text, as people read it in a terminal.
pub(crate) fn answer(body: &Bytes) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    let Ok(text) = std::str::from_utf8(body) else {
        return (StatusCode::BAD_REQUEST, kind, "The file is not UTF-8 text.\n").into_response();
    };
    let (_, problems) = covermark_policy::read(text);
    if problems.is_empty() {
        return (StatusCode::OK, kind, "Valid!\n").into_response();
    }
    let lines: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
    (StatusCode::BAD_REQUEST, kind, lines).into_response()
}
