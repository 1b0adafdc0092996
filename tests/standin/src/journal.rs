//! The journal: every exchange that a client had with the stand-in, in order.
//!
//! Tests count calls in it; the contract check reads it; nothing secret is in it, neither in headers nor in the bodies
//! that carry tokens.

use std::collections::BTreeMap;

use covermark_types::Timestamp;
use serde_json::Value;

/// One request and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// When the request was served.
    pub at: Timestamp,
    /// Who asked: `app`, `installation 7`, `user mona`, `client`, `nobody`.
    pub caller: String,
    /// The method.
    pub method: String,
    /// The path in the words of GitHub's description: `/repos/{owner}/{repo}`; the path itself when nothing matched.
    pub template: String,
    /// What stood at the places of the template, decoded.
    pub parameters: BTreeMap<String, String>,
    /// The path and query as they were sent.
    pub target: String,
    /// The query, decoded.
    pub query: Vec<(String, String)>,
    /// The request's headers, without those that carry secrets.
    pub request_headers: BTreeMap<String, String>,
    /// The request's body, if it was JSON.
    pub request_body: Option<Value>,
    /// The answer's status; 0 when the connection was reset.
    pub status: u16,
    /// The answer's headers.
    pub answer_headers: BTreeMap<String, String>,
    /// The answer's body, if it was JSON; tokens are replaced by `…`.
    pub answer_body: Option<Value>,
    /// Whether a fault that the test ordered made the answer.
    pub disturbed: bool,
}

impl Exchange {
    /// `METHOD /template`.
    #[must_use]
    pub fn route(&self) -> String {
        format!("{} {}", self.method, self.template)
    }
}

/// All exchanges.
#[derive(Default)]
pub(crate) struct Journal {
    exchanges: Vec<Exchange>,
}

impl Journal {
    pub(crate) fn record(&mut self, exchange: Exchange) {
        self.exchanges.push(exchange);
    }

    pub(crate) fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// The last exchanges as text, for the message of a test that failed.
    pub(crate) fn tail(&self, length: usize) -> String {
        let from = self.exchanges.len().saturating_sub(length);
        let lines: Vec<String> = self.exchanges[from..]
            .iter()
            .map(|exchange| {
                format!("  {} {} → {} ({})", exchange.method, exchange.target, exchange.status, exchange.caller)
            })
            .collect();
        if lines.is_empty() { "  (no request at all)".to_owned() } else { lines.join("\n") }
    }
}

/// Replaces what must not be kept: tokens and secrets, by the name of their field.
pub(crate) fn without_secrets(value: &Value) -> Value {
    const SECRET: [&str; 7] =
        ["token", "access_token", "refresh_token", "client_secret", "secret", "code", "code_verifier"];
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| match value {
                    Value::String(_) if SECRET.contains(&name.as_str()) => (name.clone(), Value::from("…")),
                    other => (name.clone(), without_secrets(other)),
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(without_secrets).collect()),
        other => other.clone(),
    }
}
