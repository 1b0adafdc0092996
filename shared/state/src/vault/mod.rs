//! The vault: the few secrets that outlive a process, by name. Secrets Manager in AWS, files on a laptop.
//!
//! Names are like `gh/app` and `gh/webhook`. What a secret holds is its owner's business; caching is the caller's.

mod file;
mod secrets_manager;

use async_trait::async_trait;
use covermark_types::Secret;

pub use self::{file::FileVault, secrets_manager::SecretsManager};
use crate::Error;

/// No secret of ours comes near (an App's key is 2 KB); Secrets Manager's own limit.
const MAX_BYTES: u64 = 64 * 1024;

/// Where secrets are kept.
#[async_trait]
pub trait Vault: Send + Sync {
    /// The secret's current value; `None` when it was never set.
    ///
    /// # Errors
    /// When the vault cannot be read, or must not be trusted.
    async fn get(&self, name: &str) -> Result<Option<Secret>, Error>;

    /// Makes `value` the current one.
    ///
    /// # Errors
    /// When the vault cannot be written.
    async fn put(&self, name: &str, value: &Secret) -> Result<(), Error>;
}

/// Segments of lower-case letters, digits and hyphens: nothing that could leave a folder or a prefix.
fn checked(name: &str) -> Result<&str, Error> {
    let fits = |segment: &str| {
        !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if name.len() <= 200 && name.split('/').all(fits) {
        Ok(name)
    } else {
        Err(Error::unreadable("the secret's name", "lower-case letters, digits, hyphens and slashes are expected"))
    }
}

fn bounded(name: &str, size: u64) -> Result<(), Error> {
    if size <= MAX_BYTES {
        return Ok(());
    }
    Err(Error::TooLarge { what: format!("the secret {name}"), size, limit: MAX_BYTES })
}

#[cfg(test)]
mod tests;
