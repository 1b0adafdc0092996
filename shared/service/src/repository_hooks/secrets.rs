//! What the webhooks of repositories are signed with: each its own secret, made from one key, the repository's id and a
//! generation.
//!
//! Derived, not stored: a repository costs no secret in the vault, no function needs the right to write one, and who
//! reads the table learns nothing. The key's document is named so that the webhook function may read it with the right
//! that it has; a provider's documents have names of two parts, so it is none of theirs.

use std::sync::Arc;

use covermark_state::vault::Vault;
use covermark_types::{Fault, FaultClass, Provider, Random, RepositoryId, Secret, random_hex};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio::sync::OnceCell;

/// Name of the vault's document that holds the key. On AWS the template has Secrets Manager fill it.
pub const KEY_DOCUMENT: &str = "repository/hooks/webhook";

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Nobody made the key.
    #[error("the vault has no `{KEY_DOCUMENT}`: restart `covermark serve`, or deploy the template again")]
    Missing,
    /// The vault does not answer, or refuses.
    #[error("the vault cannot be used")]
    Vault(#[from] covermark_state::Error),
}

impl Fault for KeyError {
    fn class(&self) -> FaultClass {
        match self {
            Self::Missing => FaultClass::Unauthorized,
            Self::Vault(error) => error.class(),
        }
    }
}

/// The secrets of repositories' webhooks. The key is read once in a process's life.
pub struct HookSecrets {
    vault: Arc<dyn Vault>,
    key: OnceCell<Secret>,
}

impl HookSecrets {
    /// Reads the key from `vault` when it is first needed.
    pub fn new(vault: Arc<dyn Vault>) -> Self {
        Self { vault, key: OnceCell::new() }
    }

    /// Makes the key if there is none: for the local data folder.
    ///
    /// # Errors
    /// When the vault cannot be used.
    pub async fn ensure_key(vault: &dyn Vault, random: &dyn Random) -> Result<(), KeyError> {
        if vault.get(KEY_DOCUMENT).await?.is_none() {
            vault.put(KEY_DOCUMENT, &Secret::new(random_hex::<32>(random))).await?;
        }
        Ok(())
    }

    /// The secret of a repository's webhook in its `generation`: 64 hexadecimal digits.
    ///
    /// # Errors
    /// When the key is not there or cannot be read.
    pub async fn of(&self, provider: &Provider, repository: RepositoryId, generation: u32) -> Result<Secret, KeyError> {
        let key = self.key.get_or_try_init(|| self.read()).await?;
        // A key of any length will do for HMAC.
        let mut mac = match Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()) {
            Ok(mac) => mac,
            Err(error) => unreachable!("{error}"),
        };
        // No part can hold the sign between them: a provider's name is letters, digits and hyphens.
        mac.update(format!("covermark repository webhook v1\n{provider}\n{repository}\n{generation}").as_bytes());
        Ok(Secret::new(hex::encode(mac.finalize().into_bytes())))
    }

    async fn read(&self) -> Result<Secret, KeyError> {
        self.vault.get(KEY_DOCUMENT).await?.filter(|key| key.expose().trim().len() >= 32).ok_or(KeyError::Missing)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use covermark_state::vault::FileVault;
    use covermark_types::{Provider, RepositoryId, SystemRandom};

    use super::{HookSecrets, KeyError};

    #[tokio::test]
    async fn every_repository_and_every_generation_has_a_secret_of_its_own_that_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let vault = Arc::new(FileVault::new(folder.path().join("vault")));
        let of = async |provider: &str, repository: u64, generation: u32| {
            let provider: Provider = provider.parse().expect("a provider");
            HookSecrets::new(vault.clone()).of(&provider, RepositoryId(repository), generation).await
        };
        assert!(matches!(of("gh", 42, 1).await, Err(KeyError::Missing)));
        HookSecrets::ensure_key(vault.as_ref(), &SystemRandom).await.expect("made");
        let mut seen = Vec::new();
        for (provider, repository, generation) in [("gh", 42, 1), ("gh", 42, 2), ("gh", 421, 1), ("ghe", 42, 1)] {
            let secret = of(provider, repository, generation).await.expect("a secret");
            assert_eq!(secret.expose().len(), 64);
            assert!(of(provider, repository, generation).await.expect("again").matches(secret.expose()));
            seen.push(secret.expose().to_owned());
        }
        HookSecrets::ensure_key(vault.as_ref(), &SystemRandom).await.expect("kept");
        assert!(of("gh", 42, 1).await.expect("a secret").matches(&seen[0]), "a second start makes no second key");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 4);
    }
}
