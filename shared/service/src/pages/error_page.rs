//! The page of an error: what happened, why, what to do, and last the request's id.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use covermark_types::{Fault, FaultClass};

use super::{Page, Site};
use crate::problem::Chain;

/// An error that a person reads. As a response it is plain text until [`super::dress`] frames it, because only there is
/// the request's id known.
#[derive(Clone, Debug)]
pub struct ErrorPage(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    status: StatusCode,
    what: String,
    why: String,
    advice: String,
    command: Option<String>,
    way_on: Option<WayOn>,
    viewer: Option<String>,
    retry_after: Option<u64>,
    cause: Option<String>,
}

#[derive(Clone, Debug)]
struct WayOn {
    label: String,
    href: String,
}

#[derive(Template)]
#[template(path = "error.html")]
struct Body<'a> {
    why: &'a str,
    advice: &'a str,
    command: Option<&'a str>,
    way_on: Option<&'a WayOn>,
    request_id: &'a str,
}

impl ErrorPage {
    /// An error: `what` happened (the heading, without a full stop), `why` (a sentence), and the `advice` (what to do).
    pub fn new(status: StatusCode, what: impl Into<String>, why: impl Into<String>, advice: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            status,
            what: what.into(),
            why: why.into(),
            advice: advice.into(),
            command: None,
            way_on: None,
            viewer: None,
            retry_after: None,
            cause: None,
        }))
    }

    /// Adds the command that the advice speaks of, for copying.
    #[must_use]
    pub fn command(mut self, command: impl Into<String>) -> Self {
        self.0.command = Some(command.into());
        self
    }

    /// Adds the link to go on by.
    #[must_use]
    pub fn way_on(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.0.way_on = Some(WayOn { label: label.into(), href: href.into() });
        self
    }

    /// Names who is signed in, at the head of the page.
    #[must_use]
    pub fn viewer(mut self, login: String) -> Self {
        self.0.viewer = Some(login);
        self
    }

    /// Adds a `Retry-After` header, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Keeps the cause for the operator: it goes to the log with the request's id, never to the page.
    #[must_use]
    pub fn cause(mut self, cause: &dyn std::error::Error) -> Self {
        self.0.cause = Some(Chain(cause).to_string());
        self
    }

    /// The status that will be answered.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Writes the cause to the log, where the page itself is not shown: another one says in a line what is missing.
    pub fn note(&self) {
        tracing::warn!(cause = self.0.cause.as_deref(), what = %self.0.what, "a part of a page could not be shown");
    }

    /// 404: nothing here.
    pub fn not_found(site: &Site) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "There is no such page",
            "The address leads nowhere: it is mistyped, or what it named was removed.",
            "Check the address, or begin at the front page.",
        )
        .way_on("Front page", site.link(""))
    }

    /// The page, framed.
    pub(super) fn frame(self, site: &Site, request_id: &str) -> Response {
        if let Some(cause) = &self.0.cause {
            tracing::error!(request_id, %cause, what = %self.0.what, "a page could not be shown");
        }
        let body = Body {
            why: &self.0.why,
            advice: &self.0.advice,
            command: self.0.command.as_deref(),
            way_on: self.0.way_on.as_ref(),
            request_id,
        };
        let mut page = Page::new(self.0.what.clone(), body).status(self.0.status);
        if let Some(login) = self.0.viewer {
            page = page.viewer(Some(login));
        }
        let mut response = page.render(site);
        if let Some(seconds) = self.0.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// A failure of our own storage or secrets.
impl<E: Fault> From<E> for ErrorPage {
    fn from(fault: E) -> Self {
        let page = if let FaultClass::Retry(_) = fault.class() {
            Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "Covermark cannot reach its own storage",
                "The storage behind this page does not answer at the moment. Nothing was lost.",
                "Try again in a minute. If it stays like this, give the operator the request id below.",
            )
            .retry_after(60)
        } else {
            Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Covermark failed on this request",
                "A failure of its own, which trying again does not mend.",
                "Give the operator the request id below: the cause is in the log beside it.",
            )
        };
        page.cause(&fault)
    }
}

impl IntoResponse for ErrorPage {
    fn into_response(self) -> Response {
        let text = format!("{}. {} {}", self.0.what, self.0.why, self.0.advice);
        let mut response = (self.0.status, text).into_response();
        response.extensions_mut().insert(self);
        response
    }
}
