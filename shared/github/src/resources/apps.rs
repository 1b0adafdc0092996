//! The App itself (<https://docs.github.com/rest/apps/apps>).

use std::collections::BTreeMap;

use covermark_types::{AppId, Timestamp};
use reqwest::Method;
use serde::Deserialize;

use super::installations::{Account, AccountKind};
use crate::{client::GitHub, error::Error, lenient, manifest::AppOwner};

/// The App, as GitHub has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// Its name in addresses. Missing only on very old Enterprise Servers.
    #[serde(default)]
    pub slug: Option<String>,
    /// Its display name.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub name: String,
    /// Its client ID. Missing on older Enterprise Servers.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Whose it is.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub owner: Option<Account>,
    /// What it asks for: name of a permission → `read` or `write`.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub permissions: BTreeMap<String, String>,
    /// The webhook events it is subscribed to.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub events: Vec<String>,
    /// When GitHub answered, by its own clock.
    #[serde(skip)]
    pub answered_at: Option<Timestamp>,
}

impl App {
    /// Whose settings it is changed in; a person's own when GitHub does not say.
    #[must_use]
    pub fn owner(&self) -> AppOwner {
        match &self.owner {
            Some(owner) if owner.kind == AccountKind::Organization => AppOwner::Organization(owner.login.clone()),
            Some(owner) if owner.kind == AccountKind::Other => AppOwner::Enterprise(owner.login.clone()),
            _ => AppOwner::Personal,
        }
    }
}

impl GitHub {
    /// The App that the credentials belong to: `GET /app`.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] when the private key is not the App's.
    pub async fn app(&self) -> Result<App, Error> {
        let reply = self.send_as_app(&self.request(Method::GET, &["app"])).await?;
        Ok(App { answered_at: reply.date(), ..reply.json()? })
    }
}
