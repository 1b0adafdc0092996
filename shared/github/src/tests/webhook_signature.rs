//! Who may send us deliveries.

use bytes::Bytes;
use covermark_types::{AppId, Secret};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderValue};
use insta::assert_snapshot;
use proptest::prelude::*;
use sha2::Sha256;

use crate::webhook::{Refused, verify};

pub(super) const GUID: &str = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
const SECRET: &str = "It's a Secret to Everybody";
const BODY: &str = "Hello, World!";
const SIGNATURE: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

pub(super) fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

pub(super) fn headers(signature: &str, event: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("x-hub-signature-256", signature),
        ("x-github-event", event),
        ("x-github-delivery", GUID),
        ("x-github-hook-installation-target-type", "integration"),
        ("x-github-hook-installation-target-id", "1234"),
        ("content-type", "application/json"),
    ] {
        headers.insert(name, value.parse().unwrap());
    }
    headers
}

fn refused(headers: &HeaderMap) -> Refused {
    verify(&[Secret::new(SECRET)], headers, Bytes::from(BODY)).err().unwrap()
}

#[test]
fn githubs_published_example_is_taken() {
    let delivery = verify(&[Secret::new(SECRET)], &headers(SIGNATURE, "push"), Bytes::from(BODY)).unwrap();
    assert_eq!(delivery.id.as_str(), GUID);
    assert_eq!(delivery.event, "push");
    assert_eq!(delivery.target_id, Some(AppId(1234)));
    assert_eq!(delivery.body, BODY);
}

#[test]
fn any_of_several_secrets_will_do_so_that_one_can_be_rotated() {
    for secrets in [["new", SECRET], [SECRET, "old"]] {
        let secrets = secrets.map(Secret::new);
        verify(&secrets, &headers(SIGNATURE, "push"), Bytes::from(BODY)).unwrap();
    }
}

#[test]
fn emoji_are_bytes_like_all_others() {
    let body = "{\"title\":\"🚀 naïve\"}".as_bytes();
    verify(&[Secret::new("s")], &headers(&sign("s", body), "push"), Bytes::from(body)).unwrap();
}

#[test]
fn a_changed_body_is_refused() {
    let outcome = verify(&[Secret::new(SECRET)], &headers(SIGNATURE, "push"), Bytes::from("Hello, World?"));
    assert_eq!(outcome.err(), Some(Refused::SignatureMismatch));
}

#[test]
fn without_a_secret_nothing_is_taken() {
    let signed_with_nothing = headers(&sign("", BODY.as_bytes()), "push");
    for secrets in [vec![], vec![Secret::new("")]] {
        let outcome = verify(&secrets, &signed_with_nothing, Bytes::from(BODY));
        assert_eq!(outcome.err(), Some(Refused::NoSecret));
    }
    let with_an_empty_one = [Secret::new(""), Secret::new(SECRET)];
    let outcome = verify(&with_an_empty_one, &signed_with_nothing, Bytes::from(BODY));
    assert_eq!(outcome.err(), Some(Refused::SignatureMismatch));
}

#[test]
fn a_missing_signature_is_told_from_an_old_one() {
    let mut headers = headers(SIGNATURE, "push");
    headers.remove("x-hub-signature-256");
    assert_eq!(refused(&headers), Refused::SignatureMissing);
    headers.insert("x-hub-signature", HeaderValue::from_static("sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59"));
    assert_eq!(refused(&headers), Refused::Sha1Only);
}

#[test]
fn a_good_old_signature_does_not_help_a_wrong_new_one() {
    let mut headers = headers(&sign("other", BODY.as_bytes()), "push");
    headers.insert("x-hub-signature", HeaderValue::from_static("sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59"));
    assert_eq!(refused(&headers), Refused::SignatureMismatch);
}

#[test]
fn a_signature_of_another_form_is_refused() {
    let digits = &SIGNATURE["sha256=".len()..];
    let forms = [
        String::new(),
        digits.to_owned(),
        format!("sha1=XX{digits}"),
        format!("SHA256={digits}"),
        format!("sha256= {digits}"),
        format!("sha256={}", &digits[1..]),
        format!("sha256={digits}0"),
        format!("sha256={}g", &digits[1..]),
    ];
    for form in forms {
        assert_eq!(refused(&headers(&form, "push")), Refused::SignatureMalformed, "{form}");
    }
}

#[test]
fn two_signatures_are_none() {
    let mut headers = headers(SIGNATURE, "push");
    headers.append("x-hub-signature-256", SIGNATURE.parse().unwrap());
    assert_eq!(refused(&headers), Refused::SignatureMalformed);
}

