//! The keys that people's GitHub tokens are sealed with before they go into the table (AES-256-GCM).
//!
//! The vault's document `sessions/key` holds one text a line, each of at least 128 random bits; the first seals, all of
//! them open. An envelope names its key, so that a new line on top is all that a rotation takes; the old line goes when
//! the last session sealed with it has ended, two weeks later. On AWS the template has the text made; elsewhere it is
//! made when it is first needed.

use std::{fmt::Write as _, sync::Arc};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use covermark_state::{Error, vault::Vault};
use covermark_types::{Clock, Fault, FaultClass, Random, Secret, Timestamp, random_hex};
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

use crate::credentials::{LEAST_GAP, LIFETIME};

/// Name of the document in the vault.
pub(crate) const DOCUMENT: &str = "sessions/key";
/// The least length of a key's text: 32 hexadecimal digits are 128 bits.
const LEAST_LENGTH: usize = 32;
/// What an envelope begins with.
const FORM: &str = "1";

/// Why a token was not sealed or opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    /// The vault does not answer, or refuses.
    #[error("the vault cannot be used")]
    Vault(#[from] Error),
    /// What the vault holds is no key.
    #[error("the secret {DOCUMENT} holds no key: each line needs at least {LEAST_LENGTH} characters")]
    NoKey,
    /// The envelope was sealed with a key that is gone, for another row, or was changed.
    #[error("a sealed token cannot be opened: {0}")]
    Broken(&'static str),
}

impl Fault for SealError {
    fn class(&self) -> FaultClass {
        match self {
            Self::Vault(error) => error.class(),
            Self::NoKey | Self::Broken(_) => FaultClass::Permanent,
        }
    }
}

/// The keys, read from the vault and kept for minutes.
pub(crate) struct TokenKeys {
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    cache: Mutex<Option<Keys>>,
}

#[derive(Clone)]
struct Keys {
    read_at: Timestamp,
    keys: Arc<[(String, LessSafeKey)]>,
}

impl TokenKeys {
    /// Keys in `vault`.
    pub(crate) fn new(vault: Arc<dyn Vault>, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { vault, clock, random, cache: Mutex::default() }
    }

    /// Seals `text` for the row that `row` identifies: opened for another it is worth nothing.
    ///
    /// # Errors
    /// When there is no key, or the vault does not answer.
    pub(crate) async fn seal(&self, row: &str, text: &Secret) -> Result<String, SealError> {
        let keys = self.keys(LIFETIME).await?;
        let (id, key) = keys.keys.first().ok_or(SealError::NoKey)?;
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce);
        let mut sealed = text.expose().as_bytes().to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(row), &mut sealed)
            .map_err(|_| SealError::Broken("it could not be sealed"))?;
        let sealed = URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat());
        Ok(format!("{FORM}.{id}.{sealed}"))
    }

    /// Opens what was sealed for this row.
    ///
    /// # Errors
    /// [`SealError::Broken`] when it was not, or its key is gone; else as [`TokenKeys::seal`].
    pub(crate) async fn open(&self, row: &str, envelope: &str) -> Result<Secret, SealError> {
        let mut parts = envelope.splitn(3, '.');
        let (Some(FORM), Some(id), Some(sealed)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(SealError::Broken("it is not of a form that this version knows"));
        };
        let mut keys = self.keys(LIFETIME).await?;
        if !keys.keys.iter().any(|(known, _)| known == id) {
            // Rotated elsewhere a moment ago.
            keys = self.keys(LEAST_GAP).await?;
        }
        let key = keys.keys.iter().find(|(known, _)| known == id).map(|(_, key)| key);
        let key = key.ok_or(SealError::Broken("its key is not in the vault any more"))?;
        let mut sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| SealError::Broken("it is damaged"))?;
        let (nonce, text) = sealed.split_at_mut_checked(NONCE_LEN).ok_or(SealError::Broken("it is cut off"))?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Broken("it is cut off"))?;
        let text = key
            .open_in_place(nonce, Aad::from(row), text)
            .map_err(|_| SealError::Broken("it was changed, or sealed for another session"))?;
        let text = std::str::from_utf8(text).map_err(|_| SealError::Broken("it is no text"))?;
        Ok(Secret::new(text))
    }

    async fn keys(&self, oldest: std::time::Duration) -> Result<Keys, SealError> {
        let now = self.clock.now();
        // The lock is held while reading: of many that find the cache empty, one reads, and one makes the key.
        let mut cache = self.cache.lock().await;
        if let Some(keys) = cache.as_ref().filter(|keys| now.duration_since(keys.read_at).unsigned_abs() < oldest) {
            return Ok(keys.clone());
        }
        let document = match self.vault.get(DOCUMENT).await? {
            Some(document) => document,
            None => self.make().await?,
        };
        let keys: Arc<[_]> = document
            .expose()
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(key)
            .collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err(SealError::NoKey);
        }
        Ok(cache.insert(Keys { read_at: now, keys }).clone())
    }

    async fn make(&self) -> Result<Secret, SealError> {
        let made = Secret::new(random_hex::<32>(&*self.random));
        self.vault.put(DOCUMENT, &made).await?;
        // Two processes may make one at once: what lies there now counts for both.
        Ok(self.vault.get(DOCUMENT).await?.unwrap_or(made))
    }
}

/// A key and its name from the text that it follows from; the name does not give it away.
fn key(text: &str) -> Result<(String, LessSafeKey), SealError> {
    if text.len() < LEAST_LENGTH {
        return Err(SealError::NoKey);
    }
    let derive = |what: &str| Sha256::new().chain_update(what).chain_update([0]).chain_update(text).finalize();
    let id = derive("covermark token key's name").iter().take(4).fold(String::new(), |mut id, byte| {
        let _ = write!(id, "{byte:02x}");
        id
    });
    let key = UnboundKey::new(&AES_256_GCM, &derive("covermark token key")).map_err(|_| SealError::NoKey)?;
    Ok((id, LessSafeKey::new(key)))
}

#[cfg(test)]
mod tests;
