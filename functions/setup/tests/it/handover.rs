//! Credentials that somebody encrypted, and a new webhook secret by the button.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use covermark_service::webhook_secrets::WebhookSecrets;
use covermark_setup::openpgp::Recipient;
use covermark_types::{Secret, SystemRandom, Timestamp};

use crate::{
    browser::Shown,
    house::{House, ghe},
};

impl House {
    async fn sealed(&mut self, text: &str) -> String {
        let key = self.browser.open("/setup/openpgp.asc").await;
        let key = Recipient::parse(key.html.as_bytes(), Timestamp::now()).expect("a key");
        key.seal(&Secret::new(text), &SystemRandom).expect("sealed")
    }

    async fn hand_over(&mut self, slug: &str, message: &str) -> Shown {
        let page = self.browser.open("/setup/openpgp").await;
        let mut body = String::new();
        for (name, value) in [("csrf", page.field("csrf")), ("slug", slug), ("message", message)] {
            body.push_str(&format!("--sep\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
        }
        body.push_str("--sep--\r\n");
        let request = Request::post("/setup/openpgp").header(header::CONTENT_TYPE, "multipart/form-data; boundary=sep");
        self.browser.send(request, Body::from(body)).await
    }

    /// The page after a refusal, without what is another one in each run.
    async fn not_taken(&mut self, slug: &str, message: &str) -> String {
        let shown = self.hand_over(slug, message).await;
        assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", shown.html);
        let (_, problem) = shown.html.split_once("role=\"alert\"><p>").expect("a problem");
        problem.split_once("</p>").expect("its end").0.to_owned()
    }
}

#[tokio::test]
async fn a_message_from_somebody_who_may_not_open_the_set_up_connects_the_app() {
    let mut house = House::new().await;
    let stranger = house.browser.open("/setup/openpgp").await;
    assert_eq!(stranger.status, StatusCode::OK);
    assert!(stranger.html.contains("gpg --encrypt --armor --recipient-file covermark.asc"), "{}", stranger.html);
    assert!(!stranger.html.contains("<form"), "a stranger hands nothing in");
    let template = house.browser.open("/setup/openpgp/bundle.txt").await;
    assert!(template.html.contains("\nclient_secret:\n"), "{}", template.html);
    let document = house.github.credentials_document();
    let message = house.sealed(&document).await;
    let refused = house.hand_over_as_a_stranger(&message).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    let mut house = House::opened().await;
    let document = house.github.credentials_document();
    let message = house.sealed(&document).await;
    let taken = house.hand_over("ghe", &message).await;
    assert_eq!(taken.location(), "/setup/result/ghe", "{}", taken.html);
    assert!(house.apps.credentials(&ghe()).await.is_ok());
}

impl House {
    async fn hand_over_as_a_stranger(&mut self, message: &str) -> Shown {
        let body = format!("--sep\r\ncontent-disposition: form-data; name=\"message\"\r\n\r\n{message}\r\n--sep--\r\n");
        let request = Request::post("/setup/openpgp").header(header::CONTENT_TYPE, "multipart/form-data; boundary=sep");
        self.browser.send(request, Body::from(body)).await
    }
}

#[tokio::test]
async fn what_is_no_good_message_is_said_in_a_sentence_and_plain_secrets_do_not_come_back() {
    let mut house = House::opened().await;
    let document = house.github.credentials_document();
    insta::assert_snapshot!(house.not_taken("ghe", &document).await, @"It is not encrypted: whoever passed it on could read it. Make new secrets at GitHub, and encrypt those with `gpg --encrypt`.");
    let shown = house.hand_over("ghe", &document).await;
    assert!(!shown.html.contains("PRIVATE KEY"), "what was pasted is not shown again");
    insta::assert_snapshot!(house.not_taken("ghe", "hello").await, @"It is not an OpenPGP message. One begins with `-----BEGIN PGP MESSAGE-----`, or is the file that `gpg --encrypt` writes. Paste or give the whole of it.");
    insta::assert_snapshot!(house.not_taken("ghe", "").await, @"Paste the message, or choose the file.");
    let message = house.sealed(&document).await;
    insta::assert_snapshot!(house.not_taken("Not A Name", &message).await, @"The name must be lower-case letters, digits and hyphens, as in gh for github.com or ghe for your own GitHub.");
    insta::assert_snapshot!(house.not_taken("ghe", &message[..message.len() / 2]).await, @"It is damaged: a part is missing, or was changed on the way. Copy the whole message, or send the file itself.");
    let elsewhere = document.replace("/api/v3", "/api/v4");
    let message = house.sealed(&elsewhere).await;
    let told = house.not_taken("ghe", &message).await.replace(&house.github.web_url(), "http://GITHUB");
    insta::assert_snapshot!(told, @"The API of http://GITHUB/ is at http://GITHUB/api/v3, and the message names another address.");
    let inside = document.replace(&house.github.web_url(), "https://169.254.169.254");
    let message = house.sealed(&inside).await;
    insta::assert_snapshot!(house.not_taken("ghe", &message).await, @"This is 169.254.169.254, which is no machine’s address (link-local, multicast or reserved). Give the server’s own.");
    let wrong = document.replace("\"client_secret\":\"", "\"client_secret\":\"x");
    let message = house.sealed(&wrong).await;
    insta::assert_snapshot!(house.not_taken("ghe", &message).await, @"Nothing was stored: the credentials in the message do not work.");
    assert!(house.apps.credentials(&ghe()).await.is_err(), "nothing was stored");
    let large = house.hand_over("ghe", &"x".repeat(50_000_000)).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(large.html.contains("larger than 256 KiB"), "{}", large.html);
}

#[tokio::test]
async fn the_key_is_one_and_the_same_and_is_not_read_for_each_stranger() {
    let mut house = House::new().await;
    let first = house.browser.open("/setup/openpgp.asc").await;
    let reads = house.vault.reads();
    for _ in 0..20 {
        assert_eq!(house.browser.open("/setup/openpgp.asc").await.html, first.html);
    }
    assert_eq!(house.vault.reads(), reads);
}

#[tokio::test]
async fn two_presses_of_the_button_change_the_webhook_secret_and_no_delivery_is_refused() {
    let mut house = House::chosen().await;
    house.enter(&[]).await;
    let reader = WebhookSecrets::new(house.vault.clone(), house.table.clone(), house.clock.clone());
    let former = house.github.webhook_secret();
    reader.of(&ghe()).await.expect("read");
    house.press().await;
    let waiting = house.browser.open("/setup/rotate/ghe").await;
    assert!(waiting.html.contains("GitHub can be told in 35 seconds"), "{}", waiting.html);
    house.press().await;
    assert!(house.github.webhook_secret().matches(former.expose()), "pressed too early");
    house.pass(35);
    assert!(house.browser.open("/setup/rotate/ghe").await.html.contains("<button>Tell GitHub</button>"));
    house.press().await;
    let new = house.github.webhook_secret();
    assert!(!new.matches(former.expose()));
    let known = reader.after_mismatch(&ghe()).await.expect("read");
    assert!([&new, &former].iter().all(|secret| known.iter().any(|known| known.matches(secret.expose()))));
    let done = house.browser.open("/setup/rotate/ghe").await;
    assert!(done.html.contains("The one before: accepted until"), "{}", done.html);
    let nothing = house.browser.open("/setup/rotate/gh").await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}

impl House {
    async fn press(&mut self) {
        let page = self.browser.open("/setup/rotate/ghe").await;
        let form = format!("csrf={}", page.field("csrf"));
        let shown = self.browser.submit("/setup/rotate/ghe", &form).await;
        assert_eq!(shown.location(), "/setup/rotate/ghe", "{}", shown.html);
    }
}
