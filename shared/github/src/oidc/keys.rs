//! The issuers' public keys, kept in memory.
//!
//! GitHub changes its keys without notice and signs with the new one at once, so a key that we do not know makes us look
//! again, but not more often than [`LEAST_GAP`] allows: whoever sends tokens with made-up key names must not make us ask
//! GitHub each time. The lock is held while asking: of many uploads that find no keys, one asks.

use std::collections::HashMap;

use covermark_types::Timestamp;
use jiff::SignedDuration;
use reqwest::Method;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::Issuer;
use crate::{
    error::Error,
    request::{Auth, Request},
    transport::Transport,
};

/// How long keys are used without looking again.
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_hours(1);
/// How long they are used when looking again fails.
pub(crate) const LONGEST: SignedDuration = SignedDuration::from_hours(24);
/// The least time between two looks that unknown keys or failures cause.
pub(crate) const LEAST_GAP: SignedDuration = SignedDuration::from_secs(60);
/// Bytes of a key set that are read; GitHub's has about 5 KB.
const SIZE_LIMIT: usize = 256 * 1024;
/// Keys of one issuer that are kept; GitHub publishes three or four.
const MOST_KEYS: usize = 64;

/// An RSA key's two numbers, in base64url as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PublicKey {
    pub(super) modulus: String,
    pub(super) exponent: String,
}

#[derive(Default)]
pub(super) struct Keys(Mutex<HashMap<String, Known>>);

/// What is known of one issuer.
#[derive(Default)]
struct Known {
    keys: HashMap<String, PublicKey>,
    read_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
    failure: Option<Error>,
}

impl Keys {
    /// The key of that name, `None` when the issuer publishes none.
    pub(super) async fn find(
        &self,
        transport: &Transport,
        issuer: &Issuer,
        kid: &str,
        now: Timestamp,
    ) -> Result<Option<PublicKey>, Error> {
        let mut all = self.0.lock().await;
        let known = all.entry(issuer.name.clone()).or_default();
        let fresh = known.read_at.is_some_and(|at| now.duration_since(at).abs() < LIFETIME);
        let tried_lately = known.tried_at.is_some_and(|at| now.duration_since(at).abs() < LEAST_GAP);
        let known_well = fresh && known.keys.contains_key(kid);
        if !known_well && !tried_lately {
            known.read_again(transport, issuer, now).await;
        }
        let usable = known.read_at.is_some_and(|at| now.duration_since(at).abs() < LONGEST);
        match (known.keys.get(kid).filter(|_| usable), &known.failure) {
            (Some(key), _) => Ok(Some(key.clone())),
            (None, Some(failure)) => Err(failure.clone()),
            (None, None) => Ok(None),
        }
    }
}

impl Known {
    async fn read_again(&mut self, transport: &Transport, issuer: &Issuer, now: Timestamp) {
        self.tried_at = Some(now);
        match read(transport, issuer).await {
            Ok(keys) => {
                tracing::info!(issuer = issuer.name, keys = keys.len(), "the keys of GitHub Actions were read");
                (self.keys, self.read_at, self.failure) = (keys, Some(now), None);
            }
            Err(error) => {
                tracing::warn!(issuer = issuer.name, %error, "the keys of GitHub Actions cannot be read");
                self.failure = Some(error);
            }
        }
    }
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    kty: String,
    #[serde(default, rename = "use")]
    usage: Option<String>,
    #[serde(default)]
    n: Option<String>,
    #[serde(default)]
    e: Option<String>,
}

async fn read(transport: &Transport, issuer: &Issuer) -> Result<HashMap<String, PublicKey>, Error> {
    let none: [&str; 0] = [];
    let request = Request::new(Method::GET, &issuer.keys, &none).limit(SIZE_LIMIT);
    let set: KeySet = transport.send(&request, &Auth::Nobody).await?.json()?;
    Ok(set.keys.into_iter().filter_map(Key::rsa).take(MOST_KEYS).collect())
}

impl Key {
    /// Its name and numbers, if it is an RSA key for signatures.
    fn rsa(self) -> Option<(String, PublicKey)> {
        let signs = self.usage.as_deref().is_none_or(|usage| usage == "sig");
        let key = PublicKey { modulus: self.n?, exponent: self.e? };
        (self.kty == "RSA" && signs).then_some((self.kid?, key))
    }
}
