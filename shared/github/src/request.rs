//! One request before it is sent: where to, what it accepts, how much answer is read, and whether it may be repeated.

use bytes::Bytes;
use covermark_types::Secret;
use reqwest::Method;
use serde_json::Value;
use url::Url;

use crate::endpoints::append;

/// The media type of GitHub's JSON.
pub(crate) const JSON: &str = "application/vnd.github+json";
/// The media type of a diff in place of JSON.
pub(crate) const DIFF: &str = "application/vnd.github.diff";
/// The media type of a file's bytes in place of JSON.
pub(crate) const RAW: &str = "application/vnd.github.raw+json";
/// Bytes of JSON that are read: a page of 100 pull requests with long descriptions stays well below.
pub(crate) const JSON_LIMIT: usize = 16 * 1024 * 1024;

/// Who asks.
pub(crate) enum Auth {
    /// Nobody.
    Nobody,
    /// The bearer of a JWT or token.
    Bearer(Secret),
    /// An App by its client id and secret.
    Basic { user: String, password: Secret },
}

impl Auth {
    /// The secret part, so that it can be kept out of messages.
    pub(crate) fn secret(&self) -> Option<&Secret> {
        match self {
            Self::Nobody => None,
            Self::Bearer(secret) | Self::Basic { password: secret, .. } => Some(secret),
        }
    }
}

/// One request.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) accept: &'static str,
    pub(crate) body: Option<(&'static str, Bytes)>,
    pub(crate) limit: usize,
    pub(crate) repeatable: bool,
    /// Whether the answer is kept and asked for again with its tag.
    pub(crate) conditional: bool,
    /// The tag of the answer that is known.
    pub(crate) tag: Option<String>,
    /// What it is called in messages, where its path holds a credential.
    name: Option<&'static str>,
}

impl Request {
    /// A request to the path of `segments` under `base`; each segment is percent-encoded.
    pub(crate) fn new<S: AsRef<str>>(method: Method, base: &Url, segments: &[S]) -> Self {
        // A POST that got a 5xx or no answer may have been carried out; repeating it makes a second comment.
        let repeatable = method != Method::POST;
        Self {
            method,
            url: append(base, segments),
            accept: JSON,
            body: None,
            limit: JSON_LIMIT,
            repeatable,
            conditional: false,
            tag: None,
            name: None,
        }
    }

    /// Adds a query parameter.
    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// Asks for another form of the answer.
    pub(crate) fn accept(mut self, media_type: &'static str) -> Self {
        self.accept = media_type;
        self
    }

    /// Reads at most `bytes` of the answer.
    pub(crate) fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// Sends `body` as JSON.
    pub(crate) fn json(mut self, body: &Value) -> Self {
        self.body = Some(("application/json", body.to_string().into()));
        self
    }

    /// Sends `pairs` as a form.
    pub(crate) fn form(mut self, pairs: &[(&str, &str)]) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.body = Some(("application/x-www-form-urlencoded", body.into()));
        self
    }

    /// Asks whether the answer is still the one with this tag.
    pub(crate) fn with_tag(mut self, tag: String) -> Self {
        self.tag = Some(tag);
        self
    }

    /// Keeps the answer, and asks for it with its tag the next time: for what is read over and over and seldom changes.
    pub(crate) fn conditional(mut self) -> Self {
        self.conditional = true;
        self
    }

    /// States that carrying it out twice does no harm although it is a POST.
    pub(crate) fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Calls it `name` in messages instead of by its path.
    pub(crate) fn named(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    /// Method and path for messages. The query is left out.
    pub(crate) fn call(&self) -> String {
        self.name.map_or_else(|| format!("{} {}", self.method, self.url.path()), str::to_owned)
    }
}
