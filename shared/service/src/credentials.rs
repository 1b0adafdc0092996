//! The App's credentials as functions use them: read from the vault once, kept for minutes, read again when GitHub or a
//! signature refuses them, so that a rotation needs no deployment.
//!
//! Two documents a provider, since two functions need different halves: `{provider}/webhook` (the secrets that
//! deliveries are signed with) and `{provider}/app` (everything else, the private key among it).

use std::{collections::HashMap, sync::Arc, time::Duration};

use covermark_github::{AppCredentials, CredentialsDocument, GitHub};
use covermark_state::{Table, vault::Vault};
use covermark_types::{Clock, Fault, FaultClass, Provider, Secret, Timestamp};
use tokio::sync::Mutex;

use crate::{
    http_client,
    providers::Directory,
    webhook_document::{OVERLAP, WebhookDocument},
};

/// How long what was read from the vault is used without looking again.
pub const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// How soon after a reading a refused signature may cause another: forged deliveries must not drive up the vault's bill.
pub const LEAST_GAP: Duration = Duration::from_secs(30);
/// How long it is remembered that nothing is stored. Short, because whoever sets an App up is waiting; not nothing, because
/// a stranger chooses the name in an address.
pub const NOTHING_LIFETIME: Duration = Duration::from_secs(5);

/// Why there are no credentials.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// Nothing is stored for this provider.
    #[error(
        "no GitHub App is connected for provider `{0}`: open /setup, or run `covermark credentials import --provider {0} \
         FILE` (on AWS with `--table` and `--secrets-prefix`)"
    )]
    NotConfigured(Provider),
    /// What is stored cannot be read.
    #[error("the stored credentials of provider `{0}` cannot be read: {1}")]
    Malformed(Provider, String),
    /// The vault does not answer, or refuses.
    #[error("the vault cannot be used")]
    Vault(#[from] covermark_state::Error),
    /// The table does not say whether GitHub may be asked now.
    #[error("the limits that GitHub set cannot be read")]
    Budgets(#[source] covermark_state::Error),
}

impl Fault for CredentialsError {
    fn class(&self) -> FaultClass {
        match self {
            Self::NotConfigured(_) | Self::Malformed(..) => FaultClass::Unauthorized,
            Self::Vault(error) | Self::Budgets(error) => error.class(),
        }
    }
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

/// Stores an import document, split in its two halves. Where the same App was connected before, what it replaces goes on
/// working for as long as GitHub may still use it: the webhook secret for [`OVERLAP`], the private key until the next one. The
/// table is not told; `covermark_setup::store` does both.
///
/// # Errors
/// When the vault cannot be read or written.
pub async fn store(
    vault: &dyn Vault,
    provider: &Provider,
    document: &CredentialsDocument,
    now: Timestamp,
) -> Result<(), CredentialsError> {
    let is_same = |former: &AppCredentials| {
        former.app_id == document.app.app_id && former.endpoints.web.origin() == document.app.endpoints.web.origin()
    };
    let former = stored_app(vault, provider).await?.filter(is_same);
    let mut app = document.app.clone();
    let mut webhook = WebhookDocument::new(document.webhook_secret.clone());
    if let Some(former) = former {
        if app.previous_private_key.is_none() {
            let kept = std::iter::once(former.private_key).chain(former.previous_private_key);
            app.previous_private_key = kept.into_iter().find(|key| !key.matches(app.private_key.expose()));
        }
        if let Some(known) = stored_webhook(vault, provider).await? {
            webhook = known.succeed_by(document.webhook_secret.clone(), now, now + OVERLAP);
        }
    }
    // The secrets first: where the second writing fails, a delivery with the old or the new one is still taken.
    store_webhook(vault, provider, &webhook).await?;
    store_app(vault, provider, &app).await
}

/// The half with the private key, as it lies in the vault. `None` also for what cannot be read: it is about to be
/// replaced, or whoever asks says that there is nothing.
///
/// # Errors
/// When the vault cannot be read.
pub async fn stored_app(vault: &dyn Vault, provider: &Provider) -> Result<Option<AppCredentials>, CredentialsError> {
    let stored = vault.get(&app_document(provider)).await?;
    Ok(stored.and_then(|stored| AppCredentials::from_json(stored.expose()).ok()))
}

/// Puts the half with the private key into the vault.
///
/// # Errors
/// When the vault cannot be written.
pub async fn store_app(vault: &dyn Vault, provider: &Provider, app: &AppCredentials) -> Result<(), CredentialsError> {
    Ok(vault.put(&app_document(provider), &app.to_json()).await?)
}

/// The webhook secrets, as they lie in the vault.
///
/// # Errors
/// When the vault cannot be read, or what is in it.
pub async fn stored_webhook(
    vault: &dyn Vault,
    provider: &Provider,
) -> Result<Option<WebhookDocument>, CredentialsError> {
    let stored = vault.get(&webhook_document(provider)).await?;
    let read = stored.map(|stored| WebhookDocument::parse(&stored)).transpose();
    read.map_err(|problem| CredentialsError::Malformed(provider.clone(), problem))
}

/// Puts the webhook secrets into the vault.
///
/// # Errors
/// When the vault cannot be written.
pub async fn store_webhook(
    vault: &dyn Vault,
    provider: &Provider,
    document: &WebhookDocument,
) -> Result<(), CredentialsError> {
    Ok(vault.put(&webhook_document(provider), &document.to_secret()).await?)
}

/// What was read for each provider, and when. That nothing is stored is remembered too, for [`NOTHING_LIFETIME`].
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
        let oldest = if read.value.is_some() { oldest } else { NOTHING_LIFETIME };
        (now.duration_since(read.at).unsigned_abs() < oldest).then(|| read.value.clone())
    }

    fn insert(&mut self, provider: &Provider, value: Option<T>, at: Timestamp) {
        self.0.insert(provider.clone(), Read { at, value });
    }

    /// Makes the next reading look into the vault; what it finds unchanged stays as it is.
    fn forget(&mut self, provider: &Provider) {
        if let Some(read) = self.0.get_mut(provider) {
            read.at = Timestamp::MIN;
        }
    }

    /// Makes the next reading look into the vault, unless the last one was a moment ago.
    fn distrust(&mut self, provider: &Provider, now: Timestamp) {
        self.0.retain(|known, read| known != provider || now.duration_since(read.at).unsigned_abs() < LEAST_GAP);
    }
}

