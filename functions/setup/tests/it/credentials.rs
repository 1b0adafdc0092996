//! Typed credentials: tried before anything is stored, and every way in which they can be wrong named.

use axum::http::StatusCode;
use covermark_service::credentials::{app_document, webhook_document};
use covermark_standin::{Fault, GitHubStandIn, state::Level};
use covermark_state::vault::Vault as _;

use crate::house::{House, ghe};

/// Client IDs differ on each run.
fn masked(text: &str) -> String {
    let mut parts = text.split("Iv23li");
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        masked.push_str("CLIENT-ID");
        masked.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    masked
}

impl House {
    async fn has_stored(&self) -> bool {
        self.vault.get(&app_document(&ghe())).await.expect("read").is_some()
            || self.table.provider(&ghe()).await.expect("read").is_some()
    }

    /// Enters what is wrong, and reads what is said about it.
    async fn refused(&mut self, other: &[(&str, &str)]) -> String {
        let shown = self.enter(other).await;
        assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!self.has_stored().await, "nothing is stored before it was tried");
        masked(&shown.text())
    }

    /// The stand-in's App as the set-up would have made it.
    fn register_here(&self) {
        self.github.set_hook_url("http://127.0.0.1:8080/webhooks/ghe");
        self.github.add_callback_url("http://127.0.0.1:8080/login/ghe/callback");
        for event in ["public", "check_run", "check_suite", "status", "create", "delete", "workflow_run"] {
            self.github.subscribe_app(event);
        }
    }
}

#[tokio::test]
async fn good_credentials_are_stored_and_shown_as_good() {
    let mut house = House::chosen().await;
    house.register_here();
    let shown = house.enter(&[]).await;
    assert_eq!(shown.location(), "/setup/result/ghe", "{}", shown.html);
    let row = house.table.provider(&ghe()).await.expect("read").expect("listed");
    assert_eq!(row.app_slug, "covermark", "GitHub tells the name in addresses");
    house.github.ping();
    house.github.lose_webhooks();
    let result = house.browser.open("/setup/result/ghe").await;
    assert_eq!(result.headers.get("refresh").expect("it looks again"), "3");
    insta::assert_snapshot!(masked(&result.text()));
    house.github.disregard_effects();
}

#[tokio::test]
async fn a_ping_that_arrived_ends_the_waiting() {
    let mut house = House::chosen().await;
    house.register_here();
    house.enter(&[]).await;
    house.pass(3);
    let ping = covermark_state::rows::provider::Ping {
        delivery: "72d3162e-cc78-11e3-81ab-4c9367dc0958".parse().expect("a GUID"),
        received_at: covermark_types::Clock::now(&*house.clock),
    };
    house.table.put_ping(&ghe(), &ping).await.expect("stored");
    let result = house.browser.open("/setup/result/ghe").await;
    assert!(result.headers.get("refresh").is_none());
    insta::assert_snapshot!(masked(&result.text()));
}

#[tokio::test]
async fn a_key_of_another_app_is_told_from_a_wrong_id() {
    let mut house = House::chosen().await;
    let stranger = GitHubStandIn::start_enterprise().await;
    stranger.register_another_app();
    let other_key = stranger.private_key();
    insta::assert_snapshot!("key of another App", house.refused(&[("private_key", other_key.expose())]).await);
    insta::assert_snapshot!("App ID that is none", house.refused(&[("app_id", "999")]).await);
    insta::assert_snapshot!("client secret that is wrong", house.refused(&[("client_secret", "0000")]).await);
}

#[tokio::test]
async fn app_id_and_client_id_swapped_are_named_both() {
    let mut house = House::chosen().await;
    let document: serde_json::Value = serde_json::from_str(&house.github.credentials_document()).expect("a document");
    let (app_id, client_id) =
        (document["app_id"].to_string(), document["client_id"].as_str().expect("text").to_owned());
    let text = house.refused(&[("app_id", &client_id), ("client_id", &app_id)]).await;
    insta::assert_snapshot!(text);
    let text = house.refused(&[("client_id", "Iv1.another")]).await;
    insta::assert_snapshot!("client ID of another App", text);
}

