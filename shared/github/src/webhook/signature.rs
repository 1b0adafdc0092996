//! Whether a delivery is GitHub's: HMAC-SHA-256 over the raw bytes
//! (<https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries>).
//!
//! Nothing of the body is parsed, and no other header looked at, before the signature holds. SHA-1 is never accepted.

use std::ops::Deref;

use bytes::Bytes;
use covermark_types::{AppId, DeliveryId, RepositoryId, Secret};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::event::{Event, EventError};

const SIGNATURE: &str = "x-hub-signature-256";
const OLD_SIGNATURE: &str = "x-hub-signature";
const EVENT: &str = "x-github-event";
const DELIVERY: &str = "x-github-delivery";
const TARGET_TYPE: &str = "x-github-hook-installation-target-type";
const TARGET_ID: &str = "x-github-hook-installation-target-id";

/// Something whose signature was checked. [`verify`] is the only way to make one.
#[derive(Clone, Debug)]
pub struct Verified<T>(T);

impl<T> Deref for Verified<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

/// Whose hook a delivery says that it comes from. A stranger's word until the signature holds: it chooses which secret the
/// signature must be made with, and whoever names another's hook needs that one's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookTarget {
    /// The App's; `None` when it does not say which App.
    App(Option<AppId>),
    /// A repository's own.
    Repository(RepositoryId),
    /// An organisation's, an enterprise's, or nobody's.
    Other,
}

impl HookTarget {
    /// What the headers say.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let id = one(headers, TARGET_ID);
        match one(headers, TARGET_TYPE) {
            Some("integration") => Self::App(id.and_then(|id| id.parse().ok())),
            Some("repository") => id.and_then(|id| id.parse().ok()).map_or(Self::Other, Self::Repository),
            _ => Self::Other,
        }
    }
}

impl Verified<Delivery> {
    /// What the delivery says.
    ///
    /// # Errors
    /// [`EventError`] when a known event lacks what we need of it.
    pub fn event(&self) -> Result<Event, EventError> {
        self.0.read_event()
    }
}

/// A delivery that was read from GitHub's own log of deliveries: it did not come in through our door and bears no
/// signature, but GitHub itself says over TLS, to our App's JWT, that it sent it. [`crate::GitHub::hook_delivery`] is the
/// only way to get one.
#[derive(Clone, Debug)]
pub struct Fetched<T>(T);

impl Fetched<Delivery> {
    pub(crate) fn from_github(delivery: Delivery) -> Self {
        Self(delivery)
    }
}

impl<T> Deref for Fetched<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Verified<super::Delivery> {}
    impl Sealed for super::Fetched<super::Delivery> {}
}

/// A delivery that is known to be GitHub's: signed ([`Verified`]) or read from GitHub ([`Fetched`]). Nothing else gives
/// an [`Event`].
pub trait Authentic: Deref<Target = Delivery> + sealed::Sealed {}

impl Authentic for Verified<Delivery> {}
impl Authentic for Fetched<Delivery> {}

/// One delivery of a webhook.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its GUID: the same on every redelivery.
    pub id: DeliveryId,
    /// The event's name, as in GitHub's list: `pull_request`.
    pub event: String,
    /// The App whose hook it is; `None` for the hook of a repository or organisation.
    pub target_id: Option<AppId>,
    /// The body, as it came.
    pub body: Bytes,
}

/// Why a delivery is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// We have no secret to check with; without one anybody could send.
    #[error("no webhook secret is configured")]
    NoSecret,
    /// There is no signature.
    #[error("the header X-Hub-Signature-256 is missing; set a secret for the webhook")]
    SignatureMissing,
    /// There is only a SHA-1 signature.
    #[error("only a SHA-1 signature was sent; X-Hub-Signature-256 is required")]
    Sha1Only,
    /// The signature's form is wrong.
    #[error("X-Hub-Signature-256 is not `sha256=` with 64 hexadecimal digits")]
    SignatureMalformed,
    /// The signature is not ours.
    #[error("the signature does not match the body")]
    SignatureMismatch,
    /// The delivery is signed but does not name its event.
    #[error("the header X-GitHub-Event is missing or not a name")]
    EventMissing,
    /// The delivery is signed but has no GUID.
    #[error("the header X-GitHub-Delivery is missing")]
    DeliveryMissing,
    /// The delivery is signed but its GUID is none.
    #[error("X-GitHub-Delivery is not a GUID")]
    DeliveryMalformed,
    /// The delivery is signed but sent as a form.
    #[error("the body is not JSON; set the webhook's content type to application/json")]
    NotJson,
}

