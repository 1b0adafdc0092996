//! The App's JWT: its claims, its reuse, and the repair of a wrong clock.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use covermark_types::{Fault as _, FaultClass, Secret};
use serde_json::{Value, json};

use super::support::{Fake, Seen, http, pem, pkcs8, reply, reply_with};
use crate::{Error, GitHub};

const EXPIRED: &str = "'Expiration time' claim ('exp') must be a numeric value representing the future time at which \
                       the assertion expires";

fn app() -> Value {
    json!({ "id": 1234, "slug": "covermark" })
}

fn part(seen: &Seen, index: usize) -> Value {
    let jwt = seen.header("authorization").strip_prefix("Bearer ").unwrap();
    let part = jwt.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn it_names_the_app_begins_a_minute_ago_and_ends_in_nine() {
    let fake = Fake::start(|_, _| reply(200, app())).await;
    fake.github().app().await.unwrap();
    let seen = &fake.seen()[0];
    assert_eq!(part(seen, 0), json!({ "typ": "JWT", "alg": "RS256" }));
    // 2026-03-01T12:00:00Z is 1772366400.
    assert_eq!(part(seen, 1), json!({ "iss": "1234", "iat": 1_772_366_340, "exp": 1_772_366_940 }));
}

#[tokio::test]
async fn it_can_be_checked_with_the_public_key() {
    let fake = Fake::start(|_, _| reply(200, app())).await;
    fake.github().app().await.unwrap();
    assert!(signed_by(&fake.seen()[0], pkcs8()));
}

#[tokio::test]
async fn it_is_used_for_eight_minutes() {
    let fake = Fake::start(|_, _| reply(200, app())).await;
    let github = fake.github();
    for seconds in [0, 479, 1] {
        fake.clock.advance(seconds);
        github.app().await.unwrap();
    }
    let tokens: Vec<String> = fake.seen().iter().map(|seen| seen.header("authorization").to_owned()).collect();
    assert_eq!(tokens[0], tokens[1]);
    assert_ne!(tokens[1], tokens[2]);
}

#[tokio::test]
async fn a_wrong_clock_is_set_by_githubs_once_and_stays_set() {
    let fake = Fake::start(|seen, _| {
        if part(seen, 1)["exp"].as_i64().unwrap() < 1_772_370_000 {
            let date = [("date", "Sun, 01 Mar 2026 13:00:00 GMT")];
            return reply_with(401, &date, json!({ "message": EXPIRED }));
        }
        reply(200, app())
    });
    let fake = fake.await;
    let github = fake.github();
    github.app().await.unwrap();
    assert_eq!(fake.seen().len(), 2);
    fake.clock.advance(481);
    github.app().await.unwrap();
    assert_eq!(fake.seen().len(), 3, "the second JWT is right at once");
    assert_eq!(part(&fake.seen()[2], 1)["iat"], 1_772_366_400 + 3_600 + 481 - 60);
}

#[tokio::test]
async fn a_clock_that_cannot_be_repaired_is_named_with_the_difference() {
    let date = &[("date", "Sun, 01 Mar 2026 13:00:00 GMT")];
    let fake = Fake::start(|_, _| reply_with(401, date, json!({ "message": EXPIRED }))).await;
    let error = fake.github().app().await.unwrap_err();
    assert!(matches!(error, Error::ClockSkew { skew_seconds: 3_600, .. }), "{error}");
    assert_eq!(error.class(), FaultClass::Unauthorized);
    assert_eq!(fake.seen().len(), 2);
}

fn signed_by(seen: &Seen, pkcs8: &[u8]) -> bool {
    let (message, signature) = seen.header("authorization")["Bearer ".len()..].rsplit_once('.').unwrap();
    let key = aws_lc_rs::rsa::KeyPair::from_pkcs8(pkcs8).unwrap();
    let public = aws_lc_rs::signature::KeyPair::public_key(&key);
    let public = aws_lc_rs::signature::UnparsedPublicKey::new(
        &aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256,
        public.as_ref(),
    );
    public.verify(message.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).is_ok()
}

/// A client with a new key and the one before it, which is [`pkcs8`].
fn between_two_keys(fake: &Fake) -> GitHub {
    let new = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let new = AsDer::<Pkcs8V1Der<'_>>::as_der(&new).unwrap();
    let mut credentials = fake.credentials();
    credentials.previous_private_key = Some(credentials.private_key);
    credentials.private_key = Secret::new(pem("PRIVATE KEY", new.as_ref()));
    GitHub::new(http(), &credentials, fake.clock.clone()).ok().unwrap()
}

#[tokio::test]
async fn the_key_before_signs_where_github_refuses_the_new_one_and_goes_on_signing() {
    let fake = Fake::start(|seen, _| {
        if signed_by(seen, pkcs8()) {
            return reply(200, app());
        }
        reply(401, json!({ "message": "A JSON web token could not be decoded" }))
    });
    let fake = fake.await;
    let github = between_two_keys(&fake);
    for _ in 0..2 {
        github.app().await.unwrap();
    }
    let signers: Vec<bool> = fake.seen().iter().map(|seen| signed_by(seen, pkcs8())).collect();
    assert_eq!(signers, [false, true, true], "the new one first, and no second time");
}

#[tokio::test]
async fn many_callers_change_the_key_once() {
    let fake = Fake::start(|seen, _| {
        if signed_by(seen, pkcs8()) {
            return reply(200, app());
        }
        reply(401, json!({ "message": "A JSON web token could not be decoded" }))
    });
    let fake = fake.await;
    let github = between_two_keys(&fake);
    let calls: Vec<_> = (0..8).map(|_| github.app()).collect();
    assert!(futures::future::join_all(calls).await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn two_keys_that_github_refuses_are_two_requests_and_a_refusal() {
    let fake = Fake::start(|_, _| reply(401, json!({ "message": "A JSON web token could not be decoded" }))).await;
    let error = between_two_keys(&fake).app().await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized(_)), "{error}");
    assert_eq!(fake.seen().len(), 2);
}

#[tokio::test]
async fn another_refusal_of_the_jwt_is_not_repeated() {
    let fake = Fake::start(|_, _| reply(401, json!({ "message": "A JSON web token could not be decoded" }))).await;
    let error = fake.github().app().await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized(_)), "{error}");
    assert_eq!(error.class(), FaultClass::Unauthorized);
    assert_eq!(fake.seen().len(), 1);
}
