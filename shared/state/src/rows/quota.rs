//! What a repository has used of what it may use: uploads of one commit, bytes of one day.
//!
//! Counters only. Each is one conditional write: of many uploads at once exactly as many get in as there is room for.
//! They end by themselves, and a limit that is lowered or raised holds for the next upload.

use std::fmt;

use covermark_types::{CommitSha, Provider, PullNumber, RepositoryId, Timestamp};

use super::{repository::partition, ttl};
use crate::{
    Error, Table, Write,
    table::{Condition, Key, Update, number},
};

/// A commit's counter is kept longer than anybody re-runs its jobs.
const COMMIT_SECONDS: i64 = 90 * 24 * 3600;
/// A day's counter is of use on that day, whatever the clocks.
const DAY_SECONDS: i64 = 3 * 24 * 3600;

/// What is counted together. Strangers have counters of their own, so that they cannot use up what the repository's own
/// jobs need; and test results do not use up what coverage needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purse {
    /// Coverage that the repository's own jobs upload.
    Own,
    /// Their test results.
    OwnTests,
    /// Coverage of those who show no secret.
    Strangers,
    /// Their test results.
    StrangersTests,
    /// All that one pull request of a fork uploads.
    Pull(PullNumber),
}

impl fmt::Display for Purse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => f.write_str("QUOTA"),
            Self::OwnTests => f.write_str("QUOTA#TESTS"),
            Self::Strangers => f.write_str("QUOTA#STRANGERS"),
            Self::StrangersTests => f.write_str("QUOTA#STRANGERS#TESTS"),
            Self::Pull(number) => write!(f, "QUOTA#PULL#{number}"),
        }
    }
}

impl Table {
    /// Counts one more upload of a commit. Refused when `most` are counted already.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn count_upload(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        (purse, commit): (Purse, &CommitSha),
        most: u64,
        now: Timestamp,
    ) -> Result<Write, Error> {
        let key = Key::new(partition(provider, repository), format!("{purse}#COMMIT#{commit}"));
        self.count(&key, 1, most, ttl(now, COMMIT_SECONDS)).await
    }

    /// Counts `bytes` to what a repository sent today (UTC). Refused when that would be more than `most`.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn count_bytes(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        (purse, bytes): (Purse, u64),
        most: u64,
        now: Timestamp,
    ) -> Result<Write, Error> {
        let day = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let key = Key::new(partition(provider, repository), format!("{purse}#DAY#{day}"));
        self.count(&key, bytes, most, ttl(now, DAY_SECONDS)).await
    }

    async fn count(&self, key: &Key, amount: u64, most: u64, ttl: i64) -> Result<Write, Error> {
        let Some(room) = most.checked_sub(amount) else { return Ok(Write::Refused) };
        let fits = Condition::new("attribute_not_exists(#used) OR #used <= :room").value(":room", number(room));
        let update = Update::default().add("used", amount).set("ttl", number(ttl)).when(fits);
        Ok(self.update(key, update).await?.write)
    }
}
