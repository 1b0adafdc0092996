//! The webhook secrets as the function that takes deliveries uses them: kept for minutes, read again after a signature
//! that fits none of them, so that a rotation needs no deployment.
//!
//! Strangers choose how many deliveries come and what is on them. So every look into the vault is paid for by time: one
//! in [`LIFETIME`], one more in [`LEAST_GAP`] whatever the signatures are, and none in [`REST`] after one that failed.

use std::{collections::HashMap, sync::Arc, time::Duration};

use covermark_state::{Table, vault::Vault};
use covermark_types::{AppId, Clock, Provider, Secret, Timestamp};
use tokio::sync::Mutex;

use crate::{
    credentials::{CredentialsError, LEAST_GAP, LIFETIME, NOTHING_LIFETIME, known, webhook_document},
    problem::Chain,
    providers::Directory,
    webhook_document::WebhookDocument,
};

/// How long a vault that did not answer is left alone while nothing is known yet. Short: what comes meanwhile is refused,
/// and GitHub does not send it again by itself.
pub const REST: Duration = Duration::from_secs(1);

/// The secrets that deliveries may be signed with.
pub struct WebhookSecrets {
    vault: Arc<dyn Vault>,
    directory: Directory,
    clock: Arc<dyn Clock>,
    kept: Mutex<HashMap<Provider, Kept>>,
}

struct Kept {
    /// When the vault was asked last.
    asked: Timestamp,
    /// What it said the last time that it answered.
    known: Known,
}

#[derive(Clone)]
enum Known {
    Document(WebhookDocument),
    Nothing,
    NoAnswer,
}

impl Known {
    /// How long it is used when a caller would like it at most `oldest` old.
    fn lifetime(&self, oldest: Duration) -> Duration {
        match self {
            Self::Document(_) => oldest,
            Self::Nothing => NOTHING_LIFETIME,
            Self::NoAnswer => REST,
        }
    }
}

impl WebhookSecrets {
    /// Reads from `vault` what `table` lists.
    pub fn new(vault: Arc<dyn Vault>, table: Table, clock: Arc<dyn Clock>) -> Self {
        Self { vault, directory: Directory::new(table, clock.clone()), clock, kept: Mutex::default() }
    }

    /// The App that the provider's deliveries are for, if the table knows it.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn app(&self, provider: &Provider) -> Result<Option<AppId>, CredentialsError> {
        let listed = self.directory.list().await?;
        Ok(listed.iter().find(|one| one.slug == *provider).map(|one| one.app_id))
    }

    /// The provider's secrets, read at most [`LIFETIME`] ago.
    ///
    /// # Errors
    /// When there are none, or the vault does not answer and never did.
    pub async fn of(&self, provider: &Provider) -> Result<Vec<Secret>, CredentialsError> {
        self.read(provider, LIFETIME).await
    }

    /// The secrets after a signature that none of them made: read again, but not more often than [`LEAST_GAP`] allows.
    ///
    /// # Errors
    /// As [`WebhookSecrets::of`].
    pub async fn after_mismatch(&self, provider: &Provider) -> Result<Vec<Secret>, CredentialsError> {
        self.read(provider, LEAST_GAP).await
    }

    async fn read(&self, provider: &Provider, oldest: Duration) -> Result<Vec<Secret>, CredentialsError> {
        known(&self.directory, provider).await?;
        let now = self.clock.now();
        // The lock is held while reading: of many deliveries that find nothing usable, one reads.
        let mut kept = self.kept.lock().await;
        let usable = kept
            .get(provider)
            .filter(|kept| now.duration_since(kept.asked).unsigned_abs() < kept.known.lifetime(oldest));
        let known = match usable {
            Some(kept) => kept.known.clone(),
            None => {
                let answer = self.ask(provider).await;
                let former = kept.remove(provider).map(|kept| kept.known);
                let (known, failure) = match (answer, former) {
                    (Ok(known), _) => (known, None),
                    // Better the secrets of a while ago than a delivery refused because the vault is away.
                    (Err(error), Some(Known::Document(document))) => {
                        tracing::warn!(%provider, cause = %Chain(&error), "the webhook secrets could not be read again");
                        (Known::Document(document), None)
                    }
                    (Err(error), _) => (Known::NoAnswer, Some(error)),
                };
                kept.insert(provider.clone(), Kept { asked: now, known: known.clone() });
                if let Some(error) = failure {
                    return Err(error);
                }
                known
            }
        };
        match known {
            Known::Document(document) => Ok(document.accepted(now)),
            Known::Nothing => Err(CredentialsError::NotConfigured(provider.clone())),
            Known::NoAnswer => {
                let source = "it did not answer a moment ago, and is left alone for as long".into();
                Err(covermark_state::Error::Unavailable { what: "the vault", source }.into())
            }
        }
    }

    async fn ask(&self, provider: &Provider) -> Result<Known, CredentialsError> {
        let Some(stored) = self.vault.get(&webhook_document(provider)).await? else { return Ok(Known::Nothing) };
        let document = WebhookDocument::parse(&stored);
        document.map(Known::Document).map_err(|problem| CredentialsError::Malformed(provider.clone(), problem))
    }
}