#[tokio::test]
async fn keys_that_are_none_are_named() {
    let mut house = House::chosen().await;
    let mut said = String::new();
    for (what, pem) in [
        ("encrypted, PKCS#8", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIFHDBO\n-----END ENCRYPTED PRIVATE KEY-----"),
        (
            "encrypted, PKCS#1",
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIE\n-----END RSA PRIVATE KEY-----",
        ),
        ("an elliptic curve", "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----"),
        ("an SSH key", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n-----END OPENSSH PRIVATE KEY-----"),
        ("a public key", "-----BEGIN PUBLIC KEY-----\nMIIBIjAN\n-----END PUBLIC KEY-----"),
        ("cut", "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKC"),
        ("no key at all", "hunter2"),
        ("empty", ""),
    ] {
        let text = house.refused(&[("private_key", pem)]).await;
        let line = text.lines().find(|line| line.contains("Private key: ")).expect("a sentence about the key");
        said.push_str(&format!("{what}: {}\n", line.trim()));
    }
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn every_form_of_a_good_key_is_taken() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let mut house = House::chosen().await;
    let pem = house.github.private_key();
    let pem = pem.expose();
    for form in [
        pem.to_owned(),
        pem.replace('\n', "\\n"),
        pem.replace('\n', "\r\n"),
        STANDARD.encode(pem),
        pem.replace('\n', " "),
    ] {
        let shown = house.enter(&[("private_key", &form)]).await;
        assert_eq!(shown.location(), "/setup/result/ghe", "{form:.40}");
    }
    // And uploaded instead of pasted.
    let shown = house.enter(&[("private_key", ""), ("key_file", pem)]).await;
    assert_eq!(shown.location(), "/setup/result/ghe");
}

#[tokio::test]
async fn what_was_typed_stays_in_a_form_that_fails() {
    let mut house = House::chosen().await;
    let shown = house.enter(&[("app_id", "999"), ("client_secret", "\"><script>x")]).await;
    assert!(shown.html.contains("value=\"999\""));
    assert!(!shown.html.contains("<script>") && shown.html.contains("&#60;script&#62;x"));
    assert_eq!(shown.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn a_clock_that_is_off_is_repaired_once_and_named() {
    let mut house = House::chosen().await;
    house.register_here();
    // Two minutes fast: GitHub refuses the first JWT, its own time is taken, and the set-up goes on and says so.
    house.clock.advance(std::time::Duration::from_secs(120));
    let shown = house.enter(&[]).await;
    assert_eq!(shown.location(), "/setup/result/ghe", "{}", shown.html);
    let result = house.browser.open("/setup/result/ghe").await.text();
    assert!(result.contains("This machine’s clock differs from GitHub’s by 120 seconds"), "{result}");
    house.github.disregard_effects();
}

#[tokio::test]
async fn what_github_grants_too_little_is_listed_with_where_to_grant_it() {
    let mut house = House::chosen().await;
    house.github.set_app_permission("checks", None);
    house.github.set_app_permission("pull_requests", Some(Level::Read));
    house.github.set_app_permission("administration", Some(Level::Read));
    house.github.set_hook_url("https://elsewhere.example/hooks");
    let shown = house.enter(&[]).await;
    assert_eq!(shown.location(), "/setup/result/ghe", "the credentials themselves are good");
    insta::assert_snapshot!(masked(&house.browser.open("/setup/result/ghe").await.text()));
}

#[tokio::test]
async fn a_github_that_is_down_is_no_fault_of_the_credentials() {
    let mut house = House::chosen().await;
    house.github.inject(Fault::on("GET /app").times(3).answers(503));
    let text = house.refused(&[]).await;
    assert!(text.contains("is in trouble: it answered 503"), "{text}");
    assert!(text.contains("Nothing is wrong with what you gave"), "{text}");
}

#[tokio::test]
async fn without_a_webhook_secret_one_is_made_and_told() {
    let mut house = House::chosen().await;
    house.register_here();
    assert_eq!(house.enter(&[("webhook_secret", "")]).await.location(), "/setup/result/ghe");
    let told = house.github.webhook_secret();
    let secrets = house.vault.get(&webhook_document(&ghe())).await.expect("read").expect("stored");
    assert!(secrets.expose().contains(told.expose()));
    house.github.expect_hook_configuration().await;
}

#[tokio::test]
async fn a_new_webhook_secret_leaves_the_one_before_accepted() {
    let mut house = House::chosen().await;
    let before = house.github.webhook_secret();
    house.enter(&[]).await;
    house.enter(&[("webhook_secret", "another-secret")]).await;
    let secrets = house.vault.get(&webhook_document(&ghe())).await.expect("read").expect("stored");
    let secrets: serde_json::Value = serde_json::from_str(secrets.expose()).expect("JSON");
    assert_eq!(secrets["secrets"][0], "another-secret");
    assert_eq!(secrets["secrets"][1]["secret"], before.expose());
    assert!(secrets["secrets"][1]["until"].is_string(), "it ends by itself");
}

#[tokio::test]
async fn a_form_that_is_too_large_or_cut_is_refused() {
    let mut house = House::chosen().await;
    let shown = house.enter(&[("private_key", &"x".repeat(300 * 1024))]).await;
    assert_eq!(shown.status, StatusCode::BAD_REQUEST);
    insta::assert_snapshot!(shown.text());
}
