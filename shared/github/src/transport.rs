//! The one place that sends: headers, time and size bounds, redirections, and what may be repeated.
//!
//! Repeating: everything but POST up to [`RETRY_WAITS`] times when GitHub could not be reached or a gateway gave up
//! (502, 503, 504), as long as [`RETRY_WINDOW`] is not over. A POST is sent once: its answer may be lost after it took
//! effect. Rate limits are never waited for here.

use std::{
    error::Error as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use covermark_types::Clock;
use http::{HeaderMap, HeaderValue, header};
use reqwest::Method;
use tokio::time::{Instant, sleep, timeout};
use url::Url;

use crate::{
    error::Error,
    reply::{Reply, printable},
    request::{Auth, Request},
};

/// How long one attempt may take, the reading of its answer included. GitHub itself gives up after 10 s.
pub(crate) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);
/// The waits before the second and the third attempt.
pub(crate) const RETRY_WAITS: [Duration; 2] = [Duration::from_millis(250), Duration::from_millis(1_000)];
/// No attempt begins later than this after the first one, so that an attempt which timed out is not repeated.
pub(crate) const RETRY_WINDOW: Duration = Duration::from_secs(10);
/// Redirections that are followed for one GET.
pub(crate) const MAX_REDIRECTS: u8 = 3;
/// Bytes of a refusal's body that are read; the rest is cut.
const REFUSAL_LIMIT: usize = 64 * 1024;
/// The REST API version that our types were written for.
const API_VERSION: &str = "2022-11-28";

/// Sends requests.
pub(crate) struct Transport {
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    calls: AtomicU64,
}

impl Transport {
    pub(crate) fn new(http: reqwest::Client, clock: Arc<dyn Clock>) -> Self {
        Self { http, clock, calls: AtomicU64::new(0) }
    }

    /// Requests sent so far, repetitions included.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Sends `request`, repeating it where that is safe; a success, or the error that the last answer stands for.
    pub(crate) async fn send(&self, request: &Request, auth: &Auth) -> Result<Reply, Error> {
        let begun = Instant::now();
        let mut waits = RETRY_WAITS.into_iter();
        loop {
            let error = match self.follow(request, auth).await {
                Err(error) if request.repeatable && error.is_passing() => error,
                outcome => return outcome,
            };
            match waits.next() {
                Some(wait) if begun.elapsed() + wait < RETRY_WINDOW => {
                    tracing::debug!(%error, "trying again");
                    sleep(wait).await;
                }
                _ => return Err(error),
            }
        }
    }

    /// One attempt, with the redirections that are safe to follow: a GET, on the same origin.
    async fn follow(&self, request: &Request, auth: &Auth) -> Result<Reply, Error> {
        let mut url = request.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let reply = self.attempt(request, &url, auth).await?;
            if !matches!(reply.status, 301 | 302 | 303 | 307 | 308) {
                if reply.status == 304 && request.tag.is_some() {
                    return Ok(reply);
                }
                return reply.into_result(auth.secret(), self.clock.now());
            }
            url = target(request, &url, &reply)?;
        }
        Err(Error::Redirected { call: request.call(), to: "one address after another".to_owned() })
    }

    async fn attempt(&self, request: &Request, url: &Url, auth: &Auth) -> Result<Reply, Error> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let begun = Instant::now();
        let outcome = timeout(ATTEMPT_TIMEOUT, self.exchange(request, url, auth)).await;
        let outcome = outcome.unwrap_or_else(|_| {
            let reason = format!("no answer within {} s", ATTEMPT_TIMEOUT.as_secs());
            Err(Error::Unreachable { call: request.call(), reason })
        });
        let status = outcome.as_ref().map_or(0, |reply| reply.status);
        let request_id = outcome.as_ref().ok().and_then(|reply| reply.header("x-github-request-id"));
        let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(call = request.call(), status, milliseconds, github_request_id = request_id, "GitHub");
        outcome
    }

    async fn exchange(&self, request: &Request, url: &Url, auth: &Auth) -> Result<Reply, Error> {
        let unreachable = |error: reqwest::Error| Error::Unreachable { call: request.call(), reason: reason(error) };
        let mut builder = self.http.request(request.method.clone(), url.clone()).headers(headers(request, auth)?);
        if let Some((_, body)) = &request.body {
            builder = builder.body(body.clone());
        }
        let mut response = builder.send().await.map_err(unreachable)?;
        // A client that follows redirections by itself may have left our origin; what it brings back is not GitHub's.
        if response.url().origin() != url.origin() {
            return Err(Error::Redirected { call: request.call(), to: origin(response.url()) });
        }
        let success = response.status().is_success();
        let limit = if success { request.limit } else { REFUSAL_LIMIT };
        let too_large = || Error::TooLarge { call: request.call(), limit };
        let announced = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        if success && announced > limit {
            return Err(too_large());
        }
        let mut body = Vec::with_capacity(announced.min(limit));
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            let room = limit - body.len();
            if chunk.len() > room && success {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if body.len() == limit && !success {
                break;
            }
        }
        Ok(Reply {
            call: request.call(),
            status: response.status().as_u16(),
            headers: std::mem::take(response.headers_mut()),
            body: body.into(),
        })
    }
}

fn headers(request: &Request, auth: &Auth) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::with_capacity(5);
    headers.insert(header::ACCEPT, HeaderValue::from_static(request.accept));
    headers.insert(header::USER_AGENT, HeaderValue::from_static("covermark"));
    headers.insert("x-github-api-version", HeaderValue::from_static(API_VERSION));
    // A tag is GitHub's own text; one that is no header value is not sent.
    if let Some(tag) = request.tag.as_ref().and_then(|tag| HeaderValue::try_from(tag).ok()) {
        headers.insert(header::IF_NONE_MATCH, tag);
    }
    if let Some((media_type, _)) = &request.body {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    }
    let credential = match auth {
        Auth::Nobody => return Ok(headers),
        Auth::Bearer(token) => format!("Bearer {}", token.expose()),
        Auth::Basic { user, password } => format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.expose()))),
    };
    // Only a token with line breaks or other control characters is no header value.
    let mut value = HeaderValue::try_from(credential)
        .map_err(|_| Error::Malformed { call: request.call(), path: "the credential".to_owned() })?;
    value.set_sensitive(true);
    headers.insert(header::AUTHORIZATION, value);
    Ok(headers)
}

/// Where a redirection leads, if it may be followed.
fn target(request: &Request, from: &Url, reply: &Reply) -> Result<Url, Error> {
    let refused = |to: String| Error::Redirected { call: request.call(), to };
    let location = reply.header("location").and_then(|text| from.join(text).ok());
    let location = location.ok_or_else(|| refused("no address".to_owned()))?;
    if request.method != Method::GET || location.origin() != from.origin() {
        return Err(refused(origin(&location)));
    }
    Ok(location)
}

fn origin(url: &Url) -> String {
    printable(&url.origin().ascii_serialization(), 100)
}

/// What the network said, without the address: the whole chain, since the outermost words alone never help.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    printable(&text, 300)
}
