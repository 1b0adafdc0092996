//! The SHA-256 of an unguessable text: the only form in which tokens, session ids and login states are stored.
//!
//! Plain SHA-256 suffices because each of them is at least 128 random bits of our own making; it is no way to store a
//! password that a person chose.

use covermark_types::Secret;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 in lower-case hexadecimal. Made only by hashing, so a clear token cannot become a key by accident.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hashed(String);

impl Hashed {
    /// Hashes `secret`.
    #[must_use]
    pub fn of(secret: &Secret) -> Self {
        Self(hex::encode(Sha256::digest(secret.expose().as_bytes())))
    }

    /// The 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
