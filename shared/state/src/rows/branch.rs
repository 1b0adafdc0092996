//! The newest report of each branch: what a badge shows, and where a repository's page begins.

use covermark_types::{CommitSha, Provider, RepositoryId, Timestamp};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::{Totals, commit::CommitRow, repository::partition, ttl};
use crate::{
    Error, Table, Write,
    table::{Condition, Key, Update, item, key_text, number, row},
};

/// Bytes of a branch's name that a key holds; git's own limit is lower on every common file system.
const MAX_NAME: usize = 500;
/// Branches come and go; what nobody reported for half a year is forgotten.
const KEPT_SECONDS: i64 = 180 * 24 * 3600;

/// The newest report of a branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BranchReport {
    /// The branch, bare.
    pub branch: String,
    /// The commit.
    pub sha: CommitSha,
    /// The report's sums.
    pub totals: Totals,
    /// The blob key of the report, beside which the sums of its flags are.
    pub report: String,
    /// When the commit's first upload came: of two commits the later one is the branch's.
    #[serde(with = "millisecond::required")]
    pub reported_at: Timestamp,
}

impl BranchReport {
    /// What a commit says of a branch that it was reported for: nothing when it has no report, or holds what a fork
    /// uploaded, which must not speak for a branch.
    #[must_use]
    pub fn of(branch: &str, commit: &CommitRow) -> Option<Self> {
        if commit.from_forks > 0 || !(1..=MAX_NAME).contains(&branch.len()) {
            return None;
        }
        Some(Self {
            branch: branch.to_owned(),
            sha: commit.sha.clone(),
            totals: commit.totals?,
            report: commit.report.clone()?,
            reported_at: commit.created_at,
        })
    }
}

fn key(provider: &Provider, repository: RepositoryId, branch: &str) -> Key {
    Key::new(partition(provider, repository), format!("BRANCH#{branch}"))
}

impl Table {
    /// Remembers a branch's report. Refused when a later commit's is known.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_branch_report(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        report: &BranchReport,
    ) -> Result<Write, Error> {
        let key = key(provider, repository, &report.branch);
        let newest = Condition::new("attribute_not_exists(#pk) OR #reported_at <= :reported")
            .value(":reported", number(report.reported_at.as_millisecond()));
        let update =
            Update::merge(item(&key, report)?).set("ttl", number(ttl(report.reported_at, KEPT_SECONDS))).when(newest);
        Ok(self.update(&key, update).await?.write)
    }

    /// The newest report of a branch.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn branch_report(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        branch: &str,
    ) -> Result<Option<BranchReport>, Error> {
        if !(1..=MAX_NAME).contains(&branch.len()) {
            return Ok(None);
        }
        self.get(&key(provider, repository, branch)).await
    }

    /// The newest reports of one branch in each of several repositories; those without any are left out.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn branch_reports(
        &self,
        provider: &Provider,
        of: &[(RepositoryId, String)],
    ) -> Result<Vec<(RepositoryId, BranchReport)>, Error> {
        let named = of.iter().filter(|(_, branch)| (1..=MAX_NAME).contains(&branch.len()));
        let keys: Vec<_> =
            named.map(|(repository, branch)| (*repository, key(provider, *repository, branch))).collect();
        let wanted: Vec<Key> = keys.iter().map(|(_, key)| key.clone()).collect();
        let items = self.batch_get(&wanted).await?;
        let found = keys.iter().filter_map(|(repository, key)| {
            let item = items.iter().find(|item| key_text(item, "pk") == key.pk && key_text(item, "sk") == key.sk)?;
            Some(row(item).map(|report| (*repository, report)))
        });
        found.collect()
    }
}
