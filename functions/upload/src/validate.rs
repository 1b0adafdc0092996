//! `POST /validate`: is this configuration file right? The same check that a pull request's file goes through, without a
//! repository and without a token, as editors and pre-commit hooks ask for it.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;

/// 200 with `Valid!` and what was read, or 400 with every mistake; plain text, as people read it in a terminal.
pub(crate) fn answer(body: &Bytes) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    let Ok(text) = std::str::from_utf8(body) else {
        return (StatusCode::BAD_REQUEST, kind, "The file is not UTF-8 text.\n").into_response();
    };
    let found = covermark_policy::validate(text);
    let status = if found.valid { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    (status, kind, found.message).into_response()
}
