//! The events that are handed out, in the forms in which Lambda gets them.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

/// What the benchmark's deliveries are signed with.
pub const WEBHOOK_SECRET: &str = "a webhook secret of the benchmark's own";
/// The App that they are for.
pub const APP: u64 = 79_929_171;

/// Bytes of the delivery's body: what GitHub sends for a small push.
const BODY_BYTES: usize = 6_500;

/// A signed `push` delivery through an HTTP API. It is read, but nothing has to be done for it, so that the answer costs
/// no I/O: verification, parsing and answering are what is measured.
#[must_use]
pub fn delivery() -> Value {
    signed("72d3162e-cc78-11e3-81ab-4c9367dc0958", "push", &push())
}

/// A signed delivery through an HTTP API.
#[must_use]
pub fn signed(guid: &str, event: &str, body: &str) -> Value {
    let headers = json!({
        "accept": "*/*",
        "content-type": "application/json",
        "user-agent": "GitHub-Hookshot/044aadd",
        "x-github-delivery": guid,
        "x-github-event": event,
        "x-github-hook-id": "292430182",
        "x-github-hook-installation-target-id": APP.to_string(),
        "x-github-hook-installation-target-type": "integration",
        "x-hub-signature-256": signature(WEBHOOK_SECRET, body),
    });
    api_gateway("POST", "/webhooks/{provider}", "/webhooks/gh", &headers, Some(body))
}

/// A request without a body.
#[must_use]
pub fn request(method: &str, route: &str, path: &str) -> Value {
    api_gateway(method, route, path, &json!({"accept": "*/*", "user-agent": "bench"}), None)
}

/// A batch of no messages: what entering a queue function costs by itself.
#[must_use]
pub fn empty_batch() -> Value {
    json!({"Records": []})
}

/// API Gateway's payload format 2.0.
fn api_gateway(method: &str, route: &str, path: &str, headers: &Value, body: Option<&str>) -> Value {
    let mut headers = headers.clone();
    headers["host"] = json!("bench.execute-api.eu-west-1.amazonaws.com");
    if let Some(body) = body {
        headers["content-length"] = json!(body.len().to_string());
    }
    json!({
        "version": "2.0",
        "routeKey": format!("{method} {route}"),
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "bench",
            "domainName": "bench.execute-api.eu-west-1.amazonaws.com",
            "domainPrefix": "bench",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "bench"},
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": format!("{method} {route}"),
            "stage": "$default",
            "time": "22/Nov/2026:19:45:00 +0000",
            "timeEpoch": 1_795_376_700_000_u64
        },
        "body": body,
        "isBase64Encoded": false
    })
}

/// What GitHub sends for a small push to a branch.
#[must_use]
pub fn push() -> String {
    let sha = |digit: &str| digit.repeat(40);
    let person = json!({"login": "octocat", "id": 583_231, "type": "User"});
    let commit = json!({
        "id": sha("e"), "tree_id": sha("d"), "distinct": true, "message": "", "timestamp": "2026-11-22T19:45:00Z",
        "author": {"name": "Octocat", "email": "octocat@example.org", "username": "octocat"},
        "added": [], "removed": [], "modified": ["src/parser.rs"]
    });
    let mut payload = json!({
        "ref": "refs/heads/change", "before": sha("f"), "after": sha("e"), "base_ref": null, "compare": "",
        "created": false, "deleted": false, "forced": false, "commits": [commit], "head_commit": commit,
        "pusher": {"name": "octocat", "email": "octocat@example.org"},
        "repository": {
            "id": 186_853_002, "node_id": "MDEwOlJlcG9zaXRvcnkxODY4NTMwMDI=", "name": "widgets", "full_name": "acme/widgets",
            "private": false, "owner": {"login": "acme", "id": 21_031_067, "type": "Organization"}, "default_branch": "main"
        },
        "organization": {"login": "acme", "id": 21_031_067},
        "sender": person,
        "installation": {"id": 375_706, "node_id": "MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uMzc1NzA2"}
    });
    let missing = BODY_BYTES.saturating_sub(payload.to_string().len());
    let text = "What a commit message says. ".repeat(1 + missing / 28);
    payload["head_commit"]["message"] = Value::String(text[..missing].to_owned());
    payload.to_string()
}

/// `X-Hub-Signature-256` of a body.
///
/// # Panics
/// Never: HMAC takes keys of any length.
#[must_use]
pub fn signature(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body.as_bytes());
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delivery_has_the_size_that_the_figures_are_given_for() {
        assert_eq!(delivery()["body"].as_str().map(str::len), Some(BODY_BYTES));
    }

    #[test]
    fn the_signature_is_the_one_that_github_publishes() {
        let published = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assert_eq!(signature("It's a Secret to Everybody", "Hello, World!"), published);
    }
}
