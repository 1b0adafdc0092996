//! A message, from bytes that a stranger may have made to the text in it. Bounded in, bounded out.

use std::io::Read as _;

use covermark_types::Secret;
use pgp::{
    composed::{DecryptionOptions, Esk, Message, SignedSecretKey, TheRing},
    errors::Error,
    types::{Password, Seipdv1ReadMode, Tag},
};

use super::OpenPgpError;

/// The longest message that is read, in bytes, armored or not. A document with credentials has some four kilobytes.
pub const MESSAGE_LIMIT: usize = 256 * 1024;
/// The longest text that is unpacked from one.
const TEXT_LIMIT: usize = 64 * 1024;
/// Compression inside compression is nothing that anybody's tool makes.
const LAYERS: usize = 2;

const ARMOR: &[u8] = b"-----BEGIN PGP ";

/// The text in `message`, which must be encrypted to `key`.
pub(super) fn open(message: &[u8], key: &SignedSecretKey, fingerprint: &str) -> Result<Secret, OpenPgpError> {
    if message.len() > MESSAGE_LIMIT {
        return Err(OpenPgpError::TooLarge { limit: MESSAGE_LIMIT });
    }
    let read = Message::from_reader(armored_part(message)?).map_err(|_| OpenPgpError::Damaged)?;
    let (encrypted, _) = read;
    let theirs = check(&encrypted)?;
    let password = Password::empty();
    let ring = TheRing {
        secret_keys: vec![key],
        key_passwords: vec![&password],
        decrypt_options: DecryptionOptions::new()
            // gpg 2.4's own way, which it uses only where a key asks for it.
            .enable_gnupg_aead()
            // Nothing of a message is looked at before it is known that nobody changed it.
            .set_seipdv1_read_mode(Seipdv1ReadMode::CheckFirst { max_message_size: MESSAGE_LIMIT }),
        ..TheRing::default()
    };
    let (mut message, _) = encrypted.decrypt_the_ring(ring, true).map_err(|error| match error {
        Error::MissingKey => OpenPgpError::AnotherKey { theirs, ours: fingerprint.to_owned() },
        _ => OpenPgpError::Damaged,
    })?;
    for _ in 0..LAYERS {
        if message.is_compressed() {
            message = message.decompress().map_err(|_| OpenPgpError::Damaged)?;
        }
    }
    text_of(message)
}

/// Where the message begins: people paste the sentences around it too.
fn armored_part(message: &[u8]) -> Result<&[u8], OpenPgpError> {
    let Some(at) = message.windows(ARMOR.len()).position(|window| window == ARMOR) else {
        // Every binary packet begins with this bit, and no text does.
        let binary = message.first().is_some_and(|byte| byte & 0x80 != 0);
        return if binary { Ok(message) } else { Err(OpenPgpError::NotOpenPgp) };
    };
    let block = &message[at..];
    match &block[ARMOR.len()..] {
        kind if kind.starts_with(b"MESSAGE-----") => Ok(block),
        kind if kind.starts_with(b"SIGNED MESSAGE-----") => Err(OpenPgpError::NotEncrypted),
        _ => Err(OpenPgpError::NotOpenPgp),
    }
}

/// Looks at what can be seen without a key; the ids of the keys that it is for.
fn check(message: &Message<'_>) -> Result<String, OpenPgpError> {
    let Message::Encrypted { esk, edata, .. } = message else { return Err(OpenPgpError::NotEncrypted) };
    if edata.tag() == Tag::SymEncryptedData {
        return Err(OpenPgpError::Unprotected);
    }
    let keys = esk.iter().filter_map(|esk| match esk {
        Esk::PublicKeyEncryptedSessionKey(key) => Some(key),
        Esk::SymKeyEncryptedSessionKey(_) => None,
    });
    let ids: Vec<String> = keys
        .take(8)
        .map(|key| key.id().map_or_else(|_| "no id".to_owned(), |id| id.to_string().to_uppercase()))
        .collect();
    if ids.is_empty() { Err(OpenPgpError::Passphrase) } else { Ok(ids.join(", ")) }
}

fn text_of(message: Message<'_>) -> Result<Secret, OpenPgpError> {
    let mut text = Vec::new();
    let limit = TEXT_LIMIT as u64 + 1;
    message.take(limit).read_to_end(&mut text).map_err(|_| OpenPgpError::Damaged)?;
    if text.len() > TEXT_LIMIT {
        return Err(OpenPgpError::TooLargeInside { limit: TEXT_LIMIT });
    }
    String::from_utf8(text).map(Secret::new).map_err(|_| OpenPgpError::NotText)
}
