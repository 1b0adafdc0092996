mod ci;
mod events;
mod own_hook;
mod secrets;

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use covermark_service::{
    credentials::{NOTHING_LIFETIME, webhook_document},
    repository_hooks::{HookSecrets, KEY_DOCUMENT},
    webhook_secrets::WebhookSecrets,
};
use covermark_state::{Table, rows::provider::ConnectedProvider, vault::Vault as _};
use covermark_testing::{MemoryVault, RecordingQueue, StoppedClock, table};
use covermark_types::{AppId, Provider, Secret};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::BodyExt as _;
use sha2::Sha256;
use tower::ServiceExt as _;

use crate::{MAX_BODY, Webhook, routes};

const SECRET: &str = "It's a Secret to Everybody";
const GUID: &str = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
const SHA: &str = "0123456789abcdef0123456789abcdef01234567";
/// The App whose hook it is, as GitHub names it in a header.
const US: &str = "414243";
const OPENED: &str = r#"{"action":"opened","number":7,"pull_request":{"number":7,"updated_at":"2026-01-01T00:00:00Z"},
    "repository":{"id":42,"full_name":"acme/widgets"},"installation":{"id":5},"sender":{"id":1,"login":"octocat","type":"User"}}"#;

struct World {
    router: Router,
    table: Table,
    queue: Arc<RecordingQueue>,
    vault: Arc<MemoryVault>,
    clock: Arc<StoppedClock>,
}

async fn world() -> World {
    let (table, queue) = (table().await, Arc::new(RecordingQueue::default()));
    let (vault, clock) = (Arc::new(MemoryVault::default()), Arc::new(StoppedClock::default()));
    store_secret(&vault, SECRET).await;
    let secrets = WebhookSecrets::new(vault.clone(), table.clone(), clock.clone());
    let key = Secret::new("a key of at least thirty-two characters");
    vault.put(KEY_DOCUMENT, &key).await.expect("stored");
    let hooks = HookSecrets::new(vault.clone());
    let app = Webhook { table: table.clone(), sync: queue.clone(), secrets, hooks, clock: clock.clone() };
    World { router: routes(Arc::new(app)), table, queue, vault, clock }
}

async fn store_secret(vault: &MemoryVault, secret: &str) {
    let document = Secret::new(serde_json::json!({ "secrets": [secret] }).to_string());
    vault.put(&webhook_document(&Provider::github()), &document).await.expect("stored");
}

fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

fn delivery(path: &str, event: &str, body: &'static str) -> axum::http::request::Builder {
    Request::post(path)
        .header("content-type", "application/json")
        .header("x-github-event", event)
        .header("x-github-delivery", GUID)
        .header("x-hub-signature-256", sign(SECRET, body.as_bytes()))
}

