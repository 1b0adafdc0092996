//! Installations of the App.

use std::collections::BTreeSet;

use covermark_types::{AccountId, InstallationId, RepositoryId, Timestamp};

use super::{Permissions, Repository};

/// Which repositories of the account an installation covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All, those of the future included.
    All,
    /// These.
    Selected(BTreeSet<RepositoryId>),
}

/// The App on an account.
#[derive(Clone, Debug)]
pub struct Installation {
    /// Its number.
    pub id: InstallationId,
    /// Where the App is installed.
    pub account: AccountId,
    /// On which repositories.
    pub selection: Selection,
    /// What the account granted.
    pub permissions: Permissions,
    /// The events it gets.
    pub events: Vec<String>,
    /// When and by whom it was suspended.
    pub suspended: Option<(Timestamp, AccountId)>,
    /// Since when.
    pub created_at: Timestamp,
    /// The last change.
    pub updated_at: Timestamp,
}

impl Installation {
    /// Whether the repository is one of its own.
    #[must_use]
    pub fn covers(&self, repository: &Repository) -> bool {
        repository.owner == self.account
            && match &self.selection {
                Selection::All => true,
                Selection::Selected(ids) => ids.contains(&repository.id),
            }
    }
}