impl Refused {
    /// A stable name for logs and counters.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoSecret => "no_secret",
            Self::SignatureMissing => "signature_missing",
            Self::Sha1Only => "sha1_only",
            Self::SignatureMalformed => "signature_malformed",
            Self::SignatureMismatch => "signature_mismatch",
            Self::EventMissing => "event_missing",
            Self::DeliveryMissing => "delivery_missing",
            Self::DeliveryMalformed => "delivery_malformed",
            Self::NotJson => "not_json",
        }
    }

    /// Whether the sender failed to prove that it is GitHub; otherwise the delivery is GitHub's but unusable.
    #[must_use]
    pub const fn is_about_signature(self) -> bool {
        matches!(
            self,
            Self::NoSecret
                | Self::SignatureMissing
                | Self::Sha1Only
                | Self::SignatureMalformed
                | Self::SignatureMismatch
        )
    }
}

/// Takes a delivery whose signature one of `secrets` made. `body` is the raw body, Lambda's base64 undone.
///
/// # Errors
/// The first reason not to take it; about headers other than the signature only when the signature holds.
pub fn verify(secrets: &[Secret], headers: &HeaderMap, body: Bytes) -> Result<Verified<Delivery>, Refused> {
    check_signature(secrets, headers, &body)?;
    let event = one(headers, EVENT).filter(|name| is_name(name)).ok_or(Refused::EventMissing)?;
    let id = one(headers, DELIVERY).ok_or(Refused::DeliveryMissing)?;
    let id = id.parse().map_err(|_| Refused::DeliveryMalformed)?;
    let form = |kind: &str| !kind.trim_start().to_ascii_lowercase().starts_with("application/json");
    if one(headers, "content-type").is_some_and(form) {
        return Err(Refused::NotJson);
    }
    let target_id = match HookTarget::of(headers) {
        HookTarget::App(id) => id,
        HookTarget::Repository(_) | HookTarget::Other => None,
    };
    Ok(Verified(Delivery { id, event: event.to_owned(), target_id, body }))
}

fn check_signature(secrets: &[Secret], headers: &HeaderMap, body: &[u8]) -> Result<(), Refused> {
    let mut secrets = secrets.iter().filter(|secret| !secret.is_empty()).peekable();
    if secrets.peek().is_none() {
        return Err(Refused::NoSecret);
    }
    let mut sent = headers.get_all(SIGNATURE).iter();
    let claimed = match (sent.next(), sent.next()) {
        (Some(value), None) => decode(value.as_bytes()).ok_or(Refused::SignatureMalformed)?,
        (Some(_), Some(_)) => return Err(Refused::SignatureMalformed),
        (None, _) if headers.contains_key(OLD_SIGNATURE) => return Err(Refused::Sha1Only),
        (None, _) => return Err(Refused::SignatureMissing),
    };
    // Every secret is tried, so that the time does not tell which one it was.
    let matching =
        secrets.fold(subtle::Choice::from(0), |matching, secret| matching | mac(secret, body).ct_eq(&claimed));
    if bool::from(matching) { Ok(()) } else { Err(Refused::SignatureMismatch) }
}

fn mac(secret: &Secret, body: &[u8]) -> [u8; 32] {
    // A key of any length will do for HMAC.
    let mut mac = match Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) {
        Ok(mac) => mac,
        Err(error) => unreachable!("{error}"),
    };
    mac.update(body);
    mac.finalize().into_bytes().into()
}

/// `sha256=` and 64 hexadecimal digits, in either case.
fn decode(header: &[u8]) -> Option<[u8; 32]> {
    let digits = header.strip_prefix(b"sha256=")?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(digits, &mut bytes).ok()?;
    Some(bytes)
}

/// The value of a header that is there once, as text.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// GitHub's event names are words such as `projects_v2_item`; anything else would only end up in our logs and counters.
fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(fits)
}
