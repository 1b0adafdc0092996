//! Where a complete set of credentials goes: the vault's two documents, then the table's list of providers.

use covermark_github::CredentialsDocument;
use covermark_service::credentials::{self, CredentialsError};
use covermark_state::{Table, rows::provider::ConnectedProvider, vault::Vault};
use covermark_types::{Provider, Timestamp};

/// Who stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// Whoever holds the one-time set-up code.
    SetupCode,
    /// The command line, with its own rights.
    CommandLine,
    /// An administrator, by their login.
    Administrator(String),
}

impl By {
    fn words(&self) -> String {
        match self {
            Self::SetupCode => "set-up code".to_owned(),
            Self::CommandLine => "command line".to_owned(),
            Self::Administrator(login) => login.clone(),
        }
    }
}

/// Stores a complete set for `provider`, in place of the one before. The provider is listed last, so that whoever finds it
/// finds its credentials too.
///
/// # Errors
/// When the vault or the table cannot be written. Storing again is safe.
pub async fn store(
    vault: &dyn Vault,
    table: &Table,
    provider: &Provider,
    document: &CredentialsDocument,
    by: &By,
    now: Timestamp,
) -> Result<ConnectedProvider, CredentialsError> {
    let app = &document.app;
    credentials::store(vault, provider, document, now).await?;
    let row = ConnectedProvider {
        slug: provider.clone(),
        web_url: app.endpoints.web.clone(),
        api_url: app.endpoints.api.clone(),
        app_slug: app.slug.clone(),
        app_id: app.app_id,
        client_id: app.client_id.clone(),
        private_ca: app.private_ca.is_some(),
        connected_at: now,
        connected_by: by.words(),
    };
    table.put_provider(&row).await?;
    tracing::info!(%provider, app = %app.app_id, by = %row.connected_by, "credentials were stored");
    Ok(row)
}
