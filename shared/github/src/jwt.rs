//! The App's JWT (<https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app>): RS256, issuer
//! the App's id as text (which every Enterprise Server accepts), begun a minute ago, over in nine.
//!
//! There may be two keys while the private key is rotated: the newer one signs, and the other one where GitHub refuses it.
//!
//! A JWT is signed once and used for [`REUSE`]. When GitHub's clock and ours differ so much that it refuses the times, the
//! difference is taken from its `Date` header and kept for all later tokens.

use std::sync::{Mutex, PoisonError};

use covermark_types::{AppId, Secret, Timestamp};
use jiff::SignedDuration;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

use crate::{error::Error, private_key::KeyProblem};

/// How far back it begins, so that a clock that is a little fast does no harm.
pub(crate) const BACKDATE: SignedDuration = SignedDuration::from_secs(60);
/// How far ahead it ends. With [`BACKDATE`] that is ten minutes, the longest that GitHub accepts.
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_secs(9 * 60);
/// How long one is used.
pub(crate) const REUSE: SignedDuration = SignedDuration::from_secs(8 * 60);

/// Signs as the App.
pub(crate) struct Signer {
    issuer: String,
    /// The newest first; never empty.
    keys: Vec<EncodingKey>,
    state: Mutex<State>,
}

/// A JWT, and which key signed it.
pub(crate) struct Signed {
    pub(crate) token: Secret,
    pub(crate) key: usize,
}

#[derive(Default)]
struct State {
    /// GitHub's time minus ours.
    skew: SignedDuration,
    /// The place in `keys` of the one that signs.
    key: usize,
    current: Option<(Timestamp, Secret)>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
    exp: i64,
}

impl Signer {
    pub(crate) fn new(app: AppId, keys: Vec<EncodingKey>) -> Self {
        Self { issuer: app.to_string(), keys, state: Mutex::default() }
    }

    /// A JWT for `now`, the one in use if it is young enough.
    pub(crate) fn token(&self, now: Timestamp) -> Result<Signed, Error> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let key = state.key;
        if let Some((made, token)) = &state.current {
            let age = now.duration_since(*made);
            if !age.is_negative() && age < REUSE {
                return Ok(Signed { token: token.clone(), key });
            }
        }
        let token = self.sign(key, now.as_second().saturating_add(state.skew.as_secs()))?;
        state.current = Some((now, token.clone()));
        Ok(Signed { token, key })
    }

    /// Signs with another key from here on, GitHub having refused `refused`; `false` when there is no other one.
    pub(crate) fn change_key(&self, refused: usize) -> bool {
        if self.keys.len() < 2 {
            return false;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever waited while another call changed it takes that one's choice.
        if state.key == refused {
            state.key = (refused + 1) % self.keys.len();
            state.current = None;
        }
        true
    }

    /// GitHub's time minus ours, in seconds, as it was last set.
    pub(crate) fn skew(&self) -> i64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).skew.as_secs()
    }

    /// Takes GitHub's time as the right one from here on; returns the difference, in seconds, GitHub's minus ours.
    pub(crate) fn repair(&self, now: Timestamp, github: Timestamp) -> i64 {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.skew = github.duration_since(now);
        state.current = None;
        state.skew.as_secs()
    }

    fn sign(&self, key: usize, now: i64) -> Result<Secret, Error> {
        let claims = Claims {
            iss: &self.issuer,
            iat: now.saturating_sub(BACKDATE.as_secs()),
            exp: now.saturating_add(LIFETIME.as_secs()),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.keys[key])
            .map(Secret::new)
            .map_err(|_| Error::PrivateKey(KeyProblem::Damaged))
    }
}

/// Whether a 401's message is about the JWT's times.
pub(crate) fn is_about_time(message: &str) -> bool {
    ["'exp'", "'iat'", "Expiration time", "Issued at"].iter().any(|words| message.contains(words))
}
