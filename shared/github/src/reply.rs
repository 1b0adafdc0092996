//! One answer after it was read, and the error it stands for.
//!
//! Foreign text goes into our errors here and nowhere else: bounded, on one line, without the credential that was sent.

use bytes::Bytes;
use covermark_types::{Secret, Timestamp};
use http::HeaderMap;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    error::{Answer, Error},
    lenient,
    rate_limit::{limit_of, retry_after},
};

/// Characters of GitHub's message that are kept.
const MESSAGE_LENGTH: usize = 300;
/// Field errors of a 422 that are kept.
const FIELD_ERRORS: usize = 3;

/// One answer.
pub(crate) struct Reply {
    /// Method and path of the call.
    pub(crate) call: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Default, Deserialize)]
struct Complaint {
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    errors: serde_json::Value,
}

impl Reply {
    /// A header's value, if it is there and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// When GitHub sent it, by its own clock.
    pub(crate) fn date(&self) -> Option<Timestamp> {
        self.header("date").and_then(http_date)
    }

    /// The body as `T`.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        lenient::read(&self.body).map_err(|place| Error::Malformed { call: self.call.clone(), path: place.0 })
    }

    /// GitHub's message with the first field errors, as it came.
    pub(crate) fn message(&self) -> String {
        let complaint: Complaint = serde_json::from_slice(&self.body).unwrap_or_default();
        let mut text = complaint.message.unwrap_or_default();
        for error in complaint.errors.as_array().into_iter().flatten().take(FIELD_ERRORS) {
            text.push_str("; ");
            match error {
                serde_json::Value::String(error) => text.push_str(error),
                error => text.push_str(&field_error(error)),
            }
        }
        text
    }

    /// What it says, fit for an operator's log. `sent` is the credential, which a careless server may echo.
    pub(crate) fn answer(&self, sent: Option<&Secret>) -> Box<Answer> {
        let mut message = self.message();
        if let Some(secret) = sent.filter(|secret| !secret.is_empty()) {
            message = message.replace(secret.expose(), "[credential]");
        }
        Box::new(Answer {
            call: self.call.clone(),
            status: self.status,
            message: printable(&message, MESSAGE_LENGTH),
            request_id: self.header("x-github-request-id").map(|text| printable(text, 80)),
            date: self.header("date").map(|text| printable(text, 40)),
            accepted_permissions: self.header("x-accepted-github-permissions").map(|text| printable(text, 120)),
        })
    }

    /// Itself when it is a success, otherwise the error that it stands for.
    pub(crate) fn into_result(self, sent: Option<&Secret>, now: Timestamp) -> Result<Self, Error> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        let answer = self.answer(sent);
        if let Some((limit, wait)) = limit_of(&self, now) {
            return Err(Error::RateLimited { wait, limit, answer });
        }
        Err(match self.status {
            401 => Error::Unauthorized(answer),
            403 => Error::Forbidden(answer),
            404 | 410 => Error::NotFound(answer),
            408 | 500.. => Error::Unavailable { answer, wait: retry_after(&self, now) },
            _ => Error::Rejected(answer),
        })
    }
}

fn field_error(error: &serde_json::Value) -> String {
    ["resource", "field", "code", "message"]
        .iter()
        .filter_map(|name| error.get(name)?.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

/// An HTTP date (RFC 9110 §5.6.7, the fixed form that everybody sends).
pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

/// `text` on one line, without control characters, cut to `longest` characters.
pub(crate) fn printable(text: &str, longest: usize) -> String {
    let clean = |c: char| if c.is_control() || is_direction_mark(c) { ' ' } else { c };
    let mut kept: String = text.chars().take(longest).map(clean).collect();
    if text.chars().nth(longest).is_some() {
        kept.push('…');
    }
    kept.trim().to_owned()
}

/// Characters that turn the reading direction: in a log they can make a line look like another one.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
