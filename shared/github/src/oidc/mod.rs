//! Tokens that GitHub Actions gives to a workflow run (OpenID Connect): whether one is genuine, meant for us and still
//! good, and what it says about the run (<https://docs.github.com/actions/reference/security/oidc>).
//!
//! The issuer, and with it the address of the keys, comes from our own configuration of a GitHub, never from a token.
//! RS256 is the one algorithm: GitHub uses no other, and a choice would be an attacker's choice. What a run may do with
//! its token is decided by whoever asks.

mod claims;
mod keys;

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use covermark_types::{Clock, Secret, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use url::{Host, Url};

pub use self::claims::Claims;
use self::keys::{Keys, PublicKey};
use crate::{
    endpoints::{Endpoints, append},
    error::Error,
    reply::printable,
    transport::Transport,
};

/// How far GitHub's clock and ours may differ, in seconds.
pub(crate) const LEEWAY: i64 = 60;
/// Longer texts are no token of GitHub's; those have about 1,500 characters.
const LONGEST: usize = 16 * 1024;

/// Who signs the tokens of one GitHub, and where its public keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// What `iss` must say, to the letter.
    pub name: String,
    /// Where the keys are.
    pub keys: Url,
}

impl Issuer {
    /// The issuer of the GitHub at `endpoints`: github.com's own (with `enterprise`, the slug of an enterprise whose
    /// tokens are issued under its own name), that of a ghe.com subdomain, or the one every Enterprise Server runs below
    /// its web address.
    #[must_use]
    pub fn of(endpoints: &Endpoints, enterprise: Option<&str>) -> Self {
        let web = &endpoints.web;
        let base = match web.host() {
            Some(Host::Domain("github.com")) => Url::parse("https://token.actions.githubusercontent.com/").ok(),
            Some(Host::Domain(host)) if host.ends_with(".ghe.com") => {
                Url::parse(&format!("https://token.actions.{host}/")).ok()
            }
            _ => None,
        };
        let base = match (base, enterprise) {
            (Some(base), Some(enterprise)) => append(&base, &[enterprise]),
            (Some(base), None) => base,
            (None, _) => append(web, &["_services", "token"]),
        };
        let name = base.as_str().trim_end_matches('/').to_owned();
        Self { name, keys: append(&base, &[".well-known", "jwks"]) }
    }
}

/// Why a token is not accepted. Displays as a sentence for whoever sent it; no part of the token but its issuer and
/// audience is repeated.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// Not a JSON Web Token, or one without what GitHub puts into it.
    #[error("it is not a token of GitHub Actions, or it was cut off on the way")]
    Unreadable,
    /// Another algorithm, or none.
    #[error("it is not signed with RS256, as GitHub Actions signs its tokens")]
    Algorithm,
    /// Signed by somebody else.
    #[error("it was issued by {found}, and {expected} is expected")]
    Issuer {
        /// What it says, fit to be shown.
        found: String,
        /// What it should say.
        expected: String,
    },
    /// The issuer has no such key (any more).
    #[error("it is signed with a key that {issuer} does not publish")]
    Key {
        /// The issuer.
        issuer: String,
    },
    /// The signature is not the key's.
    #[error("its signature is wrong")]
    Signature,
    /// Its time is over.
    #[error("it ended {seconds} s ago; request a new one right before the upload")]
    Expired {
        /// How long ago.
        seconds: i64,
    },
    /// Its time is to come.
    #[error("it is valid only in {seconds} s; compare the runner's clock with ours")]
    NotYet {
        /// How soon.
        seconds: i64,
    },
    /// Meant for somebody else.
    #[error("its audience is {found}, and {expected} is expected")]
    Audience {
        /// What it says, fit to be shown.
        found: String,
        /// What it should say.
        expected: String,
    },
    /// The issuer's keys cannot be read; trying again may help.
    #[error("the keys of its issuer cannot be read: {0}")]
    Keys(#[from] Error),
}