#[test]
fn the_other_headers_are_looked_at_only_once_the_signature_holds() {
    let mut unsigned = headers(&sign("other", BODY.as_bytes()), "push");
    unsigned.remove("x-github-event");
    unsigned.remove("x-github-delivery");
    assert_eq!(refused(&unsigned), Refused::SignatureMismatch);
}

#[test]
fn a_signed_delivery_without_event_or_guid_is_refused_with_its_reason() {
    let without = |name: &str| {
        let mut headers = headers(SIGNATURE, "push");
        headers.remove(name);
        refused(&headers)
    };
    assert_eq!(without("x-github-event"), Refused::EventMissing);
    assert_eq!(without("x-github-delivery"), Refused::DeliveryMissing);
    for name in ["", "push!", "push\u{e9}", "a b", &"x".repeat(65)] {
        let mut headers = headers(SIGNATURE, "push");
        headers.insert("x-github-event", HeaderValue::from_bytes(name.as_bytes()).unwrap());
        assert_eq!(refused(&headers), Refused::EventMissing, "{name}");
    }
    let mut headers = headers(SIGNATURE, "push");
    headers.insert("x-github-delivery", HeaderValue::from_static("1 OR 1=1"));
    assert_eq!(refused(&headers), Refused::DeliveryMalformed);
}

#[test]
fn an_event_name_may_hold_a_digit() {
    verify(&[Secret::new(SECRET)], &headers(SIGNATURE, "projects_v2_item"), Bytes::from(BODY)).unwrap();
}

#[test]
fn a_form_is_refused_and_no_content_type_is_not() {
    let mut headers = headers(SIGNATURE, "push");
    headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    assert_eq!(refused(&headers), Refused::NotJson);
    headers.remove("content-type");
    verify(&[Secret::new(SECRET)], &headers, Bytes::from(BODY)).unwrap();
}

#[test]
fn only_an_apps_own_hook_has_a_target() {
    let mut headers = headers(SIGNATURE, "push");
    headers.insert("x-github-hook-installation-target-type", HeaderValue::from_static("repository"));
    let delivery = verify(&[Secret::new(SECRET)], &headers, Bytes::from(BODY)).unwrap();
    assert_eq!(delivery.target_id, None);
}

#[test]
fn each_reason_has_a_sentence_and_a_code() {
    let all = [
        Refused::NoSecret,
        Refused::SignatureMissing,
        Refused::Sha1Only,
        Refused::SignatureMalformed,
        Refused::SignatureMismatch,
        Refused::EventMissing,
        Refused::DeliveryMissing,
        Refused::DeliveryMalformed,
        Refused::NotJson,
    ];
    let line = |reason: &Refused| format!("{} {}: {reason}", reason.code(), reason.is_about_signature());
    assert_snapshot!(all.iter().map(line).collect::<Vec<_>>().join("\n"), @r"
    no_secret true: no webhook secret is configured
    signature_missing true: the header X-Hub-Signature-256 is missing; set a secret for the webhook
    sha1_only true: only a SHA-1 signature was sent; X-Hub-Signature-256 is required
    signature_malformed true: X-Hub-Signature-256 is not `sha256=` with 64 hexadecimal digits
    signature_mismatch true: the signature does not match the body
    event_missing false: the header X-GitHub-Event is missing or not a name
    delivery_missing false: the header X-GitHub-Delivery is missing
    delivery_malformed false: X-GitHub-Delivery is not a GUID
    not_json false: the body is not JSON; set the webhook's content type to application/json
    ");
}

proptest! {
    #[test]
    fn what_we_sign_we_take(secret in ".{1,80}", body in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let headers = headers(&sign(&secret, &body), "push");
        prop_assert!(verify(&[Secret::new(secret)], &headers, body.into()).is_ok());
    }

    #[test]
    fn one_changed_bit_is_refused(
        body in proptest::collection::vec(any::<u8>(), 1..500),
        place in any::<proptest::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let headers = headers(&sign("secret", &body), "push");
        let mut changed = body.clone();
        changed[place.index(body.len())] ^= 1 << bit;
        let outcome = verify(&[Secret::new("secret")], &headers, changed.into());
        prop_assert_eq!(outcome.err(), Some(Refused::SignatureMismatch));
    }

    #[test]
    fn no_made_up_signature_is_taken(signature in proptest::collection::vec(any::<u8>(), 0..100)) {
        if let Ok(value) = HeaderValue::from_bytes(&signature) {
            let mut headers = headers(SIGNATURE, "push");
            headers.insert("x-hub-signature-256", value);
            prop_assert!(verify(&[Secret::new("secret")], &headers, Bytes::from(BODY)).is_err());
        }
    }
}
