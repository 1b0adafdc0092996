//! The deployment's own key pair: Curve25519 in the form that gpg 2.2 knows too.

use std::io::Cursor;

use covermark_types::{Random, Secret, Timestamp};
use pgp::{
    composed::{
        ArmorOptions, Deserializable as _, EncryptionCaps, KeyType, SecretKeyParamsBuilder, SignedPublicKey,
        SignedSecretKey, SubkeyParamsBuilder,
    },
    crypto::{ecc_curve::ECCCurve, hash::HashAlgorithm, sym::SymmetricKeyAlgorithm},
    types::{CompressionAlgorithm, KeyDetails as _},
};

use super::{OpenPgpError, entropy::Entropy, for_people, message};

/// A key pair: what is encrypted to its public half, it can open.
pub struct DeploymentKey {
    key: SignedSecretKey,
}

impl DeploymentKey {
    /// A new key pair that calls itself `name`. It does not expire: it is replaced by deleting it from the vault.
    ///
    /// # Errors
    /// Only when the library fails.
    pub fn make(name: &str, random: &dyn Random, now: Timestamp) -> Result<Self, OpenPgpError> {
        let failed = |_| OpenPgpError::Library("making a key");
        let created = pgp::types::Timestamp::from_secs(u32::try_from(now.as_second()).unwrap_or_default());
        let encryption = SubkeyParamsBuilder::default()
            .key_type(KeyType::ECDH(ECCCurve::Curve25519Legacy))
            .can_encrypt(EncryptionCaps::All)
            .created_at(created)
            .build()
            .map_err(|_| OpenPgpError::Library("making a key"))?;
        let parameters = SecretKeyParamsBuilder::default()
            .key_type(KeyType::Ed25519Legacy)
            .can_certify(true)
            .created_at(created)
            .primary_user_id(name.to_owned())
            .preferred_symmetric_algorithms([SymmetricKeyAlgorithm::AES256].into_iter().collect())
            .preferred_hash_algorithms([HashAlgorithm::Sha512, HashAlgorithm::Sha256].into_iter().collect())
            // A few kilobytes need no compression, and what is not packed cannot burst.
            .preferred_compression_algorithms([CompressionAlgorithm::Uncompressed].into_iter().collect())
            .subkeys(vec![encryption])
            .build()
            .map_err(|_| OpenPgpError::Library("making a key"))?;
        Ok(Self { key: parameters.generate(Entropy(random)).map_err(failed)? })
    }

    /// Reads what [`DeploymentKey::to_secret`] wrote.
    ///
    /// # Errors
    /// [`OpenPgpError::OwnKey`] when it is something else.
    pub fn read(stored: &Secret) -> Result<Self, OpenPgpError> {
        let read = SignedSecretKey::from_armor_single(Cursor::new(stored.expose()));
        read.map(|(key, _)| Self { key }).map_err(|_| OpenPgpError::OwnKey)
    }

    /// The pair, for the vault.
    ///
    /// # Errors
    /// Only when the library fails.
    pub fn to_secret(&self) -> Result<Secret, OpenPgpError> {
        let armored = self.key.to_armored_string(ArmorOptions::default());
        armored.map(Secret::new).map_err(|_| OpenPgpError::Library("writing a key"))
    }

    /// The public half, armored: what `/setup/openpgp.asc` serves.
    ///
    /// # Errors
    /// Only when the library fails.
    pub fn public(&self) -> Result<String, OpenPgpError> {
        let public = SignedPublicKey::from(self.key.clone());
        public.to_armored_string(ArmorOptions::default()).map_err(|_| OpenPgpError::Library("writing a key"))
    }

    /// What people compare before they trust the public half.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        for_people(&self.key.fingerprint())
    }

    /// What is encrypted in `message`, armored or binary.
    ///
    /// # Errors
    /// Whatever is wrong with it. The first [`MESSAGE_LIMIT`](super::MESSAGE_LIMIT) bytes and one more are enough to tell.
    pub fn open(&self, message: &[u8]) -> Result<Secret, OpenPgpError> {
        message::open(message, &self.key, &self.fingerprint())
    }
}
