//! The App's credentials as functions use them: read from the vault once, kept for minutes, read again when GitHub or a
//! signature refuses them, so that a rotation needs no deployment.
//!
//! Two documents a provider, since two functions need different halves: `{provider}/webhook` (the secrets that
//! deliveries are signed with) and `{provider}/app` (everything else, the private key among it).

use std::{collections::HashMap, sync::Arc, time::Duration};

use covermark_github::{AppCredentials, CredentialsDocument, GitHub};
use covermark_state::vault::Vault;
use covermark_types::{Clock, Fault, FaultClass, Provider, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

/// How long what was read from the vault is used without looking again.
pub const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// How soon after a reading a refused signature may cause another: forged deliveries must not drive up the vault's bill.
pub const LEAST_GAP: Duration = Duration::from_secs(30);

/// The providers that an App can be connected for. Others are not looked up: a stranger chooses the name in an address,
/// and every look into the vault costs.
pub const PROVIDERS: [&str; 2] = ["gh", "ghe"];
/// Why there are no credentials.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// Nothing is stored for this provider.
    #[error(
        "no GitHub App is connected for provider `{0}`: run `covermark credentials import --provider {0} FILE` (on AWS with \
         `--table` and `--secrets-prefix`)"
    )]
    NotConfigured(Provider),
    /// What is stored cannot be read.
    #[error("the stored credentials of provider `{0}` cannot be read: {1}")]
    Malformed(Provider, String),
    /// The vault does not answer, or refuses.
    #[error("the vault cannot be used")]
    Vault(#[from] covermark_state::Error),
}

