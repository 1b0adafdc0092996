//! What the people of a repository have switched on and off on its settings page. A repository without a row has
//! everything on.

use covermark_types::{Provider, RepositoryId, Timestamp};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::repository::partition;
use crate::{
    Error, Table, Write,
    table::{Condition, Key, item, number, without_nulls},
};

/// The settings of one repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositorySettings {
    /// Whether the comment is written on pull requests.
    #[serde(default = "on")]
    pub comment: bool,
    /// Whether commit statuses are set.
    #[serde(default = "on")]
    pub statuses: bool,
    /// Whether check runs are made.
    #[serde(default = "on")]
    pub checks: bool,
    /// What an address must carry that shows the badge of a private repository; `None` until somebody asked for one. It
    /// opens a percentage and nothing else, and is shown on the settings page again and again, so it is kept as it is.
    #[serde(default)]
    pub badge_token: Option<String>,
    /// Who changed them last.
    #[serde(default)]
    pub changed_by: Option<String>,
    /// When they were last changed.
    #[serde(default, with = "millisecond::optional")]
    pub changed_at: Option<Timestamp>,
    /// The version that was read; 0 for a row that is not there yet.
    #[serde(default)]
    pub version: u64,
}

fn on() -> bool {
    true
}

impl Default for RepositorySettings {
    fn default() -> Self {
        Self {
            comment: true,
            statuses: true,
            checks: true,
            badge_token: None,
            changed_by: None,
            changed_at: None,
            version: 0,
        }
    }
}

fn key(provider: &Provider, repository: RepositoryId) -> Key {
    Key::new(partition(provider, repository), "SETTINGS")
}

impl Table {
    /// The repository's settings; the defaults when nobody has changed any.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn repository_settings(
        &self,
        provider: &Provider,
        repository: RepositoryId,
    ) -> Result<RepositorySettings, Error> {
        Ok(self.get(&key(provider, repository)).await?.unwrap_or_default())
    }

    /// Writes them if they still have the version that was read. Refused when somebody else changed them meanwhile.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_repository_settings(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        settings: &RepositorySettings,
    ) -> Result<Write, Error> {
        let unchanged = match settings.version {
            0 => Condition::absent(),
            read => Condition::new("#version = :read").value(":read", number(read)),
        };
        let key = key(provider, repository);
        let mut item = without_nulls(item(&key, settings)?);
        item.insert("version".to_owned(), number(settings.version.saturating_add(1)));
        self.put(item, Some(unchanged)).await
    }
}
