//! Somebody's public key, as they exported it, and encryption to the part of it that is meant for that.
//!
//! Only signatures of the key's own are heeded: what others certified says nothing about how to use it.

use std::io::Cursor;

use covermark_types::{Random, Secret, Timestamp};
use pgp::{
    composed::{ArmorOptions, Deserializable as _, MessageBuilder, SignedPublicKey, SignedPublicSubKey},
    crypto::sym::SymmetricKeyAlgorithm,
    packet::{PublicKey, Signature, SignatureType},
    types::{KeyDetails, Tag},
};

use super::{OpenPgpError, entropy::Entropy, for_people, message::MESSAGE_LIMIT};

/// A public key that can be encrypted to.
pub struct Recipient {
    key: SignedPublicKey,
    part: Part,
}

/// Which of the key's parts encrypts.
enum Part {
    /// The primary key itself, as with old RSA keys.
    Primary,
    /// The place in `public_subkeys`.
    Subkey(usize),
}

impl Recipient {
    /// Reads what `gpg --export` wrote, armored or binary.
    ///
    /// # Errors
    /// When it is not one usable public key; the error says why.
    pub fn parse(bytes: &[u8], now: Timestamp) -> Result<Self, OpenPgpError> {
        if bytes.len() > MESSAGE_LIMIT {
            return Err(OpenPgpError::TooLarge { limit: MESSAGE_LIMIT });
        }
        if bytes.windows(26).any(|window| window == b"-----BEGIN PGP PRIVATE KEY") {
            return Err(OpenPgpError::PrivateKey);
        }
        let (mut keys, _) = SignedPublicKey::from_reader_many(Cursor::new(bytes)).map_err(|_| OpenPgpError::NotAKey)?;
        let key = keys.next().and_then(Result::ok).ok_or(OpenPgpError::NotAKey)?;
        if keys.next().is_some() {
            return Err(OpenPgpError::SeveralKeys);
        }
        drop(keys);
        let part = usable_part(&key, seconds(now))?;
        Ok(Self { key, part })
    }

    /// What people compare.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        for_people(&self.key.primary_key.fingerprint())
    }

    /// `text` for this recipient alone, armored.
    ///
    /// # Errors
    /// Only when the library fails.
    pub fn seal(&self, text: &Secret, random: &dyn Random) -> Result<String, OpenPgpError> {
        let failed = |_| OpenPgpError::Library("encrypting");
        let mut message = MessageBuilder::from_bytes("", text.expose().as_bytes().to_vec())
            .seipd_v1(Entropy(random), SymmetricKeyAlgorithm::AES256);
        match self.part {
            Part::Primary => message.encrypt_to_key(Entropy(random), &self.key.primary_key),
            Part::Subkey(place) => message.encrypt_to_key(Entropy(random), &self.key.public_subkeys[place]),
        }
        .map_err(failed)?;
        message.to_armored_string(Entropy(random), ArmorOptions::default()).map_err(failed)
    }
}

fn seconds(time: Timestamp) -> u64 {
    u64::try_from(time.as_second()).unwrap_or_default()
}

/// The newest part that may be encrypted to; the primary key where there is no other.
fn usable_part(key: &SignedPublicKey, now: u64) -> Result<Part, OpenPgpError> {
    let (primary, fingerprint) = (&key.primary_key, for_people(&key.primary_key.fingerprint()));
    if key.details.revocation_signatures.iter().any(|signature| signature.verify_key(primary).is_ok()) {
        return Err(OpenPgpError::Revoked { fingerprint });
    }
    // Without a signature of its own nobody says that the key is in use.
    let Some(said) = own_signature(key) else { return Err(OpenPgpError::CannotEncrypt { fingerprint }) };
    if has_expired(primary, said, now) {
        return Err(OpenPgpError::Expired { fingerprint });
    }
    let subkeys = key.public_subkeys.iter().enumerate().filter(|(_, subkey)| encrypts(primary, subkey, now));
    if let Some((place, _)) = subkeys.max_by_key(|(_, subkey)| subkey.key.created_at()) {
        return Ok(Part::Subkey(place));
    }
    let flags = said.key_flags();
    if primary.algorithm().can_encrypt() && (flags.encrypt_comms() || flags.encrypt_storage()) {
        return Ok(Part::Primary);
    }
    Err(OpenPgpError::CannotEncrypt { fingerprint })
}

/// What the key says of itself: its newest signature over one of its names, or over itself.
fn own_signature(key: &SignedPublicKey) -> Option<&Signature> {
    let primary = &key.primary_key;
    let names = key.details.users.iter().flat_map(|user| {
        let own = |signature: &&Signature| signature.verify_certification(primary, Tag::UserId, &user.id).is_ok();
        user.signatures.iter().filter(own)
    });
    let direct = key.details.direct_signatures.iter().filter(|signature| signature.verify_key(primary).is_ok());
    names
        .chain(direct)
        .filter(|signature| signature.typ() != Some(SignatureType::CertRevocation))
        .max_by_key(|signature| signature.created())
}

fn encrypts(primary: &PublicKey, subkey: &SignedPublicSubKey, now: u64) -> bool {
    let own = |signature: &&Signature| signature.verify_subkey_binding(primary, &subkey.key).is_ok();
    let of_kind = |kind: SignatureType| subkey.signatures.iter().filter(move |signature| signature.typ() == Some(kind));
    if of_kind(SignatureType::SubkeyRevocation).any(|signature| own(&signature)) {
        return false;
    }
    let bound = of_kind(SignatureType::SubkeyBinding).filter(own).max_by_key(|signature| signature.created());
    bound.is_some_and(|signature| {
        let flags = signature.key_flags();
        subkey.key.algorithm().can_encrypt()
            && (flags.encrypt_comms() || flags.encrypt_storage())
            && !has_expired(&subkey.key, signature, now)
    })
}

fn has_expired(key: &impl KeyDetails, signature: &Signature, now: u64) -> bool {
    let lifetime = signature.key_expiration_time().map_or(0, |lifetime| std::time::Duration::from(lifetime).as_secs());
    lifetime > 0 && u64::from(key.created_at().as_secs()).saturating_add(lifetime) <= now
}