impl Fault for CredentialsError {
    fn class(&self) -> FaultClass {
        match self {
            Self::NotConfigured(_) | Self::Malformed(..) => FaultClass::Unauthorized,
            Self::Vault(error) => error.class(),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct WebhookDocument {
    secrets: Vec<Secret>,
}

/// Name of the document that the `webhook` function reads.
#[must_use]
pub fn webhook_document(provider: &Provider) -> String {
    format!("{provider}/webhook")
}

/// Name of the document that holds the private key.
#[must_use]
pub fn app_document(provider: &Provider) -> String {
    format!("{provider}/app")
}

/// Stores an import document, split in its two halves.
///
/// # Errors
/// When the vault cannot be written.
pub async fn store(
    vault: &dyn Vault,
    provider: &Provider,
    document: &CredentialsDocument,
) -> Result<(), CredentialsError> {
    let secrets = WebhookDocument { secrets: vec![document.webhook_secret.clone()] };
    let secrets = serde_json::to_string(&secrets)
        .map_err(|error| CredentialsError::Malformed(provider.clone(), error.to_string()))?;
    vault.put(&app_document(provider), &document.app.to_json()).await?;
    vault.put(&webhook_document(provider), &Secret::new(secrets)).await?;
    Ok(())
}

/// What was read for each provider, and when. That nothing is stored is remembered too, for [`LEAST_GAP`]: strangers
/// may ask for any provider's name.
struct Cache<T>(HashMap<Provider, Read<T>>);

struct Read<T> {
    at: Timestamp,
    value: Option<T>,
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Clone> Cache<T> {
    /// What was read not longer ago than `oldest`; `Some(None)` when that was nothing.
    fn get(&self, provider: &Provider, oldest: Duration, now: Timestamp) -> Option<Option<T>> {
        let read = self.0.get(provider)?;
        let oldest = if read.value.is_some() { oldest } else { LEAST_GAP };
        (now.duration_since(read.at).unsigned_abs() < oldest).then(|| read.value.clone())
    }

    fn insert(&mut self, provider: &Provider, value: Option<T>, at: Timestamp) {
        self.0.insert(provider.clone(), Read { at, value });
    }

    /// Makes the next reading look into the vault, unless the last one was a moment ago.
    fn distrust(&mut self, provider: &Provider, now: Timestamp) {
        self.0.retain(|known, read| known != provider || now.duration_since(read.at).unsigned_abs() < LEAST_GAP);
    }
}

fn supported(provider: &Provider) -> Result<(), CredentialsError> {
    if PROVIDERS.contains(&provider.as_str()) { Ok(()) } else { Err(CredentialsError::NotConfigured(provider.clone())) }
}

/// The secrets that deliveries may be signed with.
pub struct WebhookSecrets {
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
    cache: Mutex<Cache<Vec<Secret>>>,
}

impl WebhookSecrets {
    /// Reads from `vault`.
    pub fn new(vault: Arc<dyn Vault>, clock: Arc<dyn Clock>) -> Self {
        Self { vault, clock, cache: Mutex::default() }
    }

    /// The provider's secrets, at most [`LIFETIME`] old.
    ///
    /// # Errors
    /// When there are none, or the vault does not answer.
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
        supported(provider)?;
        let now = self.clock.now();
        // The lock is held while reading: of many deliveries that find the cache empty, one reads.
        let mut cache = self.cache.lock().await;
        let read = match cache.get(provider, oldest, now) {
            Some(read) => read,
            None => {
                let stored = self.vault.get(&webhook_document(provider)).await?;
                let document: Option<WebhookDocument> = stored
                    .map(|stored| serde_json::from_str(stored.expose()))
                    .transpose()
                    .map_err(|error| CredentialsError::Malformed(provider.clone(), position(&error)))?;
                let secrets = document.map(|document| document.secrets);
                cache.insert(provider, secrets.clone(), now);
                secrets
            }
        };
        read.ok_or_else(|| CredentialsError::NotConfigured(provider.clone()))
    }
}

/// The connected Apps: credentials, and a client for each, which keeps its tokens as long as the credentials stay.
pub struct Apps {
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
    http: reqwest::Client,
    cache: Mutex<Cache<Connected>>,
}

#[derive(Clone)]
struct Connected {
    stored: Secret,
    credentials: Arc<AppCredentials>,
    client: GitHub,
}

impl Apps {
    /// Reads from `vault`; the clients send through `http`.
    pub fn new(vault: Arc<dyn Vault>, clock: Arc<dyn Clock>, http: reqwest::Client) -> Self {
        Self { vault, clock, http, cache: Mutex::default() }
    }

    /// The provider's client.
    ///
    /// # Errors
    /// When no App is connected, its key cannot be used, or the vault does not answer.
    pub async fn github(&self, provider: &Provider) -> Result<GitHub, CredentialsError> {
        Ok(self.connected(provider).await?.client)
    }

    /// The provider's credentials.
    ///
    /// # Errors
    /// As [`Apps::github`].
    pub async fn credentials(&self, provider: &Provider) -> Result<Arc<AppCredentials>, CredentialsError> {
        Ok(self.connected(provider).await?.credentials)
    }

    /// The providers that have an App connected.
    ///
    /// # Errors
    /// When the vault does not answer.
    pub async fn providers(&self) -> Result<Vec<Provider>, CredentialsError> {
        let mut found = Vec::new();
        for provider in PROVIDERS.iter().filter_map(|name| name.parse().ok()) {
            match self.connected(&provider).await {
                Ok(_) => found.push(provider),
                Err(CredentialsError::NotConfigured(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// The client through which requests leave, for calls that no App makes (OAuth).
    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// After GitHub refused the credentials: they are read again for the next call, but not more often than
    /// [`LEAST_GAP`] allows. Without this an import would be heeded only when [`LIFETIME`] is over.
    pub async fn after_refusal(&self, provider: &Provider) {
        self.cache.lock().await.distrust(provider, self.clock.now());
    }

    async fn connected(&self, provider: &Provider) -> Result<Connected, CredentialsError> {
        supported(provider)?;
        let now = self.clock.now();
        let mut cache = self.cache.lock().await;
        let read = match cache.get(provider, LIFETIME, now) {
            Some(read) => read,
            None => {
                let stored = self.vault.get(&app_document(provider)).await?;
                let former = cache.get(provider, Duration::MAX, now).flatten();
                let connected = match (stored, former) {
                    (None, _) => None,
                    // Unchanged: the client stays, and its tokens with it.
                    (Some(stored), Some(former)) if former.stored.matches(stored.expose()) => Some(former),
                    (Some(stored), _) => Some(self.connect(provider, stored)?),
                };
                cache.insert(provider, connected.clone(), now);
                connected
            }
        };
        read.ok_or_else(|| CredentialsError::NotConfigured(provider.clone()))
    }

    fn connect(&self, provider: &Provider, stored: Secret) -> Result<Connected, CredentialsError> {
        let malformed = |text: String| CredentialsError::Malformed(provider.clone(), text);
        let credentials = AppCredentials::from_json(stored.expose()).map_err(|problems| {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            malformed(problems.join("; "))
        })?;
        let client = GitHub::new(self.http.clone(), &credentials, self.clock.clone())
            .map_err(|error| malformed(error.to_string()))?;
        Ok(Connected { stored, credentials: Arc::new(credentials), client })
    }
}

/// Where a JSON text is broken, without quoting it.
fn position(error: &serde_json::Error) -> String {
    format!("not the JSON that is expected (line {}, column {})", error.line(), error.column())
}
