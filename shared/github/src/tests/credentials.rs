//! The import document: what is accepted, and that a refusal says everything but the values.

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeyPair,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use covermark_types::Secret;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::support::{pem, pkcs1_pem, pkcs8, pkcs8_pem};
use crate::{AppCredentials, CredentialsDocument, Endpoints, KeyProblem, key_fingerprint, private_key};

fn document() -> Value {
    json!({
        "app_id": 1234, "slug": "covermark", "client_id": "Iv1.abc", "client_secret": "VALUE-client",
        "private_key": pkcs1_pem(), "webhook_secret": "VALUE-webhook",
    })
}

fn parse(document: &Value) -> Result<CredentialsDocument, String> {
    CredentialsDocument::parse(document.to_string().as_bytes())
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn with(field: &str, value: Value) -> Value {
    let mut document = document();
    document[field] = value;
    document
}

#[test]
fn the_addresses_default_to_those_of_github_com() {
    let read = parse(&document()).ok().unwrap();
    assert_eq!(read.app.endpoints, Endpoints::github_com());
    assert_eq!(read.app.app_id.0, 1234);
    assert_eq!(read.webhook_secret.expose(), "VALUE-webhook");
}

#[test]
fn an_enterprise_server_is_named_by_both_addresses() {
    let mut document = with("web_url", json!("https://ghe.example"));
    document["api_url"] = json!("https://ghe.example/api/v3/");
    let endpoints = parse(&document).ok().unwrap().app.endpoints;
    assert_eq!(endpoints.page(&["acme", "wid gets"]).as_str(), "https://ghe.example/acme/wid%20gets");
    assert_eq!(crate::endpoints::append(&endpoints.api, &["app"]).as_str(), "https://ghe.example/api/v3/app");
    assert_snapshot!(parse(&with("web_url", json!("https://ghe.example"))).err().unwrap(), @"api_url: needed when the other address is given: both belong to one GitHub (Enterprise Server: https://HOST and https://HOST/api/v3)");
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for (address, good) in [
        ("http://127.0.0.1:8080", true),
        ("http://[::1]:1", true),
        ("http://localhost/x", true),
        ("https://ghe.example", true),
        ("http://ghe.example", false),
        ("http://127.0.0.1.example", false),
        ("http://10.0.0.1", false),
        ("ftp://localhost", false),
        ("https://user:VALUE@ghe.example", false),
        ("https://ghe.example/?token=VALUE", false),
        ("ghe.example", false),
        ("data:text", false),
    ] {
        let mut document = with("web_url", json!(address));
        document["api_url"] = json!(address);
        let problem = parse(&document).err();
        assert_eq!(problem.is_none(), good, "{address}: {problem:?}");
        assert!(!problem.unwrap_or_default().contains("VALUE"));
    }
}

#[test]
fn every_wrong_field_is_named_at_once_and_no_value() {
    let document = json!({
        "web_url": "http://VALUE.example", "api_url": 5, "app_id": "VALUE", "slug": "VALUE of it",
        "client_id": "VALUE\n", "client_secret": "", "private_key": "VALUE", "webhok_secret": "VALUE",
    });
    let text = parse(&document).err().unwrap();
    assert!(!text.contains("VALUE"));
    assert_snapshot!(text, @r"
    webhok_secret: not known; the document's fields are web_url, api_url, private_ca, app_id, slug, client_id, client_secret, private_key, previous_private_key, webhook_secret
    api_url: a text is expected
    web_url: https is required (plain http only for this machine's own addresses)
    app_id: a positive whole number is expected
    slug: letters, digits and hyphens are expected, as in https://github.com/apps/SLUG
    client_id: white space around it, or a control character in it
    client_secret: empty
    private_key: not a PEM text; the .pem file that GitHub offers for download is expected
    webhook_secret: missing
    ");
}

#[test]
fn every_missing_field_is_named_at_once() {
    assert_snapshot!(parse(&json!({ "private_key": null })).err().unwrap(), @r"
    app_id: missing
    slug: missing
    client_id: missing
    client_secret: missing
    private_key: missing
    webhook_secret: missing
    ");
}

#[test]
fn what_is_no_document_is_said_to_be_none() {
    let text = |json: &[u8]| CredentialsDocument::parse(json).err().unwrap()[0].to_string();
    assert_snapshot!(text(b"-----BEGIN"), @"document: not JSON (line 1, column 2)");
    assert_snapshot!(text(b"[]"), @"document: a JSON object is expected");
    assert_snapshot!(text(&[b' '; 70_000]), @"document: larger than 65536 bytes");
}

#[test]
fn a_secret_given_as_a_name_is_not_repeated() {
    let text = parse(&with("ghs_VALUE-123", json!(1))).err().unwrap();
    assert!(text.starts_with("a field: not known") && !text.contains("VALUE"), "{text}");
}

#[test]
fn the_private_key_is_taken_in_every_form_that_people_paste() {
    let (pkcs1, pkcs8) = (pkcs1_pem(), pkcs8_pem());
    let forms = [
        pkcs1.clone(),
        pkcs8.clone(),
        pkcs1.replace('\n', "\\n"),
        pkcs8.replace('\n', "\\r\\n"),
        pkcs8.replace('\n', "\r\n"),
        pkcs1.replace('\n', " "),
        format!("\n  {}\n", pkcs1.trim_end()),
        STANDARD.encode(&pkcs1),
        STANDARD.encode(&pkcs8).as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line) + "\n").collect(),
    ];
    for form in forms {
        let read = parse(&with("private_key", json!(form))).map_err(|problem| panic!("{problem}: {form}"));
        let kept = read.ok().unwrap().app.private_key;
        assert!(kept.matches(&pkcs1) || kept.matches(&pkcs8), "written in one way");
    }
}

#[test]
fn a_key_that_cannot_sign_is_refused_with_its_reason() {
    let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let der = pkcs8();
    let cases = [
        (String::new(), KeyProblem::NotPem),
        ("path/to/key.pem".to_owned(), KeyProblem::NotPem),
        (STANDARD.encode("something else"), KeyProblem::NotPem),
        (pem("ENCRYPTED PRIVATE KEY", der), KeyProblem::Encrypted),
        (
            pem("RSA PRIVATE KEY", der).replacen('\n', "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n", 1),
            KeyProblem::Encrypted,
        ),
        (pem("PUBLIC KEY", der), KeyProblem::Public),
        (pem("CERTIFICATE", der), KeyProblem::Public),
        (pem("EC PRIVATE KEY", ec.as_ref()), KeyProblem::NotRsa),
        (pem("OPENSSH PRIVATE KEY", der), KeyProblem::NotRsa),
        (pem("PRIVATE KEY", ec.as_ref()), KeyProblem::NotRsa),
        (pem("PRIVATE KEY", &der[..der.len() - 9]), KeyProblem::Damaged),
        (pem("RSA PRIVATE KEY", &der[30..]), KeyProblem::Damaged),
        (pkcs1_pem().split("-----END").next().unwrap().to_owned(), KeyProblem::Damaged),
        ("-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----".to_owned(), KeyProblem::Damaged),
    ];
    for (text, wanted) in cases {
        let outcome = private_key::normalise(&text).and_then(|pem| private_key::prove(&pem));
        assert_eq!(outcome, Err(wanted), "{text}");
    }
}

#[test]
fn one_changed_byte_inside_the_key_is_noticed() {
    let mut der = pkcs8().to_vec();
    let middle = der.len() / 2;
    der[middle] ^= 0x55;
    let outcome = private_key::normalise(&pem("PRIVATE KEY", &der)).and_then(|pem| private_key::prove(&pem));
    assert_eq!(outcome, Err(KeyProblem::Damaged));
}

#[test]
fn what_goes_to_the_vault_comes_back_without_the_webhook_secret() {
    let app = parse(&document()).ok().unwrap().app;
    let stored = app.to_json();
    assert!(!stored.expose().contains("VALUE-webhook"));
    let read = AppCredentials::from_json(stored.expose()).ok().unwrap();
    assert_eq!((read.endpoints, read.app_id, read.slug), (app.endpoints, app.app_id, app.slug));
    assert!(read.private_key.matches(app.private_key.expose()) && read.client_secret.matches("VALUE-client"));
    assert!(AppCredentials::from_json("{}").err().unwrap().len() >= 5);
}

#[test]
fn the_app_id_may_be_a_text() {
    assert_eq!(parse(&with("app_id", json!("77"))).ok().unwrap().app.app_id.0, 77);
    for wrong in [json!(0), json!(-1), json!(1.5), json!(true), json!("")] {
        assert!(parse(&with("app_id", wrong.clone())).is_err(), "{wrong}");
    }
}

#[test]
fn the_key_before_is_kept_beside_the_new_one_and_is_looked_at_as_closely() {
    let app = parse(&with("previous_private_key", json!(pkcs1_pem()))).ok().unwrap().app;
    let read = AppCredentials::from_json(app.to_json().expose()).ok().unwrap();
    assert!(read.previous_private_key.unwrap().matches(&pkcs1_pem()));
    assert!(parse(&with("previous_private_key", json!(null))).ok().unwrap().app.previous_private_key.is_none());
    let problem = parse(&with("previous_private_key", json!("VALUE"))).err().unwrap();
    assert_snapshot!(problem, @"previous_private_key: not a PEM text; the .pem file that GitHub offers for download is expected");
}

#[test]
fn a_keys_fingerprint_is_the_one_that_github_shows() {
    // `openssl rsa -in key.pem -pubout -outform DER | openssl sha256 -binary | openssl base64`: the head of every public
    // RSA key of 2048 bits, and the key.
    let mut public = hex::decode("30820122300d06092a864886f70d01010105000382010f00").unwrap();
    public.extend_from_slice(KeyPair::from_pkcs8(pkcs8()).unwrap().public_key().as_ref());
    let hash = STANDARD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &public));
    assert_eq!(key_fingerprint(&Secret::new(pkcs8_pem())), Ok(format!("SHA256:{hash}")));
    assert_eq!(
        key_fingerprint(&Secret::new(pkcs8_pem())),
        key_fingerprint(&Secret::new(pkcs1_pem())),
        "in either form"
    );
    assert_eq!(key_fingerprint(&Secret::new("VALUE")), Err(KeyProblem::NotPem));
}
