use covermark_types::{Secret, SystemRandom};
use insta::assert_snapshot;

use super::{DeploymentKey, OpenPgpError, TEXT, gpg::Gpg, ours, recipient, refusal};
use crate::openpgp::MESSAGE_LIMIT;

fn public(key: &DeploymentKey) -> String {
    key.public().expect("a public key")
}

#[test]
fn a_message_for_another_key_names_both() {
    let (gpg, _) = Gpg::with_key("cv25519");
    let ours = ours();
    let message = gpg.run(&["--encrypt", "--armor", "--recipient", "operator@example.org"], TEXT.as_bytes());
    let error = refusal(ours.open(&message));
    let OpenPgpError::AnotherKey { theirs, ours: shown } = &error else { panic!("{error}") };
    assert_eq!((theirs.len(), shown), (16, &ours.fingerprint()));
    let sentence = error.to_string().replace(theirs, "THEIRS").replace(shown, "OURS");
    assert_snapshot!(sentence, @"It is encrypted for another key (THEIRS) and not for this deployment's, OURS. Take the key from /setup/openpgp.asc and encrypt again.");
}

#[test]
fn what_is_not_encrypted_is_refused_in_each_of_its_forms() {
    let (gpg, _) = Gpg::with_key("cv25519");
    let ours = ours();
    for arguments in [&["--store"][..], &["--store", "--armor"], &["--sign"], &["--sign", "--armor"], &["--clearsign"]]
    {
        let message = gpg.run(arguments, TEXT.as_bytes());
        assert_eq!(refusal(ours.open(&message)), OpenPgpError::NotEncrypted, "{arguments:?}");
    }
    assert_snapshot!(OpenPgpError::NotEncrypted, @"It is an OpenPGP message, but it is not encrypted: whoever passed it on could read it. Encrypt it with `gpg --encrypt`, and make new secrets at GitHub if it went through others' hands.");
    for no_message in
        [TEXT.as_bytes(), b"", b"-----BEGIN", public(&ours).as_bytes(), b"-----BEGIN PGP SIGNATURE-----\n"]
    {
        assert_eq!(refusal(ours.open(no_message)), OpenPgpError::NotOpenPgp);
    }
    assert_snapshot!(OpenPgpError::NotOpenPgp, @"It is not an OpenPGP message. One begins with `-----BEGIN PGP MESSAGE-----`, or is the file that `gpg --encrypt` writes. Paste or give the whole of it.");
}

#[test]
fn a_passphrase_is_not_a_key() {
    let (gpg, ours) = (Gpg::new(), ours());
    let message = gpg.run(&["--symmetric"], TEXT.as_bytes());
    assert_eq!(refusal(ours.open(&message)), OpenPgpError::Passphrase);
    assert_snapshot!(OpenPgpError::Passphrase, @"It is encrypted with a passphrase, which nobody told us. Encrypt it to this deployment's key with `gpg --encrypt`.");
}

#[test]
fn a_message_without_protection_against_changes_is_refused() {
    let (gpg, ours) = (Gpg::new(), ours());
    let message = gpg.encrypt(&public(&ours), &[], TEXT.as_bytes());
    // The first packet, which holds the session key, has a length of one byte; after it a packet of the old kind.
    let mut old = message[..2 + usize::from(message[1])].to_vec();
    old.extend_from_slice(&[0xc9, 0x20]);
    old.extend_from_slice(&[0x55; 0x20]);
    assert_eq!(refusal(ours.open(&old)), OpenPgpError::Unprotected);
    assert_snapshot!(OpenPgpError::Unprotected, @"It is encrypted in an old way that does not show whether somebody changed it. Encrypt it with gpg 2.2 or newer.");
}

#[test]
fn a_message_that_was_cut_or_changed_anywhere_is_damaged_and_nothing_of_it_comes_out() {
    let (gpg, ours) = (Gpg::new(), ours());
    for options in [&[][..], &["--armor"]] {
        let message = gpg.encrypt(&public(&ours), options, TEXT.as_bytes());
        for end in (0..message.len() - 40).step_by(7) {
            assert!(ours.open(&message[..end]).is_err(), "cut at {end}, {options:?}");
        }
        let last = refusal(ours.open(&message[..message.len() / 2]));
        assert_eq!(last, OpenPgpError::Damaged, "{options:?}");
    }
    let message = gpg.encrypt(&public(&ours), &[], TEXT.as_bytes());
    for at in 0..message.len() {
        let mut changed = message.clone();
        changed[at] ^= 0x10;
        let text = ours.open(&changed).map(|text| text.expose().to_owned());
        // There are bits that nobody reads (the first of a point on the curve is one); what comes out is what went in.
        assert!(text.as_ref().map_or(true, |text| text == TEXT), "changed at {at}: {text:?}");
    }
    assert_snapshot!(OpenPgpError::Damaged, @"It is damaged: a part is missing, or was changed on the way. Copy the whole message, or send the file itself.");
}

#[test]
fn fifty_megabytes_are_refused_before_they_are_looked_at() {
    let ours = ours();
    let error = refusal(ours.open(&vec![b'x'; 50_000_000]));
    assert_eq!(error, OpenPgpError::TooLarge { limit: MESSAGE_LIMIT });
    assert_snapshot!(error, @"It is larger than 256 KiB, and a message with credentials has a few. Is it another file?");
}

#[test]
fn a_small_message_that_becomes_a_hundred_megabytes_is_stopped_early() {
    let (gpg, ours) = (Gpg::new(), ours());
    let options = ["--compress-algo", "zlib", "--compress-level", "9"];
    let message = gpg.encrypt(&public(&ours), &options, &vec![0; 100_000_000]);
    assert!(message.len() < MESSAGE_LIMIT, "it would be refused for its size: {}", message.len());
    let error = refusal(ours.open(&message));
    assert_eq!(error, OpenPgpError::TooLargeInside { limit: 64 * 1024 });
    assert_snapshot!(error, @"It unpacks to more than 64 KiB, and a document with credentials has a few. Is it another file?");
}

#[test]
fn what_is_no_text_is_said_to_be_none() {
    let (gpg, ours) = (Gpg::new(), ours());
    let message = gpg.encrypt(&public(&ours), &[], &[0xff, 0xfe, 0x00]);
    assert_eq!(refusal(ours.open(&message)), OpenPgpError::NotText);
    assert_snapshot!(OpenPgpError::NotText, @"What is encrypted in it is not a text. Fill in the template and encrypt that file.");
}

#[test]
fn what_we_seal_says_nothing_to_others() {
    let (ours, theirs) = (ours(), super::ours());
    let message = recipient(public(&theirs).as_bytes()).seal(&Secret::new(TEXT), &SystemRandom).expect("a message");
    assert!(!message.contains("client_secret"));
    assert!(matches!(refusal(ours.open(message.as_bytes())), OpenPgpError::AnotherKey { .. }));
}
