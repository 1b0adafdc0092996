//! Secrets that were rotated, and a vault that is away.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use covermark_service::{
    credentials::{LEAST_GAP, LIFETIME, webhook_document},
    webhook_document::WebhookDocument,
    webhook_secrets::REST,
};
use covermark_state::vault::Vault as _;
use covermark_types::{Provider, Secret};

use super::{GUID, SECRET, sign, store_secret, world};

fn signed_with(secret: &str) -> Request<Body> {
    Request::post("/webhooks/gh")
        .header("content-type", "application/json")
        .header("x-github-event", "ping")
        .header("x-github-delivery", GUID)
        .header("x-hub-signature-256", sign(secret, b"{}"))
        .body(Body::from("{}"))
        .expect("a request")
}

#[tokio::test]
async fn a_rotated_secret_is_found_without_a_restart_but_forgeries_do_not_read_the_vault_each_time() {
    let world = world().await;
    world.opened("/webhooks/gh").await;
    for _ in 0..20 {
        assert_eq!(world.send(signed_with("rotated")).await.0, StatusCode::FORBIDDEN);
    }
    assert_eq!(world.vault.reads(), 1);
    store_secret(&world.vault, "rotated").await;
    world.clock.advance(LEAST_GAP + Duration::from_secs(1));
    assert_eq!(world.send(signed_with("rotated")).await.0, StatusCode::ACCEPTED);
    for _ in 0..20 {
        assert_eq!(world.send(signed_with("forged")).await.0, StatusCode::FORBIDDEN);
    }
    assert_eq!(world.vault.reads(), 2);
}

#[tokio::test]
async fn the_secret_of_one_provider_opens_nothing_of_another() {
    let world = world().await;
    let document = Secret::new(serde_json::json!({ "secrets": ["of the Enterprise Server"] }).to_string());
    let ghe: Provider = "ghe".parse().expect("a provider");
    world.vault.put(&webhook_document(&ghe), &document).await.expect("stored");
    assert_eq!(world.opened_with("of the Enterprise Server").await.0, StatusCode::FORBIDDEN, "at /webhooks/gh");
    assert_eq!(world.opened("/webhooks/ghe").await.0, StatusCode::FORBIDDEN, "github.com's at /webhooks/ghe");
    assert!(world.queue.sent().is_empty() && !world.remembers().await);
}

#[tokio::test]
async fn a_vault_that_is_away_costs_no_delivery_whose_secret_is_known_and_strangers_do_not_knock_at_it() {
    let world = world().await;
    world.opened("/webhooks/gh").await;
    world.vault.set_down(true);
    world.clock.advance(LIFETIME);
    for _ in 0..20 {
        assert_eq!(world.send(signed_with(SECRET)).await.0, StatusCode::ACCEPTED);
        assert_eq!(world.send(signed_with("forged")).await.0, StatusCode::FORBIDDEN);
    }
    assert_eq!(world.vault.reads(), 2, "once at the end of what was known, and not again for each forgery");
}

#[tokio::test]
async fn a_vault_that_was_never_there_is_asked_once_a_second() {
    let world = world().await;
    world.vault.set_down(true);
    for _ in 0..20 {
        assert_eq!(world.send(signed_with("forged")).await.0, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(world.vault.reads(), 1);
    world.vault.set_down(false);
    world.clock.advance(REST);
    assert_eq!(world.send(signed_with(SECRET)).await.0, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn the_secret_before_is_accepted_until_its_end_and_not_a_moment_longer() {
    let world = world().await;
    let now = covermark_types::Clock::now(&*world.clock);
    let document = WebhookDocument::new(Secret::new("old"));
    let document = document.succeed_by(Secret::new(SECRET), now, now + Duration::from_secs(60));
    world.vault.put(&webhook_document(&Provider::github()), &document.to_secret()).await.expect("stored");
    assert_eq!(world.send(signed_with("old")).await.0, StatusCode::ACCEPTED);
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(world.send(signed_with("old")).await.0, StatusCode::FORBIDDEN, "what was read before does not matter");
    assert_eq!(world.send(signed_with(SECRET)).await.0, StatusCode::ACCEPTED);
}