/// Verifies tokens. Keeps the issuers' keys in memory: make one for the whole process.
pub struct Verifier {
    clock: Arc<dyn Clock>,
    keys: Keys,
}

impl Verifier {
    /// Nothing read yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, keys: Keys::default() }
    }

    /// What the token says, once it is sure that `issuer` said it, to one of `audiences`, for this moment. Keys are read
    /// through `http`, which trusts the issuer's certificate and must not follow redirections by itself.
    ///
    /// # Errors
    /// [`OidcError`] says what is wrong; only [`OidcError::Keys`] is worth another try.
    pub async fn verify(
        &self,
        http: reqwest::Client,
        issuer: &Issuer,
        audiences: &[String],
        token: &Secret,
    ) -> Result<Claims, OidcError> {
        let text = token.expose();
        if text.len() > LONGEST || text.split('.').count() != 3 {
            return Err(OidcError::Unreadable);
        }
        let kid = key_id(text)?;
        // Not trusted, only compared: a token of another issuer must cost no look at the keys of ours.
        let said = unsigned(text).ok_or(OidcError::Unreadable)?;
        if said.iss != issuer.name {
            return Err(OidcError::Issuer { found: printable(&said.iss, 120), expected: issuer.name.clone() });
        }
        let now = self.clock.now();
        let transport = Transport::new(http, self.clock.clone());
        let key = self.keys.find(&transport, issuer, &kid, now).await?;
        let key = key.ok_or_else(|| OidcError::Key { issuer: issuer.name.clone() })?;
        let claims = signed(text, &key)?;
        check_times(&claims, now)?;
        check_audience(&claims, audiences)?;
        Ok(claims)
    }
}

/// The key's name in the token's head, once the head promises RS256.
fn key_id(text: &str) -> Result<String, OidcError> {
    // `none` and what else there is no name for fails here.
    let header = jsonwebtoken::decode_header(text).map_err(|_| OidcError::Algorithm)?;
    if header.alg != Algorithm::RS256 {
        return Err(OidcError::Algorithm);
    }
    header.kid.filter(|kid| !kid.is_empty() && kid.len() <= 200).ok_or(OidcError::Unreadable)
}

/// What the token says before anybody has looked at its signature.
fn unsigned(text: &str) -> Option<claims::Said> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text.split('.').nth(1)?).ok()?).ok()
}

fn signed(text: &str, key: &PublicKey) -> Result<Claims, OidcError> {
    let key = DecodingKey::from_rsa_components(&key.modulus, &key.exponent).map_err(|_| OidcError::Signature)?;
    let mut validation = Validation::new(Algorithm::RS256);
    // Times and audience are looked at afterwards: by our clock, and with sentences of our own.
    (validation.validate_exp, validation.validate_aud) = (false, false);
    validation.required_spec_claims.clear();
    let decoded = jsonwebtoken::decode::<Claims>(text, &key, &validation).map_err(|error| match error.kind() {
        jsonwebtoken::errors::ErrorKind::InvalidSignature => OidcError::Signature,
        _ => OidcError::Unreadable,
    })?;
    Ok(decoded.claims)
}

fn check_times(claims: &Claims, now: Timestamp) -> Result<(), OidcError> {
    let now = now.as_second();
    let late = now.saturating_sub(claims.exp);
    if late >= LEEWAY {
        return Err(OidcError::Expired { seconds: late });
    }
    let begins = claims.nbf.unwrap_or(claims.iat).max(claims.iat);
    let early = begins.saturating_sub(now);
    if early > LEEWAY { Err(OidcError::NotYet { seconds: early }) } else { Ok(()) }
}

fn check_audience(claims: &Claims, audiences: &[String]) -> Result<(), OidcError> {
    if claims.aud.iter().any(|found| audiences.contains(found)) {
        return Ok(());
    }
    let found = if claims.aud.is_empty() { "missing".to_owned() } else { printable(&claims.aud.join(", "), 120) };
    Err(OidcError::Audience { found, expected: audiences.first().cloned().unwrap_or_default() })
}
