use covermark_types::{Secret, SystemRandom};
use insta::assert_snapshot;
use jiff::SignedDuration;

use super::{OpenPgpError, Recipient, TEXT, gpg::Gpg, now, ours, recipient, refusal};

fn refused(public: &[u8]) -> OpenPgpError {
    refusal(Recipient::parse(public, now()))
}

/// The sentence, without the fingerprint, which is another one in each run.
fn sentence(error: &OpenPgpError, fingerprint: &str) -> String {
    let groups: Vec<&str> =
        fingerprint.as_bytes().chunks(4).map(|group| std::str::from_utf8(group).expect("text")).collect();
    let text = error.to_string();
    assert!(text.contains(&groups.join(" ")), "{text}");
    text.replace(&groups.join(" "), "FINGERPRINT")
}

#[test]
fn only_one_public_key_is_taken() {
    let (gpg, _) = Gpg::with_key("cv25519");
    for no_key in [&b""[..], TEXT.as_bytes(), b"ssh-ed25519 AAAA", &[0x99, 0xff]] {
        assert_eq!(refused(no_key), OpenPgpError::NotAKey);
    }
    let message = gpg.run(&["--encrypt", "--armor", "--recipient", "operator@example.org"], TEXT.as_bytes());
    assert_eq!(refused(&message), OpenPgpError::NotAKey, "a message");
    assert_eq!(refused(&gpg.export_secret("operator@example.org")), OpenPgpError::PrivateKey);
    gpg.make_key("colleague@example.org", "cv25519");
    let both = gpg.run(&["--armor", "--export"], b"");
    assert_eq!(refused(&both), OpenPgpError::SeveralKeys);
    let public = gpg.export("operator@example.org");
    assert!(Recipient::parse(&public[..public.len() / 2], now()).is_err(), "half a key");
    assert!(matches!(refused(&vec![b'x'; 50_000_000]), OpenPgpError::TooLarge { .. }));
    for error in [OpenPgpError::NotAKey, OpenPgpError::PrivateKey, OpenPgpError::SeveralKeys] {
        insta::with_settings!({ snapshot_suffix => format!("{error:?}") }, { assert_snapshot!("only one public key", error) });
    }
}

#[test]
fn a_revoked_key_is_not_encrypted_to() {
    let (gpg, fingerprint) = Gpg::with_key("cv25519");
    let certificate = gpg.path("openpgp-revocs.d").join(format!("{fingerprint}.rev"));
    // gpg sets a colon before it, so that nobody imports it by mistake.
    let certificate = std::fs::read_to_string(certificate).expect("gpg makes one").replace(":-----BEGIN", "-----BEGIN");
    gpg.run(&["--import"], certificate.as_bytes());
    let error = refused(&gpg.export("operator@example.org"));
    assert_snapshot!(sentence(&error, &fingerprint), @"The key FINGERPRINT is revoked: its owner no longer wants it to be used.");
}

#[test]
fn an_expired_key_is_not_encrypted_to_and_its_renewal_is() {
    let (gpg, fingerprint) = Gpg::with_key("cv25519");
    gpg.run(&["--quick-set-expire", &fingerprint, "2d"], b"");
    gpg.run(&["--quick-set-expire", &fingerprint, "2d", "*"], b"");
    let public = gpg.export("operator@example.org");
    let error = refusal(Recipient::parse(&public, now() + SignedDuration::from_hours(49)));
    assert_snapshot!(sentence(&error, &fingerprint), @"The key FINGERPRINT has expired. Ask its owner for the renewed one.");
    assert!(Recipient::parse(&public, now() + SignedDuration::from_hours(47)).is_ok());
}

#[test]
fn a_key_that_only_signs_is_not_encrypted_to() {
    let gpg = Gpg::new();
    let fingerprint = gpg.make_signing_key("signer@example.org");
    assert_snapshot!(sentence(&refused(&gpg.export("signer@example.org")), &fingerprint), @"The key FINGERPRINT has no part that others may encrypt to (any longer). Ask its owner for the current one.");
}

#[test]
fn of_two_encryption_subkeys_the_one_that_has_not_expired_is_used() {
    let (gpg, fingerprint) = Gpg::with_key("cv25519");
    gpg.run(&["--quick-add-key", &fingerprint, "rsa2048", "encr", "1d"], b"");
    let public = gpg.export("operator@example.org");
    for days in [0, 2] {
        let to = Recipient::parse(&public, now() + SignedDuration::from_hours(24 * days)).expect("a key");
        let message = to.seal(&Secret::new(TEXT), &SystemRandom).expect("a message");
        assert_eq!(gpg.decrypt(message.as_bytes()), TEXT, "after {days} days");
    }
}

#[test]
fn what_others_certified_does_no_harm() {
    let (gpg, _) = Gpg::with_key("cv25519");
    let friend = gpg.make_key("friend@example.org", "cv25519");
    gpg.run(&["--default-key", "operator@example.org", "--quick-sign-key", &friend], b"");
    let to = recipient(&gpg.export("friend@example.org"));
    let message = to.seal(&Secret::new(TEXT), &SystemRandom).expect("a message");
    assert_eq!(gpg.decrypt(message.as_bytes()), TEXT);
    assert!(recipient(ours().public().expect("a public key").as_bytes()).seal(&Secret::new(""), &SystemRandom).is_ok());
}
