//! Repositories by GitHub's id: one row through every rename and transfer, an index by name, one by installation.
//!
//! A former name stays as an alias row that leads to the id, until a repository of that very name is known.

use covermark_types::{AccountId, InstallationId, Provider, RepositoryId, RepositoryName, Timestamp};
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::Mirrored;
use crate::{
    Error, Table,
    table::{Condition, Item, Key, Query, Update, Written, item, key_text, number, row, text, without_nulls},
};

/// How many rows are written at once; a loopback or regional table answers in milliseconds.
const WRITES_AT_ONCE: usize = 16;

/// One repository as GitHub described it at `seen_at`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// Which GitHub.
    pub provider: Provider,
    /// GitHub's id, which stays through renames and transfers.
    pub id: RepositoryId,
    /// Its name now.
    pub name: RepositoryName,
    /// The account that owns it.
    pub owner_id: AccountId,
    /// The installation that covers it; `None` when the App does not.
    pub installation: Option<InstallationId>,
    /// Whether only members see it.
    pub private: bool,
    /// Whether it is archived.
    pub archived: bool,
    /// Whether it is a fork.
    pub fork: bool,
    /// The branch that pull requests are compared with when nothing else is said.
    pub default_branch: String,
    /// GitHub's `updated_at`.
    #[serde(with = "millisecond::required")]
    pub updated_at: Timestamp,
    /// The moment just before GitHub was asked.
    #[serde(with = "millisecond::required")]
    pub seen_at: Timestamp,
    /// Ours: when the App lost sight of it (removed from the installation, or deleted). Cleared by a newer put.
    #[serde(default, skip_serializing, with = "millisecond::optional")]
    pub removed_at: Option<Timestamp>,
    /// Ours: how often the row was written.
    #[serde(default, skip_serializing)]
    pub version: u64,
}

impl Repository {
    /// Whether GitHub said the same of it both times.
    fn same_as(&self, other: &Self) -> bool {
        let Self { seen_at: _, removed_at: _, version: _, .. } = self;
        let other = Self {
            seen_at: self.seen_at,
            version: self.version,
            name: other.name.clone(),
            default_branch: other.default_branch.clone(),
            provider: other.provider.clone(),
            ..*other
        };
        // Names are equal without regard to case; a change of case is a change to show.
        *self == other && self.name.to_string() == other.name.to_string() && self.removed_at.is_none()
    }
}

/// The partition of everything about one repository.
pub(crate) fn partition(provider: &Provider, id: RepositoryId) -> String {
    format!("REPO#{provider}#{id}")
}

fn key(provider: &Provider, id: RepositoryId) -> Key {
    Key::new(partition(provider, id), "REPO")
}

fn alias_key(provider: &Provider, id: RepositoryId, name: &RepositoryName) -> Key {
    Key::new(partition(provider, id), format!("NAME#{}", name.key()))
}

fn name_index(provider: &Provider, name: &RepositoryName) -> String {
    format!("NAME#{provider}#{}", name.key())
}

fn installation_index(provider: &Provider, installation: InstallationId) -> String {
    format!("INSTALLATION#{provider}#{installation}")
}

/// A former name.
#[derive(Serialize, Deserialize)]
struct Alias {
    id: RepositoryId,
    name: RepositoryName,
    #[serde(with = "millisecond::required")]
    until: Timestamp,
}

impl Table {
    /// Writes what GitHub says, unless the table holds something newer. A changed name moves the index and leaves the
    /// former name as an alias, in one transaction.
    ///
    /// # Errors
    /// When the table cannot be read or written.
    pub async fn put_repository(&self, repository: &Repository) -> Result<Mirrored, Error> {
        let known: Option<Repository> = self.get(&key(&repository.provider, repository.id)).await?;
        self.put_over(repository, known.as_ref()).await
    }

    /// Writes those of `repositories` that differ from what is known, and says how many were written. A reconcile of
    /// 10,000 unchanged repositories is 100 reads and no write.
    ///
    /// # Errors
    /// At the first failure; what was written before it stays, and a repeat goes on from there.
    pub async fn put_repositories(&self, repositories: &[Repository]) -> Result<usize, Error> {
        let keys: Vec<_> = repositories.iter().map(|r| key(&r.provider, r.id)).collect();
        let items = self.batch_get(&keys).await?;
        let known: Vec<Repository> = items.iter().map(row).collect::<Result<_, _>>()?;
        let known: std::collections::HashMap<_, _> = known.iter().map(|r| ((r.provider.as_str(), r.id), r)).collect();
        let writes = repositories.iter().filter_map(|repository| {
            let known = known.get(&(repository.provider.as_str(), repository.id)).copied();
            let changed = !known.is_some_and(|known| known.same_as(repository));
            changed.then(|| self.put_over(repository, known))
        });
        let writes: Vec<_> = writes.collect();
        futures::stream::iter(writes)
            .buffer_unordered(WRITES_AT_ONCE)
            .try_fold(0, |count, write| async move { Ok(count + usize::from(write.stored())) })
            .await
    }

