use covermark_standin::GitHubStandIn;
use covermark_testing::MemoryVault;
use covermark_types::{Secret, SystemRandom, Timestamp};
use insta::assert_snapshot;
use serde_json::Value;

use super::{BundleError, TEMPLATE, is_message, plain, sealed};
use crate::openpgp::{Recipient, deployment_key};

/// The template as a person fills it in, with the values of a JSON document.
fn filled_in(json: &str) -> String {
    let document: Value = serde_json::from_str(json).expect("JSON");
    let value = |name: &str| match &document[name] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut text = TEMPLATE.replace("# web_url: https://HOST\n", &format!("web_url: {}\n", value("web_url")));
    text = text.replace("# api_url: https://HOST/api/v3", &format!("api_url: {}", value("api_url")));
    for name in ["app_id", "slug", "client_id", "client_secret", "webhook_secret"] {
        text = text.replace(&format!("\n{name}:\n"), &format!("\n{name}: {}\n", value(name)));
    }
    text.replace("\nprivate_key:\n", &format!("\nprivate_key:\n{}", value("private_key")))
}

fn problem<T>(outcome: Result<T, BundleError>) -> String {
    outcome.err().expect("a refusal").to_string()
}

#[tokio::test]
async fn a_filled_in_template_says_what_the_document_says() {
    let json = GitHubStandIn::start().await.credentials_document();
    let text = filled_in(&json);
    let (from_text, from_json) = (plain(text.as_bytes()).expect("read"), plain(json.as_bytes()).expect("read"));
    assert!(from_text.app.to_json().matches(from_json.app.to_json().expose()));
    assert!(from_text.webhook_secret.matches(from_json.webhook_secret.expose()));
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert!(plain(windows.as_bytes()).is_ok(), "as Notepad saves it");
}

#[test]
fn an_empty_template_lacks_everything_and_a_stray_line_is_named_by_its_number() {
    assert_snapshot!(problem(plain(TEMPLATE.as_bytes())), @r#"
    the document cannot be used:
      app_id: missing
      slug: missing
      client_id: missing
      client_secret: missing
      private_key: missing
      webhook_secret: missing
    "#);
    assert_snapshot!(problem(plain(b"app_id: 1\n\nthe secret is hush\n")), @r#"
    the document cannot be used:
      line 3: neither `name: value`, nor a comment that begins with #, nor part of a .pem file
    "#);
    assert_snapshot!(problem(plain(b"-----BEGIN RSA PRIVATE KEY-----\n")), @r#"
    the document cannot be used:
      line 1: neither `name: value`, nor a comment that begins with #, nor part of a .pem file
    "#);
    assert_snapshot!(problem(plain(b"client_sekret: hush\napp_id: hush")), @r#"
    the document cannot be used:
      client_sekret: not known; the document's fields are web_url, api_url, private_ca, app_id, slug, client_id, client_secret, private_key, previous_private_key, webhook_secret
      app_id: a positive whole number is expected
      slug: missing
      client_id: missing
      client_secret: missing
      private_key: missing
      webhook_secret: missing
    "#);
}

#[tokio::test]
async fn what_is_handed_over_is_encrypted_to_this_deployment_or_refused() {
    let (github, vault) = (GitHubStandIn::start().await, MemoryVault::default());
    let json = github.credentials_document();
    let somebody =
        deployment_key(&MemoryVault::default(), "Somebody", &SystemRandom, Timestamp::now()).await.expect("a key");
    let theirs = Recipient::parse(somebody.public().expect("armored").as_bytes(), Timestamp::now()).expect("a key");
    let for_somebody = theirs.seal(&Secret::new(json.clone()), &SystemRandom).expect("sealed");
    assert_snapshot!(problem(sealed(&vault, for_somebody.as_bytes()).await), @"This deployment has no OpenPGP key yet, so the message is for another one. Take the key from /setup/openpgp.asc, where it is made, and encrypt to that.");

    let ours = deployment_key(&vault, "Covermark", &SystemRandom, Timestamp::now()).await.expect("a key");
    let ours = Recipient::parse(ours.public().expect("armored").as_bytes(), Timestamp::now()).expect("a key");
    for text in [json.clone(), filled_in(&json)] {
        let message = ours.seal(&Secret::new(text), &SystemRandom).expect("sealed");
        assert!(is_message(message.as_bytes()));
        assert_eq!(sealed(&vault, message.as_bytes()).await.expect("read").app.app_id, github.app_id());
    }
    assert!(problem(sealed(&vault, for_somebody.as_bytes()).await).starts_with("It is encrypted for another key"));
    for text in [json.clone(), filled_in(&json)] {
        assert!(!is_message(text.as_bytes()));
        assert_eq!(problem(sealed(&vault, text.as_bytes()).await), BundleError::Plain.to_string());
    }
    assert_snapshot!(BundleError::Plain, @"It is not encrypted: whoever passed it on could read it. Make new secrets at GitHub, and encrypt those with `gpg --encrypt`.");
    let half = ours.seal(&Secret::new("app_id: 7"), &SystemRandom).expect("sealed");
    assert_snapshot!(problem(sealed(&vault, half.as_bytes()).await), @r#"
    the document cannot be used:
      slug: missing
      client_id: missing
      client_secret: missing
      private_key: missing
      webhook_secret: missing
    "#);
    assert!(problem(sealed(&vault, &vec![b'x'; 50_000_000]).await).starts_with("It is larger than 256 KiB"));
}
