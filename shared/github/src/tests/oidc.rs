//! Tokens of GitHub Actions: which are believed, and how often the keys are asked for.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use covermark_types::{PullNumber, RepositoryId, Secret};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use url::Url;

use super::support::{Fake, http, pkcs8, pkcs8_pem, reply};
use crate::{
    Endpoints,
    oidc::{Claims, Issuer, OidcError, Verifier},
};

/// 2026-03-01T12:00:00Z, the stopped clock's time.
const NOW: i64 = 1_772_366_400;
const AUDIENCE: &str = "https://covermark.example";

fn jwks(kids: &[&str]) -> Value {
    let keys: Vec<_> = kids.iter().map(|kid| jwk(kid)).collect();
    json!({ "keys": keys })
}

fn jwk(kid: &str) -> Value {
    let pair = aws_lc_rs::rsa::KeyPair::from_pkcs8(pkcs8()).unwrap();
    let public = aws_lc_rs::signature::KeyPair::public_key(&pair);
    // PKCS#1: a head of nine bytes, 256 of modulus, five of exponent.
    let modulus = &public.as_ref()[9..265];
    json!({ "kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid, "e": "AQAB", "n": URL_SAFE_NO_PAD.encode(modulus) })
}

fn issuer(fake: &Fake) -> Issuer {
    Issuer::of(&Endpoints { web: fake.url.clone(), api: fake.url.clone() }, None)
}

fn claims(fake: &Fake) -> Value {
    json!({
        "iss": issuer(fake).name, "aud": AUDIENCE, "exp": NOW + 300, "iat": NOW - 1, "nbf": NOW - 300,
        "repository_id": "42", "repository": "acme/widgets", "repository_owner_id": "7",
        "sha": "f50426d595a7de9835aa56510687900a0fb81b41", "ref": "refs/pull/9/merge", "event_name": "pull_request",
        "head_ref": "topic", "base_ref": "main", "run_id": "1234", "jti": "x", "run_attempt": "1",
    })
}

fn token(kid: &str, claims: &Value) -> Secret {
    let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::RS256) };
    let key = EncodingKey::from_rsa_pem(pkcs8_pem().as_bytes()).unwrap();
    Secret::new(jsonwebtoken::encode(&header, claims, &key).unwrap())
}

/// A token whose head and signature are whatever the attacker likes.
fn forged(header: &Value, claims: &Value, signature: &[u8]) -> Secret {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    Secret::new(format!("{}.{}.{}", part(header), part(claims), URL_SAFE_NO_PAD.encode(signature)))
}

async fn fake(kids: &'static [&'static str]) -> (Fake, Verifier) {
    let fake = Fake::start(move |_, _| reply(200, jwks(kids))).await;
    let verifier = Verifier::new(fake.clock.clone());
    (fake, verifier)
}

async fn verify(fake: &Fake, verifier: &Verifier, token: &Secret) -> Result<Claims, OidcError> {
    verifier.verify(http(), &issuer(fake), &[AUDIENCE.to_owned()], token).await
}

#[tokio::test]
async fn a_genuine_token_says_which_repository_and_run_it_is_of() {
    let (fake, verifier) = fake(&["k1"]).await;
    let said = verify(&fake, &verifier, &token("k1", &claims(&fake))).await.unwrap();
    assert_eq!((said.repository_id, said.pull(), said.branch()), (RepositoryId(42), Some(PullNumber(9)), None));
    assert_eq!(said.run_id.map(|run| run.0), Some(1234));
    let many = {
        let mut many = claims(&fake);
        many["aud"] = json!(["other", AUDIENCE]);
        many
    };
    verify(&fake, &verifier, &token("k1", &many)).await.unwrap();
    assert_eq!(fake.lines(), ["GET /_services/token/.well-known/jwks"], "the keys are asked for once");
}