    async fn put_over(&self, repository: &Repository, known: Option<&Repository>) -> Result<Mirrored, Error> {
        let Repository { provider, id, name, .. } = repository;
        let key = key(provider, *id);
        let update = repository_update(repository, &key)?;
        let write = match known.filter(|known| known.name != *name) {
            None => self.update(&key, update).await?.write,
            Some(former) => {
                let alias = Alias { id: *id, name: former.name.clone(), until: repository.seen_at };
                let alias_key = alias_key(provider, *id, &former.name);
                let mut alias = without_nulls(item(&alias_key, &alias)?);
                alias.insert("gsi1pk".to_owned(), text(name_index(provider, &former.name)));
                alias.insert("gsi1sk".to_owned(), text(format!("ALIAS#{id:020}", id = id.0)));
                let former_self = self::alias_key(provider, *id, name);
                let writes =
                    vec![self.updating(&key, update)?, self.putting(alias, None)?, self.deleting(&former_self, None)?];
                self.transact(writes).await?
            }
        };
        Ok(if write.applied() { Mirrored::Stored } else { Mirrored::Older })
    }

    /// One repository by id, also one that the App does not cover any more (`installation: None`).
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn repository(&self, provider: &Provider, id: RepositoryId) -> Result<Option<Repository>, Error> {
        self.get(&key(provider, id)).await
    }

    /// Those of `ids` that are known, in any order.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn repositories_by_id(
        &self,
        provider: &Provider,
        ids: &[RepositoryId],
    ) -> Result<Vec<Repository>, Error> {
        let keys: Vec<_> = ids.iter().map(|id| key(provider, *id)).collect();
        self.batch_get(&keys).await?.iter().map(row).collect()
    }

    /// The repository of that name, without regard to case; a former name leads to the repository that had it last.
    /// From an index: as of a moment ago.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn repository_by_name(
        &self,
        provider: &Provider,
        name: &RepositoryName,
    ) -> Result<Option<Repository>, Error> {
        let items = self.query_items(Query::index("gsi1", name_index(provider, name))).await?;
        let (rows, aliases): (Vec<Item>, Vec<Item>) =
            items.into_iter().partition(|item| key_text(item, "sk") == "REPO");
        let rows: Vec<Repository> = rows.iter().map(row).collect::<Result<_, _>>()?;
        // Two rows of one name: one was renamed or deleted and we have not heard yet. The one seen last has it.
        if let Some(newest) = rows.into_iter().max_by_key(|row| (row.installation.is_some(), row.seen_at)) {
            return Ok(Some(newest));
        }
        let aliases: Vec<Alias> = aliases.iter().map(row).collect::<Result<_, _>>()?;
        match aliases.into_iter().max_by_key(|alias| alias.until) {
            Some(alias) => self.repository(provider, alias.id).await,
            None => Ok(None),
        }
    }

    /// All repositories that an installation covers, by id. From an index: as of a moment ago.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn repositories_of(
        &self,
        provider: &Provider,
        installation: InstallationId,
    ) -> Result<Vec<Repository>, Error> {
        self.query(Query::index("gsi2", installation_index(provider, installation))).await
    }

    /// Takes a repository out of an installation; its history stays. Nothing happens (`Older`) when another
    /// installation covers it by now, or when it was seen after `seen_at`.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn remove_repository(
        &self,
        provider: &Provider,
        id: RepositoryId,
        installation: InstallationId,
        seen_at: Timestamp,
    ) -> Result<Mirrored, Error> {
        let ours = Condition::new("#installation = :installation AND #seen_at <= :seen")
            .value(":installation", number(installation))
            .value(":seen", number(seen_at.as_millisecond()));
        let written = self.update(&key(provider, id), removal(seen_at).when(ours)).await?;
        Ok(removed(&written))
    }

    /// Takes all repositories out of an installation that is gone, and says how many those were.
    ///
    /// # Errors
    /// At the first failure; a repeat goes on from there.
    pub async fn detach_repositories(
        &self,
        provider: &Provider,
        installation: InstallationId,
        seen_at: Timestamp,
    ) -> Result<usize, Error> {
        let rows = self.repositories_of(provider, installation).await?;
        let removals = rows.iter().map(|row| self.remove_repository(provider, row.id, installation, seen_at));
        let removals: Vec<_> = removals.collect();
        futures::stream::iter(removals)
            .buffer_unordered(WRITES_AT_ONCE)
            .try_fold(0, |count, removal| async move { Ok(count + usize::from(removal == Mirrored::Deleted)) })
            .await
    }
}

fn repository_update(repository: &Repository, key: &Key) -> Result<Update, Error> {
    let Repository { provider, id, name, .. } = repository;
    let newer = Condition::new(
        "attribute_not_exists(#pk) OR ((attribute_not_exists(#removed_at) OR #removed_at <= :seen) \
         AND (#updated_at < :updated OR (#updated_at = :updated AND #seen_at <= :seen)))",
    )
    .value(":updated", number(repository.updated_at.as_millisecond()))
    .value(":seen", number(repository.seen_at.as_millisecond()));
    let update = Update::merge(item(key, repository)?)
        .set("gsi1pk", text(name_index(provider, name)))
        .set("gsi1sk", text(format!("REPO#{:020}", id.0)))
        .remove("removed_at")
        .increment("version")
        .when(newer);
    Ok(match repository.installation {
        Some(installation) => update
            .set("gsi2pk", text(installation_index(provider, installation)))
            .set("gsi2sk", text(format!("{:020}", id.0))),
        None => update.remove("gsi2pk").remove("gsi2sk"),
    })
}

/// What every removal writes.
fn removal(seen_at: Timestamp) -> Update {
    let seen = number(seen_at.as_millisecond());
    let update = Update::default().set("removed_at", seen.clone()).set("seen_at", seen);
    update.remove("installation").remove("gsi2pk").remove("gsi2sk").increment("version")
}

fn removed(written: &Written) -> Mirrored {
    if written.write.applied() { Mirrored::Deleted } else { Mirrored::Older }
}
