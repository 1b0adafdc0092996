//! Where the deployment's key lies: in the vault, made when it is first asked for.

use covermark_state::vault::Vault;
use covermark_types::{Random, Timestamp};

use super::{DeploymentKey, OpenPgpError};

/// Its name in the vault.
const NAME: &str = "openpgp/key";

/// Why the deployment's key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The vault cannot be used.
    #[error("the vault cannot be used")]
    Vault(#[from] covermark_state::Error),
    /// The key cannot be made or read.
    #[error(transparent)]
    Key(#[from] OpenPgpError),
}

/// The deployment's key, if one was made.
///
/// # Errors
/// When the vault cannot be read, or what it holds.
pub async fn stored_key(vault: &dyn Vault) -> Result<Option<DeploymentKey>, KeyError> {
    let stored = vault.get(NAME).await?;
    Ok(stored.map(|stored| DeploymentKey::read(&stored)).transpose()?)
}

/// The deployment's key; made, under `name`, when there is none. Of two that make one in the same moment the vault keeps
/// one, and both answer that one from then on.
///
/// # Errors
/// When the vault cannot be used, or the key in it.
pub async fn deployment_key(
    vault: &dyn Vault,
    name: &str,
    random: &dyn Random,
    now: Timestamp,
) -> Result<DeploymentKey, KeyError> {
    if let Some(key) = stored_key(vault).await? {
        return Ok(key);
    }
    let key = DeploymentKey::make(name, random, now)?;
    vault.put(NAME, &key.to_secret()?).await?;
    Ok(stored_key(vault).await?.unwrap_or(key))
}
