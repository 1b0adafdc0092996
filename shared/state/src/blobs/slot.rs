//! Our own signed upload addresses, for the folder: `/blobs/{key}?expires={epoch seconds}&signature={hex}`.

use std::time::Duration;

use covermark_types::{Secret, Timestamp};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use url::Url;

use crate::Error;

/// Shorter keys could be guessed.
const MIN_KEY_BYTES: usize = 16;

/// Why a PUT is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlotRefused {
    /// The signature is not ours for this key and expiry.
    #[error("This upload address is not one that Covermark gave out. Open a new upload to get one.")]
    NotOurs,
    /// It was ours; its time is up.
    #[error("This upload address has expired. Open a new upload to get a fresh one.")]
    Expired,
}

/// Gives out addresses and knows its own again. No `Debug`: there is a key in it.
pub(super) struct OurSlots {
    public_url: Url,
    /// HMAC-SHA256, keyed and ready for use.
    mac: Hmac<Sha256>,
}

impl OurSlots {
    pub(super) fn new(public_url: Url, key: &Secret) -> Result<Self, Error> {
        let bytes = key.expose().as_bytes();
        if bytes.len() < MIN_KEY_BYTES {
            return Err(Error::unreadable("the key for upload addresses", "16 bytes or more are expected"));
        }
        let mac =
            Hmac::new_from_slice(bytes).map_err(|error| Error::unreadable("the key for upload addresses", error))?;
        Ok(Self { public_url, mac })
    }

    pub(super) fn slot(&self, key: &str, expires: Duration, now: Timestamp) -> Url {
        let seconds = i64::try_from(expires.as_secs()).unwrap_or(i64::MAX);
        let expires = now.as_second().saturating_add(seconds).to_string();
        let signature = hex::encode(self.mac(key, &expires).finalize().into_bytes());
        let mut url = self.public_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("blobs").extend(key.split('/'));
        }
        url.query_pairs_mut().clear().append_pair("expires", &expires).append_pair("signature", &signature);
        url
    }

    /// The signature first, in constant time: an expiry that we did not sign says nothing.
    pub(super) fn verify(&self, key: &str, expires: &str, signature: &str, now: Timestamp) -> Result<(), SlotRefused> {
        let signature = hex::decode(signature).map_err(|_| SlotRefused::NotOurs)?;
        self.mac(key, expires).verify_slice(&signature).map_err(|_| SlotRefused::NotOurs)?;
        let expires: i64 = expires.parse().map_err(|_| SlotRefused::NotOurs)?;
        if expires > now.as_second() { Ok(()) } else { Err(SlotRefused::Expired) }
    }

    /// A line for each part: none of them can hold a line break, so no two different slots have one text.
    fn mac(&self, key: &str, expires: &str) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(format!("PUT\n{key}\n{expires}").as_bytes());
        mac
    }
}
