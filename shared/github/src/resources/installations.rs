//! The App's installations (<https://docs.github.com/rest/apps/apps>).

use std::collections::BTreeMap;

use covermark_types::{AccountId, AppId, InstallationId, Timestamp};
use reqwest::Method;
use serde::Deserialize;

use crate::{
    client::GitHub,
    error::Error,
    lenient,
    page::{PER_PAGE, Page},
};

/// What kind of account it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum AccountKind {
    /// A person.
    User,
    /// An organisation.
    Organization,
    /// An App's own account, `SLUG[bot]`.
    Bot,
    /// An enterprise, or something newer than this list.
    #[default]
    #[serde(other)]
    Other,
}

/// A user, an organisation or an enterprise.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Account {
    /// Its id: stays through renames.
    pub id: AccountId,
    /// Its name in addresses.
    #[serde(alias = "slug")]
    pub login: String,
    /// What it is.
    #[serde(default, rename = "type", deserialize_with = "lenient::nullable")]
    pub kind: AccountKind,
}

/// Which of the account's repositories an installation covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// All of them, future ones too.
    All,
    /// Those that were chosen. Also what an unknown word reads as: the listing then says which.
    #[default]
    #[serde(other)]
    Selected,
}

/// An installation of the App on an account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Installation {
    /// Its id.
    pub id: InstallationId,
    /// The App.
    #[serde(default)]
    pub app_id: Option<AppId>,
    /// Whose it is; GitHub sends null for accounts that are being deleted.
    #[serde(default)]
    pub account: Option<Account>,
    /// All or chosen repositories.
    #[serde(default, rename = "repository_selection", deserialize_with = "lenient::nullable")]
    pub selection: Selection,
    /// What was granted, which may be less than the App asks for: name of a permission → `read` or `write`.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub permissions: BTreeMap<String, String>,
    /// The events that the App hears of there.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub events: Vec<String>,
    /// The page on GitHub where it is configured.
    #[serde(default)]
    pub html_url: Option<String>,
    /// When it was made.
    #[serde(default, deserialize_with = "lenient::time")]
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    #[serde(default, deserialize_with = "lenient::time")]
    pub updated_at: Option<Timestamp>,
    /// Since when it is suspended.
    #[serde(default, deserialize_with = "lenient::time")]
    pub suspended_at: Option<Timestamp>,
}

impl GitHub {
    /// One installation: `GET /app/installations/{id}`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it was removed (or is another App's).
    pub async fn installation(&self, id: InstallationId) -> Result<Installation, Error> {
        let request = self.request(Method::GET, &["app", "installations", &id.to_string()]);
        self.send_as_app(&request).await?.json()
    }

    /// A page (from 1) of all installations, 100 at a time: `GET /app/installations`.
    ///
    /// # Errors
    /// As every call to GitHub.
    pub async fn installations_page(&self, page: u32) -> Result<Page<Installation>, Error> {
        let request = self
            .request(Method::GET, &["app", "installations"])
            .query("per_page", PER_PAGE)
            .query("page", &page.to_string())
            .conditional();
        let reply = self.send_as_app(&request).await?;
        Page::of(reply.json()?, page, &reply)
    }
}
