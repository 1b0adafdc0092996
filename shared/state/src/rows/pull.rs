//! Pull requests: GitHub's fields, and beside them what we have posted, which a refresh leaves alone.

use covermark_types::{CommitSha, Provider, PullNumber, RepositoryId, Timestamp};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::{Mirrored, cut, repository::partition};
use crate::{
    Error, Table, Write,
    table::{self, Condition, Key, Query, Update, item},
};

/// Bytes of a title that are kept.
const MAX_TITLE: usize = 1024;

/// Whether a pull request can still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PullState {
    /// It can.
    Open,
    /// Closed without a merge.
    Closed,
    /// Merged.
    Merged,
}

/// One pull request as GitHub described it at `seen_at`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    /// Which GitHub.
    pub provider: Provider,
    /// The repository that it asks to be merged into.
    pub repository: RepositoryId,
    /// Its number there.
    pub number: PullNumber,
    /// Its title, cut to 1,024 bytes.
    pub title: String,
    /// Its author's login; `None` for a deleted account.
    pub author: Option<String>,
    /// The newest commit of the proposed branch.
    pub head_sha: CommitSha,
    /// The proposed branch's name.
    pub head_ref: String,
    /// The repository of the proposed branch, another one for forks; `None` when that fork is gone.
    pub head_repository: Option<RepositoryId>,
    /// The tip of the branch to merge into, as GitHub had it when the pull request was last pushed to.
    pub base_sha: CommitSha,
    /// The branch to merge into.
    pub base_ref: String,
    /// Open, closed or merged.
    pub state: PullState,
    /// Whether it is a draft.
    pub draft: bool,
    /// GitHub's `updated_at`.
    #[serde(with = "millisecond::required")]
    pub updated_at: Timestamp,
    /// The moment just before GitHub was asked.
    #[serde(with = "millisecond::required")]
    pub seen_at: Timestamp,
    /// Ours: the comment that we keep on it. Not written by [`Table::put_pull`].
    #[serde(default, skip_serializing)]
    pub comment: Option<PullComment>,
    /// Ours: the commit that CI asked to compare with in place of the merge base. Not written by [`Table::put_pull`].
    #[serde(default, skip_serializing)]
    pub chosen_base: Option<CommitSha>,
    /// Ours: how often the row was written by [`Table::put_pull`].
    #[serde(default, skip_serializing)]
    pub version: u64,
}

/// What we have posted on a pull request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullComment {
    /// GitHub's id of our comment; `None` when making it was begun and nobody knows what came of that.
    pub id: Option<u64>,
    /// Digest of the body as posted: the same digest need not be posted again.
    pub digest: String,
    /// The commit that it speaks of.
    pub head: CommitSha,
    /// When it was posted.
    #[serde(with = "millisecond::required")]
    pub posted_at: Timestamp,
}

fn key(provider: &Provider, repository: RepositoryId, number: PullNumber) -> Key {
    Key::new(partition(provider, repository), format!("PULL#{:010}", number.0))
}

impl Table {
    /// Writes what GitHub says, unless the table holds something newer; our comment's fields stay.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_pull(&self, pull: &Pull) -> Result<Mirrored, Error> {
        let mut pull = pull.clone();
        cut(&mut pull.title, MAX_TITLE);
        let key = key(&pull.provider, pull.repository, pull.number);
        let newer = Condition::new(
            "attribute_not_exists(#pk) OR attribute_not_exists(#updated_at) OR #updated_at < :updated \
             OR (#updated_at = :updated AND #seen_at <= :seen)",
        )
        .value(":updated", table::number(pull.updated_at.as_millisecond()))
        .value(":seen", table::number(pull.seen_at.as_millisecond()));
        let update = Update::merge(item(&key, &pull)?).increment("version").when(newer);
        let written = self.update(&key, update).await?;
        Ok(if written.write.applied() { Mirrored::Stored } else { Mirrored::Older })
    }

    /// Remembers what was posted. Refused when the pull request is unknown, and when something posted later is
    /// remembered already.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn set_pull_comment(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        number: PullNumber,
        comment: &PullComment,
    ) -> Result<Write, Error> {
        let key = key(provider, repository, number);
        let value = serde_dynamo::to_attribute_value(comment)
            .map_err(|error| Error::Malformed { key: format!("{} {}", key.pk, key.sk), reason: error.to_string() })?;
        let later = Condition::new(
            "attribute_exists(#pk) AND (attribute_not_exists(#comment) OR #comment.#posted_at <= :posted)",
        )
        .value(":posted", table::number(comment.posted_at.as_millisecond()));
        Ok(self.update(&key, Update::default().set("comment", value).when(later)).await?.write)
    }

    /// Remembers the base that CI asked for; it stays until another is asked for. Refused when the pull request is
    /// unknown.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn choose_base(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        number: PullNumber,
        base: &CommitSha,
    ) -> Result<Write, Error> {
        let update = Update::default().set("chosen_base", table::text(base.as_str())).when(Condition::present());
        Ok(self.update(&key(provider, repository, number), update).await?.write)
    }

    /// The repository's pull requests with the highest numbers, at most `count`, the newest first.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn newest_pulls(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        count: u16,
    ) -> Result<Vec<Pull>, Error> {
        self.query(Query::table(partition(provider, repository)).starting("PULL#").newest(count)).await
    }

    /// One pull request with what we posted on it.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn pull(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        number: PullNumber,
    ) -> Result<Option<Pull>, Error> {
        self.get(&key(provider, repository, number)).await
    }
}
