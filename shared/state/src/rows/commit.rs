//! Commits that coverage was reported for: where the report is, its sums, and what was posted on the commit.
//!
//! The row is read, worked on and written by version: of two writers one gets [`CommitWrite::Conflict`], reads again and
//! works again. Nothing is merged here.

use std::collections::BTreeMap;

use covermark_types::{CommitSha, Provider, PullNumber, RepositoryId, Timestamp};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::{
    Totals,
    commit_parts::{Concluded, FlagRow},
    repository::partition,
};
use crate::{
    Error, Table, Write,
    table::{Condition, Key, item, number, row, without_nulls},
};

/// One commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitRow {
    /// Which GitHub.
    pub provider: Provider,
    /// The repository that it was reported to.
    pub repository: RepositoryId,
    /// The commit.
    pub sha: CommitSha,
    /// The branch that the uploads named.
    pub branch: Option<String>,
    /// The pull request that the uploads named, or that GitHub knows the commit from.
    pub pull: Option<PullNumber>,
    /// The commit before it, as the uploads named it.
    pub parent: Option<CommitSha>,
    /// The blob key of the merged report.
    pub report: Option<String>,
    /// The merged report's sums.
    pub totals: Option<Totals>,
    /// How many uploads are in the report.
    pub uploads: u32,
    /// How many of them came from forks without a secret. With any of those in it the report is no base for others:
    /// [`Table::reports_of`] leaves it out.
    #[serde(default)]
    pub from_forks: u32,
    /// Whether all that the row says of branch, pull request, parent and `complete_at` was said by forks alone.
    #[serde(default)]
    pub by_fork: bool,
    /// When CI said that no more uploads will come; an upload that comes later is counted all the same.
    #[serde(default, with = "millisecond::optional")]
    pub complete_at: Option<Timestamp>,
    /// What was decided when CI said that the commit needs no coverage.
    #[serde(default)]
    pub empty_upload: Option<EmptyUpload>,
    /// The flags of the uploads in the report, sorted; bounded by [`super::commit_parts::bounded`].
    #[serde(default)]
    pub flags: Vec<FlagRow>,
    /// What was known when the verdict was given; `None` while it is waited for.
    #[serde(default)]
    pub concluded: Option<Concluded>,
    /// The version that was read; 0 for a row that is not there yet. [`Table::put_commit`] writes the next one.
    pub version: u64,
    /// Statuses as last posted on the commit.
    pub posted: Option<Posted>,
    /// When the first upload came.
    #[serde(with = "millisecond::required")]
    pub created_at: Timestamp,
    /// When the row was last changed.
    #[serde(with = "millisecond::required")]
    pub updated_at: Timestamp,
}

impl CommitRow {
    /// A commit of which nothing is known but that uploads come for it.
    #[must_use]
    pub fn new(provider: Provider, repository: RepositoryId, sha: CommitSha, now: Timestamp) -> Self {
        Self {
            provider,
            repository,
            sha,
            branch: None,
            pull: None,
            parent: None,
            report: None,
            totals: None,
            uploads: 0,
            from_forks: 0,
            by_fork: false,
            complete_at: None,
            empty_upload: None,
            flags: Vec::new(),
            concluded: None,
            version: 0,
            posted: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// Makes room for what the repository's own jobs say: what only forks have said is forgotten.
    pub fn forget_forks(&mut self) {
        if self.by_fork {
            (self.branch, self.pull, self.parent, self.complete_at) = (None, None, None, None);
            self.by_fork = false;
        }
    }

    /// Whether a fork may say anything of the commit: nobody else has.
    #[must_use]
    pub fn hears_forks(&self) -> bool {
        let said = self.branch.is_some() || self.pull.is_some() || self.parent.is_some() || self.complete_at.is_some();
        self.by_fork || !(said || self.empty_upload.is_some())
    }
}

/// What was decided about a commit for which CI uploaded nothing on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EmptyUpload {
    /// Nothing that the pull request changes can be tested: its verdicts pass.
    Passed,
    /// CI insisted: its verdicts pass.
    Forced,
    /// It changes files that can be tested: its verdicts fail.
    Failed,
}

/// What was posted on a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// Status context → digest of the status as posted.
    pub statuses: BTreeMap<String, String>,
    /// Name → check run as posted.
    #[serde(default)]
    pub checks: BTreeMap<String, PostedCheck>,
    /// Whether check runs may be there that `checks` does not know: the process may have ended between making and noting.
    #[serde(default)]
    pub checks_begun: bool,
    /// Digest of the uploads that what was posted speaks of; empty when nothing was.
    #[serde(default)]
    pub evidence: String,
    /// Codes of the reasons for which something was not posted.
    #[serde(default)]
    pub skipped: Vec<String>,
    /// When.
    #[serde(with = "millisecond::required")]
    pub at: Timestamp,
}

/// A check run that we made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostedCheck {
    /// GitHub's id of it.
    pub id: u64,
    /// Digest of what it says.
    pub digest: String,
    /// Digest of its annotations; empty when it has none.
    #[serde(default)]
    pub annotations: String,
    /// Whether it has a conclusion.
    #[serde(default)]
    pub concluded: bool,
}

/// What became of a commit's write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitWrite {
    /// Written; the row now has this version.
    Written(u64),
    /// Somebody else wrote since it was read: read again.
    Conflict,
}

fn key(provider: &Provider, repository: RepositoryId, sha: &CommitSha) -> Key {
    Key::new(partition(provider, repository), format!("COMMIT#{sha}"))
}

impl Table {
    /// Writes a commit if it still has the version that was read.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_commit(&self, commit: &CommitRow) -> Result<CommitWrite, Error> {
        let unchanged = match commit.version {
            0 => Condition::absent(),
            read => Condition::new("#version = :read").value(":read", number(read)),
        };
        let key = key(&commit.provider, commit.repository, &commit.sha);
        let version = commit.version.saturating_add(1);
        let mut item = without_nulls(item(&key, commit)?);
        item.insert("version".to_owned(), number(version));
        Ok(match self.put(item, Some(unchanged)).await? {
            Write::Applied => CommitWrite::Written(version),
            Write::Refused => CommitWrite::Conflict,
        })
    }

    /// One commit.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn commit(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        sha: &CommitSha,
    ) -> Result<Option<CommitRow>, Error> {
        self.get(&key(provider, repository, sha)).await
    }

    /// Those of `shas` that have a report which may be a base, in the order given: the first is the nearest ancestor with a report when
    /// `shas` are a commit's ancestors. One call for 100 of them. Reports with uploads of forks in them are left out: what
    /// a stranger's pull request said must not be what others are measured against once it is merged.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn reports_of(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        shas: &[CommitSha],
    ) -> Result<Vec<CommitRow>, Error> {
        let keys: Vec<_> = shas.iter().map(|sha| key(provider, repository, sha)).collect();
        let items = self.batch_get(&keys).await?;
        let rows: Vec<CommitRow> = items.iter().map(row).collect::<Result<_, _>>()?;
        let mut rows: std::collections::HashMap<_, _> = rows
            .into_iter()
            .filter(|row| row.totals.is_some() && row.from_forks == 0)
            .map(|row| (row.sha.clone(), row))
            .collect();
        Ok(shas.iter().filter_map(|sha| rows.remove(sha)).collect())
    }
}
