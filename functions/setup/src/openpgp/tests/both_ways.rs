use std::sync::Arc;

use covermark_state::vault::Vault as _;
use covermark_testing::MemoryVault;
use covermark_types::{Secret, SystemRandom};

use super::{DeploymentKey, TEXT, gpg::Gpg, now, opened, ours, recipient};
use crate::openpgp::{deployment_key, stored_key};

#[test]
fn what_gpg_encrypts_to_the_deployment_is_opened_however_it_was_written() {
    let (gpg, _) = Gpg::with_key("cv25519");
    let ours = ours();
    let public = ours.public().expect("a public key");
    for options in [
        &["--armor"][..],
        &[],
        &["--armor", "--sign"],
        &["--compress-algo", "zlib"],
        &["--compress-algo", "zip", "--cipher-algo", "AES128"],
        &["--armor", "--compress-algo", "none"],
    ] {
        let message = gpg.encrypt(&public, options, TEXT.as_bytes());
        assert_eq!(opened(&ours, &message), TEXT, "{options:?}");
    }
    let key = gpg.file("hidden.asc", public.as_bytes());
    let hidden = gpg.run(&["--encrypt", "--armor", "--hidden-recipient-file", &key], TEXT.as_bytes());
    assert_eq!(opened(&ours, &hidden), TEXT, "without a word of who can read it");
    let several = gpg.encrypt(&public, &["--armor", "--recipient", "operator@example.org"], TEXT.as_bytes());
    assert_eq!(opened(&ours, &several), TEXT, "and to the sender too");
}

#[test]
fn a_message_is_found_between_the_sentences_of_a_mail_and_with_its_line_ends() {
    let (gpg, ours) = (Gpg::new(), ours());
    let message = gpg.encrypt(&ours.public().expect("a public key"), &["--armor"], TEXT.as_bytes());
    let message = String::from_utf8(message).expect("text");
    let mail = format!("Hello,\n\nhere it is:\n\n{message}\nRegards\n");
    assert_eq!(opened(&ours, mail.as_bytes()), TEXT);
    assert_eq!(opened(&ours, mail.replace('\n', "\r\n").as_bytes()), TEXT, "as a form sends it");
}

#[test]
fn gpg_decrypts_what_is_sealed_for_an_rsa_4096_and_for_a_curve25519_key() {
    for algorithm in ["rsa4096", "cv25519"] {
        let (gpg, fingerprint) = Gpg::with_key(algorithm);
        let to = recipient(&gpg.export("operator@example.org"));
        assert_eq!(to.fingerprint().replace(' ', ""), fingerprint);
        let message = to.seal(&Secret::new(TEXT), &SystemRandom).expect("a message");
        assert!(message.starts_with("-----BEGIN PGP MESSAGE-----"), "{message}");
        assert_eq!(gpg.decrypt(message.as_bytes()), TEXT, "{algorithm}");

        // The same key in the library's hands: it opens what we seal and what gpg encrypts.
        let secret = String::from_utf8(gpg.export_secret("operator@example.org")).expect("text");
        let theirs = DeploymentKey::read(&Secret::new(secret)).expect("a key");
        assert_eq!(opened(&theirs, message.as_bytes()), TEXT, "{algorithm}");
        let from_gpg = gpg.run(&["--encrypt", "--recipient", "operator@example.org"], TEXT.as_bytes());
        assert_eq!(opened(&theirs, &from_gpg), TEXT, "{algorithm}");
    }
}

#[test]
fn the_library_speaks_with_itself() {
    let (ours, theirs) = (ours(), ours());
    let to = recipient(theirs.public().expect("a public key").as_bytes());
    assert_eq!(to.fingerprint(), theirs.fingerprint());
    let message = to.seal(&Secret::new(TEXT), &SystemRandom).expect("a message");
    assert_eq!(opened(&theirs, message.as_bytes()), TEXT);
    assert!(ours.open(message.as_bytes()).is_err());
}

#[test]
fn gpg_shows_the_fingerprint_and_the_name_that_we_show() {
    let (gpg, ours) = (Gpg::new(), ours());
    let shown = gpg.run(&["--show-keys", "--fingerprint"], ours.public().expect("a public key").as_bytes());
    let shown = String::from_utf8(shown).expect("text");
    // gpg sets a second space in the middle.
    let fingerprint = shown.lines().nth(1).expect("a second line").split_whitespace();
    let fingerprint: Vec<&str> = fingerprint.filter(|group| group.len() == 4).collect();
    assert_eq!(fingerprint.join(" "), ours.fingerprint(), "{shown}");
    assert!(shown.contains("Covermark at https://covermark.example"), "{shown}");
    assert!(shown.contains("ed25519") && shown.contains("cv25519"), "{shown}");
}

#[tokio::test]
async fn the_deployments_key_is_made_when_it_is_first_asked_for_and_stays() {
    let vault = Arc::new(MemoryVault::default());
    assert!(stored_key(&*vault).await.expect("read").is_none(), "asking makes none");
    let first = deployment_key(&*vault, "Covermark", &SystemRandom, now()).await.expect("a key");
    let second = deployment_key(&*vault, "Covermark", &SystemRandom, now()).await.expect("a key");
    assert_eq!(first.fingerprint(), second.fingerprint());
    let kept = stored_key(&*vault).await.expect("read").expect("a key");
    assert_eq!(kept.public().expect("armored"), first.public().expect("armored"));
    vault.put("openpgp/key", &Secret::new("hush")).await.expect("stored");
    let damaged = stored_key(&*vault).await.err().expect("a refusal").to_string();
    insta::assert_snapshot!(damaged, @"This deployment's own OpenPGP key (`openpgp/key` in the vault) cannot be read. Delete it; a new one is made.");
}
