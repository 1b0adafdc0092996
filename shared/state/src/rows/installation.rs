//! Installations of the App, each a mirror of GitHub's, and the tombstones of those that are gone.
//!
//! The newest truth wins by (`created_at`, deleted, `updated_at`, `seen_at`): within one life of an installation its
//! deletion beats every late event, and only a life that began later replaces a tombstone.

use std::collections::BTreeMap;

use covermark_types::{AccountId, AppId, InstallationId, Provider, Timestamp};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::Mirrored;
use crate::{
    Error, Table, Write,
    table::{Condition, Item, Key, Query, Update, item, number, row, text},
};

/// Which repositories of the account an installation covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Selection {
    /// All, also future ones.
    All,
    /// Those that were picked.
    Selected,
}

/// One installation as GitHub described it at `seen_at`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// Which GitHub.
    pub provider: Provider,
    /// GitHub's id.
    pub id: InstallationId,
    /// The App that is installed.
    pub app_id: AppId,
    /// The account's id, which stays when it is renamed.
    pub account_id: AccountId,
    /// The account's login.
    pub account: String,
    /// GitHub's word for the account: `Organization`, `User`, `Enterprise`.
    pub account_type: String,
    /// What it covers.
    pub selection: Selection,
    /// What was granted: permission → `read` | `write` | `admin`.
    pub permissions: BTreeMap<String, String>,
    /// The webhook events it gets.
    pub events: Vec<String>,
    /// When it was suspended, while it is.
    #[serde(default, with = "millisecond::optional")]
    pub suspended_at: Option<Timestamp>,
    /// GitHub's `created_at`: the beginning of this life of the installation.
    #[serde(with = "millisecond::required")]
    pub created_at: Timestamp,
    /// GitHub's `updated_at`.
    #[serde(with = "millisecond::required")]
    pub updated_at: Timestamp,
    /// The moment just before GitHub was asked (or, for a webhook's payload, when it came in).
    #[serde(with = "millisecond::required")]
    pub seen_at: Timestamp,
    /// Ours: when all its repositories were last compared. Not written by [`Table::put_installation`].
    #[serde(default, skip_serializing, with = "millisecond::optional")]
    pub reconciled_at: Option<Timestamp>,
    /// Ours: how often the row was written. Not written by [`Table::put_installation`].
    #[serde(default, skip_serializing)]
    pub version: u64,
}

fn key(provider: &Provider, id: InstallationId) -> Key {
    Key::new(format!("INSTALLATION#{provider}#{id}"), "INSTALLATION")
}

fn list(provider: &Provider) -> String {
    format!("INSTALLATIONS#{provider}")
}

impl Table {
    /// Writes what GitHub says, unless the table holds something newer. A tombstone yields only to what was seen after
    /// it: GitHub was asked again, and has the installation (again, or after all: a list that was read with another
    /// App's key must not bury ours for good).
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_installation(&self, installation: &Installation) -> Result<Mirrored, Error> {
        let key = key(&installation.provider, installation.id);
        let newer = Condition::new(
            "attribute_not_exists(#pk) OR (attribute_exists(#deleted_at) AND #seen_at < :seen) \
             OR (attribute_not_exists(#deleted_at) \
             AND (#updated_at < :updated OR (#updated_at = :updated AND #seen_at <= :seen)))",
        )
        .value(":updated", number(installation.updated_at.as_millisecond()))
        .value(":seen", number(installation.seen_at.as_millisecond()));
        let update = Update::merge(item(&key, installation)?)
            .set("gsi1pk", text(list(&installation.provider)))
            .set("gsi1sk", text(format!("{:020}", installation.id.0)))
            .remove("deleted_at")
            .increment("version")
            .when(newer);
        let written = self.update(&key, update).await?;
        Ok(match (written.write, written.old) {
            (Write::Applied, _) => Mirrored::Stored,
            (Write::Refused, Some(old)) if deleted(&old) => Mirrored::Deleted,
            (Write::Refused, _) => Mirrored::Older,
        })
    }

    /// Leaves a tombstone, unless the installation was seen after `seen_at`, the moment before GitHub was asked and did
    /// not have it. `Older`: it was; nothing was written.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn delete_installation(
        &self,
        provider: &Provider,
        id: InstallationId,
        seen_at: Timestamp,
    ) -> Result<Mirrored, Error> {
        let seen = number(seen_at.as_millisecond());
        let condition = Condition::new("attribute_not_exists(#pk) OR #seen_at <= :seen").value(":seen", seen.clone());
        let update = Update::default()
            .set("provider", text(provider.as_str()))
            .set("id", number(id))
            .set("deleted_at", seen.clone())
            .set("seen_at", seen)
            .remove("gsi1pk")
            .remove("gsi1sk")
            .increment("version")
            .when(condition);
        Ok(match self.update(&key(provider, id), update).await?.write {
            Write::Applied => Mirrored::Deleted,
            Write::Refused => Mirrored::Older,
        })
    }

    /// Notes that all repositories of an installation were compared with GitHub's list.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn set_installation_reconciled(
        &self,
        provider: &Provider,
        id: InstallationId,
        at: Timestamp,
    ) -> Result<Write, Error> {
        let there = Condition::new("attribute_exists(#pk) AND attribute_not_exists(#deleted_at)");
        let update = Update::default().set("reconciled_at", number(at.as_millisecond())).when(there);
        Ok(self.update(&key(provider, id), update).await?.write)
    }

    /// One installation; `None` when it is unknown or deleted.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn installation(&self, provider: &Provider, id: InstallationId) -> Result<Option<Installation>, Error> {
        let found = self.get_item(&key(provider, id)).await?;
        found.filter(|item| !deleted(item)).map(|item| row(&item)).transpose()
    }

    /// Those of `ids` that are known and not deleted, in the order given.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn installations_by_id(
        &self,
        provider: &Provider,
        ids: &[InstallationId],
    ) -> Result<Vec<Installation>, Error> {
        let keys: Vec<_> = ids.iter().map(|id| key(provider, *id)).collect();
        let items = self.batch_get(&keys).await?;
        let rows = items.iter().filter(|item| !deleted(item)).map(row::<Installation>);
        let mut rows: Vec<_> = rows.collect::<Result<_, _>>()?;
        rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
        Ok(rows)
    }

    /// All installations of a provider, by id, without the deleted ones. From an index: as of a moment ago.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn installations(&self, provider: &Provider) -> Result<Vec<Installation>, Error> {
        self.query(Query::index("gsi1", list(provider))).await
    }
}

fn deleted(item: &Item) -> bool {
    item.contains_key("deleted_at")
}
