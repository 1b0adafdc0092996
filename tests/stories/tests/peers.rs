//! Conformance from outside: GitHub's own payloads and its own signature library.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use covermark_stories::{Deliverer, Town, peer_file};
use covermark_types::Secret;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Published {
    name: String,
    examples: Vec<Value>,
}

#[derive(Deserialize)]
struct Vector {
    secret: String,
    body_base64: String,
    signature: String,
}

fn deliverer(town: &Town) -> Deliverer {
    let secret = town.github.webhook_secret().expose().to_owned();
    Deliverer { http: town.http(), url: format!("{}/webhooks/gh", town.url()), secret }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_329_payloads_that_github_publishes_are_answered_with_success() {
    let town = Town::new().await;
    let deliverer = deliverer(&town);
    let path = peer_file("COVERMARK_NPM", "@octokit/webhooks-examples/api.github.com/index.json");
    let events: Vec<Published> = serde_json::from_slice(&std::fs::read(path).expect("read")).expect("JSON");
    let mut sent = 0;
    for event in &events {
        for example in &event.examples {
            let body = example.to_string().into_bytes();
            let status = deliverer.send(&event.name, &deliverer.signature(&body), body).await;
            assert!(status.is_success(), "{}: {status}", event.name);
            sent += 1;
        }
    }
    assert_eq!(sent, 329);
    // They speak of installations and repositories that this GitHub does not have: whatever `sync` makes of that, it
    // ends, and what it knew before is untouched.
    town.settled().await;
    let table = &town.running().house.rooms.table;
    assert!(table.repository(&town.provider, town.repository()).await.expect("read").is_some());
    town.github.disregard_effects();
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_bodies_signed_by_githubs_library_are_accepted_and_forged_ones_refused() {
    let path = peer_file("COVERMARK_SIGNATURES", "");
    let vectors: Vec<Vector> = serde_json::from_slice(&std::fs::read(path).expect("read")).expect("JSON");
    assert_eq!(vectors.len(), 1000);
    for vector in vectors {
        let mut headers = covermark_stories::headers("push", &vector.signature);
        let secrets = [Secret::new(vector.secret.clone())];
        let body = bytes::Bytes::from(STANDARD.decode(&vector.body_base64).expect("base64"));
        assert!(covermark_github::webhook::verify(&secrets, &headers, body.clone()).is_ok(), "{}", vector.body_base64);
        headers.insert("x-hub-signature-256", flipped(&vector.signature).parse().expect("a header"));
        assert!(covermark_github::webhook::verify(&secrets, &headers, body).is_err(), "{}", vector.body_base64);
    }
}

/// The signature with its last digit changed.
fn flipped(signature: &str) -> String {
    let (rest, last) = signature.split_at(signature.len() - 1);
    format!("{rest}{}", if last == "0" { "1" } else { "0" })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_github_did_not_sign_changes_nothing() {
    let town = Town::new().await;
    let deliverer = deliverer(&town);
    let body = br#"{"action":"deleted"}"#.to_vec();
    let status = deliverer.send("installation", "sha256=00", body).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    town.end().await;
}