impl World {
    async fn send(&self, request: Request<Body>) -> (StatusCode, String) {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    async fn opened(&self, path: &str) -> (StatusCode, String) {
        self.send(delivery(path, "pull_request", OPENED).body(Body::from(OPENED)).expect("a request")).await
    }

    /// The same, signed with another secret.
    async fn opened_with(&self, secret: &str) -> (StatusCode, String) {
        let request = delivery("/webhooks/gh", "pull_request", OPENED);
        let mut request = request.body(Body::from(OPENED)).expect("a request");
        let signature = sign(secret, OPENED.as_bytes()).parse().expect("a header");
        request.headers_mut().insert("x-hub-signature-256", signature);
        self.send(request).await
    }

    async fn remembers(&self) -> bool {
        let id = GUID.parse().expect("a GUID");
        self.table
            .delivery(&Provider::github(), &id, covermark_types::Clock::now(&*self.clock))
            .await
            .expect("read")
            .is_some()
    }
}

#[tokio::test]
async fn a_signed_delivery_becomes_one_small_job() {
    let mut jobs = Vec::new();
    for path in ["/webhooks/gh", "/webhooks/github"] {
        let world = world().await;
        assert_eq!(world.opened(path).await, (StatusCode::ACCEPTED, "queued".to_owned()));
        jobs.extend(world.queue.sent());
        assert!(world.remembers().await);
    }
    assert_eq!(jobs[0], jobs[1], "the incumbent's name is an alias");
    insta::assert_snapshot!(jobs[0], @r#"{"v":1,"kind":"pull","provider":"gh","repository":42,"pull":7,"installation":5,"delivery":"72d3162e-cc78-11e3-81ab-4c9367dc0958","asked_at":1790000000000}"#);
}

#[tokio::test]
async fn the_same_guid_twice_has_one_effect() {
    let world = world().await;
    world.opened("/webhooks/gh").await;
    assert_eq!(world.opened("/webhooks/gh").await, (StatusCode::ACCEPTED, "already known".to_owned()));
    assert_eq!(world.queue.sent().len(), 1);
}

#[tokio::test]
async fn a_delivery_that_could_not_be_queued_is_taken_when_it_comes_again() {
    let world = world().await;
    world.queue.set_down(true);
    let (status, sentence) = world.opened("/webhooks/gh").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!sentence.contains("told to be down"), "an internal text reached the client: {sentence}");
    world.queue.set_down(false);
    assert_eq!(world.opened("/webhooks/gh").await.1, "queued");
}

#[tokio::test]
async fn without_githubs_signature_nothing_is_parsed_and_nothing_stored() {
    let world = world().await;
    let sha1 = "sha1=5b1f0d6a1c0f8d7b6b5c0a9e8d7c6b5a49382716";
    let cases = [
        (None, None),
        (None, Some(sha1.to_owned())),
        (Some(sign("another secret", OPENED.as_bytes())), None),
        (Some(sign(SECRET, b"another body")), None),
        (Some("sha256=".to_owned()), None),
        (Some(sign(SECRET, OPENED.as_bytes()).replace("sha256=", "")), None),
    ];
    let mut answers = Vec::new();
    for (sha256, sha1) in cases {
        let mut request = Request::post("/webhooks/gh")
            .header("content-type", "application/json")
            .header("x-github-event", "pull_request")
            .header("x-github-delivery", GUID);
        for (name, value) in [("x-hub-signature-256", sha256), ("x-hub-signature", sha1)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        // Not even JSON: whoever parsed before verifying would answer otherwise.
        let body = if answers.is_empty() { "{not json" } else { OPENED };
        let (status, body) = world.send(request.body(Body::from(body)).expect("a request")).await;
        let sentence = serde_json::from_str::<serde_json::Value>(&body).expect("JSON")["message"].clone();
        answers.push(format!("{} {}", status.as_u16(), sentence.as_str().unwrap_or_default()));
    }
    insta::assert_snapshot!(answers.join("\n"), @r"
    401 The delivery is not signed. Set a webhook secret in the App's settings; it must be the one stored here.
    401 Only X-Hub-Signature (SHA-1) was sent. Covermark accepts X-Hub-Signature-256 alone.
    403 The signature does not fit. The webhook secret of the App and the one stored here differ.
    403 The signature does not fit. The webhook secret of the App and the one stored here differ.
    403 X-Hub-Signature-256 has not the form `sha256=` and 64 hexadecimal digits.
    403 X-Hub-Signature-256 has not the form `sha256=` and 64 hexadecimal digits.
    ");
    assert!(world.queue.sent().is_empty());
    assert!(!world.remembers().await);
}

/// A delivery that nobody who knows the secret has signed, or somebody who knows another one.
#[tokio::test]
async fn events_that_change_nothing_cost_neither_a_row_nor_a_message() {
    let world = world().await;
    for event in ["star", "an_event_of_next_year"] {
        let request = delivery("/webhooks/gh", event, "{}").body(Body::from("{}")).expect("a request");
        assert_eq!(world.send(request).await, (StatusCode::ACCEPTED, "nothing to do".to_owned()), "{event}");
    }
    // One that we should understand and cannot: our defect, not the sender's.
    let request = delivery("/webhooks/gh", "pull_request", "[]").body(Body::from("[]")).expect("a request");
    assert_eq!(world.send(request).await.0, StatusCode::ACCEPTED);
    assert!(world.queue.sent().is_empty());
    assert!(!world.remembers().await);
}

#[tokio::test]
async fn a_ping_is_answered_and_remembered_for_whoever_waits_for_it() {
    let world = world().await;
    let request = delivery("/webhooks/gh", "ping", "{}").body(Body::from("{}")).expect("a request");
    assert_eq!(world.send(request).await, (StatusCode::ACCEPTED, "pong".to_owned()));
    let now = covermark_types::Clock::now(&*world.clock);
    let ping = world.table.ping(&Provider::github(), now).await.expect("read").expect("remembered");
    assert_eq!((ping.delivery.to_string().as_str(), ping.received_at), (GUID, now));
    assert!(world.queue.sent().is_empty());
}

#[tokio::test]
async fn made_up_providers_read_neither_the_vault_nor_the_list_each_time() {
    let world = world().await;
    let reads = world.vault.reads();
    for number in 0..50 {
        assert_eq!(world.opened(&format!("/webhooks/made-up-{number}")).await.0, StatusCode::NOT_FOUND);
    }
    assert_eq!(world.vault.reads(), reads);
}

#[tokio::test]
async fn a_further_provider_is_let_in_seconds_after_it_was_connected() {
    let world = world().await;
    assert_eq!(world.opened("/webhooks/lab-2").await.0, StatusCode::NOT_FOUND);
    let lab: Provider = "lab-2".parse().expect("a provider");
    let document = Secret::new(serde_json::json!({ "secrets": [SECRET] }).to_string());
    world.vault.put(&webhook_document(&lab), &document).await.expect("stored");
    world.table.put_provider(&row(lab, 2)).await.expect("listed");
    world.clock.advance(NOTHING_LIFETIME);
    assert_eq!(world.opened("/webhooks/lab-2").await, (StatusCode::ACCEPTED, "queued".to_owned()));
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_read() {
    let world = world().await;
    // The body never ends: whoever read it first would never answer.
    let endless = Body::from_stream(endless());
    let announced = delivery("/webhooks/gh", "push", "{}").header("content-length", MAX_BODY + 1);
    assert_eq!(world.send(announced.body(endless).expect("a request")).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let unannounced =
        delivery("/webhooks/gh", "push", "{}").body(Body::from_stream(endless_zeroes())).expect("a request");
    assert_eq!(world.send(unannounced).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

fn endless() -> impl futures::Stream<Item = Result<bytes::Bytes, std::io::Error>> {
    futures::stream::pending()
}

fn endless_zeroes() -> impl futures::Stream<Item = Result<bytes::Bytes, std::io::Error>> {
    futures::stream::repeat_with(|| Ok(bytes::Bytes::from_static(&[0; 64 * 1024])))
}

#[tokio::test]
async fn an_unknown_provider_and_one_without_an_app_are_told_apart() {
    let world = world().await;
    assert_eq!(world.opened("/webhooks/No_Such").await.0, StatusCode::NOT_FOUND);
    let (status, sentence) = world.opened("/webhooks/ghe").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(sentence.contains("No GitHub App is connected"), "{sentence}");
    let reads = world.vault.reads();
    for stranger in 0..50 {
        assert_eq!(world.opened(&format!("/webhooks/stranger-{stranger}")).await.0, StatusCode::NOT_FOUND);
    }
    assert_eq!(world.vault.reads(), reads, "strangers' names are not looked up");
}

fn row(slug: Provider, app: u64) -> ConnectedProvider {
    ConnectedProvider {
        slug,
        web_url: "https://lab.example/".parse().expect("an address"),
        api_url: "https://lab.example/api/v3".parse().expect("an address"),
        app_slug: "covermark".to_owned(),
        app_id: AppId(app),
        client_id: "Iv1.abc".to_owned(),
        private_ca: false,
        connected_at: covermark_types::Timestamp::UNIX_EPOCH,
        connected_by: "command line".to_owned(),
    }
}

/// The App with this id is connected for github.com.
async fn connect(world: &World, app: u64) {
    world.table.put_provider(&row(Provider::github(), app)).await.expect("listed");
}