/// Only what the table lists is looked up in the vault: a stranger chooses the name in an address, and every look costs.
pub(crate) async fn known(directory: &Directory, provider: &Provider) -> Result<(), CredentialsError> {
    if directory.knows(provider).await? { Ok(()) } else { Err(CredentialsError::NotConfigured(provider.clone())) }
}

/// The connected Apps: credentials, and a client for each, which keeps its tokens as long as the credentials stay.
pub struct Apps {
    vault: Arc<dyn Vault>,
    directory: Directory,
    clock: Arc<dyn Clock>,
    http: reqwest::Client,
    cache: Mutex<Cache<Connected>>,
}

#[derive(Clone)]
struct Connected {
    stored: Secret,
    credentials: Arc<AppCredentials>,
    /// The process's client, or one that trusts this provider's own certificate authority too.
    http: reqwest::Client,
    client: GitHub,
}

impl Apps {
    /// Reads from `vault` what `table` lists; the clients send through `http`, but to a provider with a certificate
    /// authority of its own through one that trusts it.
    pub fn new(vault: Arc<dyn Vault>, table: Table, clock: Arc<dyn Clock>, http: reqwest::Client) -> Self {
        Self { vault, directory: Directory::new(table, clock.clone()), clock, http, cache: Mutex::default() }
    }

    /// The provider's client, to know its addresses or to ask in nobody's name; to ask for something there is
    /// [`Apps::github_for`].
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

    /// The providers that have an App connected, damaged ones included: what is wrong with one is told when it is used,
    /// and must not hide the others.
    ///
    /// # Errors
    /// When the table or the vault does not answer.
    pub async fn providers(&self) -> Result<Vec<Provider>, CredentialsError> {
        let listed = self.directory.list().await?;
        let mut found: Vec<Provider> = listed.iter().map(|one| one.slug.clone()).collect();
        // What an operator put into the template's own secrets by hand is connected too, though nobody told the table.
        for provider in Directory::well_known().filter(|slug| !listed.iter().any(|one| one.slug == *slug)) {
            match self.connected(&provider).await {
                Err(CredentialsError::NotConfigured(_)) => {}
                Err(error @ (CredentialsError::Vault(_) | CredentialsError::Budgets(_))) => return Err(error),
                Ok(_) | Err(CredentialsError::Malformed(..)) => found.push(provider),
            }
        }
        found.sort();
        Ok(found)
    }

    pub(crate) fn table(&self) -> &Table {
        self.directory.table()
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The process's client, for calls to others than a connected GitHub.
    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// The client for calls to `provider` that no App makes (OAuth): it trusts the provider's own certificate authority,
    /// if it has one.
    ///
    /// # Errors
    /// As [`Apps::github`].
    pub async fn http_of(&self, provider: &Provider) -> Result<reqwest::Client, CredentialsError> {
        Ok(self.connected(provider).await?.http)
    }

    /// After others were stored by this process: they are read again for the next call.
    pub async fn forget(&self, provider: &Provider) {
        self.directory.forget().await;
        self.cache.lock().await.forget(provider);
    }

    /// After GitHub refused the credentials: they are read again for the next call, but not more often than
    /// [`LEAST_GAP`] allows. Without this an import would be heeded only when [`LIFETIME`] is over.
    pub async fn after_refusal(&self, provider: &Provider) {
        self.cache.lock().await.distrust(provider, self.clock.now());
    }

    async fn connected(&self, provider: &Provider) -> Result<Connected, CredentialsError> {
        known(&self.directory, provider).await?;
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
        let http = match &credentials.private_ca {
            Some(pem) => http_client::build(Some(pem.as_bytes())).map_err(|error| malformed(error.to_string()))?,
            None => self.http.clone(),
        };
        let client = GitHub::new(http.clone(), &credentials, self.clock.clone())
            .map_err(|error| malformed(error.to_string()))?;
        Ok(Connected { stored, credentials: Arc::new(credentials), http, client })
    }
}