#[tokio::test]
async fn every_token_that_is_not_good_is_refused_with_its_reason() {
    let (fake, verifier) = fake(&["k1"]).await;
    let mut table = String::new();
    for (what, key, value) in [
        ("over", "exp", json!(NOW - 60)),
        ("to come", "nbf", json!(NOW + 61)),
        ("issued in the future", "iat", json!(NOW + 61)),
        ("for somebody else", "aud", json!("https://other.example")),
        ("for nobody", "aud", json!([])),
        ("of another issuer", "iss", json!("https://token.actions.githubusercontent.com")),
        ("of an issuer with a longer name", "iss", json!(format!("{}/evil", issuer(&fake).name))),
        ("without a repository", "repository_id", Value::Null),
        ("of a repository that is none", "repository_id", json!("0")),
    ] {
        let mut claims = claims(&fake);
        claims[key] = value;
        let error = verify(&fake, &verifier, &token("k1", &claims)).await.unwrap_err();
        table.push_str(&format!("{what}: {error}\n"));
    }
    insta::assert_snapshot!(table.replace(fake.url.as_str(), "https://HOST/"), @r"
    over: it ended 60 s ago; request a new one right before the upload
    to come: it is valid only in 61 s; compare the runner's clock with ours
    issued in the future: it is valid only in 61 s; compare the runner's clock with ours
    for somebody else: its audience is https://other.example, and https://covermark.example is expected
    for nobody: its audience is missing, and https://covermark.example is expected
    of another issuer: it was issued by https://token.actions.githubusercontent.com, and https://HOST/_services/token is expected
    of an issuer with a longer name: it was issued by https://HOST/_services/token/evil, and https://HOST/_services/token is expected
    without a repository: it is not a token of GitHub Actions, or it was cut off on the way
    of a repository that is none: it is not a token of GitHub Actions, or it was cut off on the way
    ");
    let mut late = claims(&fake);
    late["exp"] = json!(NOW - 59);
    verify(&fake, &verifier, &token("k1", &late)).await.expect("clocks differ by a minute");
}

#[tokio::test]
async fn an_algorithm_that_the_attacker_chose_is_refused_unseen() {
    let (fake, verifier) = fake(&["k1"]).await;
    let claims = claims(&fake);
    let public = jwk("k1")["n"].as_str().unwrap().to_owned();
    let hmac = |header: &Value| {
        let header = Header { kid: Some("k1".to_owned()), ..serde_json::from_value(header.clone()).unwrap() };
        // The published key as the secret of an HMAC: what a verifier that lets the token choose would check with.
        Secret::new(jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(public.as_bytes())).unwrap())
    };
    let good = token("k1", &claims);
    let (unsigned, _) = good.expose().rsplit_once('.').unwrap();
    for (what, token) in [
        ("none", forged(&json!({ "alg": "none", "kid": "k1" }), &claims, b"")),
        ("None", forged(&json!({ "alg": "None", "kid": "k1" }), &claims, b"x")),
        ("HS256", hmac(&json!({ "alg": "HS256" }))),
        ("HS512", hmac(&json!({ "alg": "HS512" }))),
    ] {
        let refused = verify(&fake, &verifier, &token).await;
        assert!(matches!(refused, Err(OidcError::Algorithm)), "{what}: {refused:?}");
    }
    assert_eq!(fake.lines().len(), 0, "no key was looked at");
    for (what, token) in [
        ("no signature", Secret::new(format!("{unsigned}."))),
        ("a wrong one", forged(&json!({ "alg": "RS256", "kid": "k1" }), &claims, &[7; 256])),
    ] {
        let refused = verify(&fake, &verifier, &token).await;
        assert!(matches!(refused, Err(OidcError::Signature)), "{what}: {refused:?}");
    }
    for text in ["", "a.b.c", "eyJ.eyJ.x", "no token at all"] {
        assert!(verify(&fake, &verifier, &Secret::new(text)).await.is_err(), "{text}");
    }
}

#[tokio::test]
async fn a_new_key_is_learned_and_made_up_ones_are_asked_for_once_a_minute() {
    let fake = Fake::start(|_, before| reply(200, jwks(if before == 0 { &["k1"] } else { &["k1", "k2"] }))).await;
    let verifier = Verifier::new(fake.clock.clone());
    verify(&fake, &verifier, &token("k1", &claims(&fake))).await.unwrap();
    fake.clock.advance(61);
    verify(&fake, &verifier, &token("k2", &claims(&fake))).await.expect("GitHub signs with its new key at once");
    assert_eq!(fake.lines().len(), 2);

    let kids: Vec<String> = (0..200).map(|n| format!("made-up-{n}")).collect();
    for kid in &kids {
        let refused = verify(&fake, &verifier, &token(kid, &claims(&fake))).await;
        assert!(matches!(refused, Err(OidcError::Key { .. })), "{refused:?}");
    }
    assert_eq!(fake.lines().len(), 2, "a flood costs nothing within a minute of the last look");
    fake.clock.advance(61);
    let mut flood = Vec::new();
    for kid in &kids[..20] {
        let token = token(kid, &claims(&fake));
        flood.push(async {
            let token = token;
            verify(&fake, &verifier, &token).await.is_err()
        });
    }
    assert!(futures::future::join_all(flood).await.into_iter().all(|refused| refused));
    assert_eq!(fake.lines().len(), 3, "and one look after it");
}

#[tokio::test]
async fn known_keys_outlive_an_outage_of_the_issuer() {
    let fake =
        Fake::start(|_, before| if before == 0 { reply(200, jwks(&["k1"])) } else { reply(500, json!({})) }).await;
    let verifier = Verifier::new(fake.clock.clone());
    let live = |seconds| {
        let mut claims = claims(&fake);
        claims["exp"] = json!(NOW + 48 * 3600 + seconds);
        claims
    };
    verify(&fake, &verifier, &token("k1", &live(0))).await.unwrap();
    fake.clock.advance(2 * 3600);
    verify(&fake, &verifier, &token("k1", &live(0))).await.expect("the known key does");
    let unknown = verify(&fake, &verifier, &token("k2", &live(0))).await;
    assert!(matches!(unknown, Err(OidcError::Keys(_))), "not refused for good: {unknown:?}");
    fake.clock.advance(23 * 3600);
    let old = verify(&fake, &verifier, &token("k1", &live(0))).await;
    assert!(matches!(old, Err(OidcError::Keys(_))), "not for ever: {old:?}");
}

#[test]
fn the_issuer_is_made_of_our_own_configuration() {
    let of = |web: &str, enterprise| {
        let web = Url::parse(web).unwrap();
        let issuer = Issuer::of(&Endpoints { api: web.clone(), web }, enterprise);
        (issuer.name, issuer.keys.to_string())
    };
    let pair = |name: &str| (name.to_owned(), format!("{name}/.well-known/jwks"));
    assert_eq!(of("https://github.com", None), pair("https://token.actions.githubusercontent.com"));
    assert_eq!(of("https://github.com/", Some("acme")), pair("https://token.actions.githubusercontent.com/acme"));
    assert_eq!(of("https://acme.ghe.com/", None), pair("https://token.actions.acme.ghe.com"));
    assert_eq!(of("https://ghes.example", None), pair("https://ghes.example/_services/token"));
    assert_eq!(of("https://github.com.evil.example", None), pair("https://github.com.evil.example/_services/token"));
}
