//! OpenPGP (RFC 9580, with `gpg` 2.2 and later as the peer): credentials that travel through hands which must not read them.
//!
//! The deployment has a key of its own ([`DeploymentKey`]), to which anybody can encrypt; and it can encrypt to the key of
//! an operator ([`Recipient`]). Bytes in, texts out: what the texts mean is `bundle`'s business. This is the only place
//! that knows the OpenPGP library.

mod entropy;
mod error;
mod key;
mod message;
mod recipient;
mod store;

#[cfg(test)]
mod tests;

pub use error::OpenPgpError;
pub use key::DeploymentKey;
pub use message::MESSAGE_LIMIT;
pub use recipient::Recipient;
pub use store::{KeyError, deployment_key, stored_key};

use pgp::types::Fingerprint;

/// A fingerprint as people compare them: groups of four, as `gpg --fingerprint` prints them.
fn for_people(fingerprint: &Fingerprint) -> String {
    let digits = format!("{fingerprint:X}");
    let groups: Vec<&str> = digits.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(" ")
}
