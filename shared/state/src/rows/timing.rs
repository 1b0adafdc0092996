//! When a commit is judged: who has asked for it, until when somebody waits, which uploads it had in the end.
//!
//! Separate from the commit's own row, because it is written by every job and read for every hint of GitHub's; the
//! commit's row is written by version, and writers here must not be in those writers' way.

use std::collections::BTreeMap;

use covermark_types::{CommitSha, Provider, PullNumber, RepositoryId, Timestamp};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::{cut, ttl};
use crate::{
    Error, Table, Write,
    table::{Condition, Key, Update, item, number},
};

/// Kinds of uploads that are remembered: a repository with more has names that are made anew for every run.
const MAX_KEYS: usize = 1_000;
/// Bytes of one kind's name.
const MAX_KEY: usize = 256;
/// Contexts that are remembered.
const MAX_CONTEXTS: usize = 200;
/// The row outlives every use as a base: half a year.
const KEPT_SECONDS: i64 = 180 * 24 * 3600;

/// What is known of a commit's timing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// How often somebody asked for the commit to be judged. Who sees it grow during his own work goes on.
    #[serde(default)]
    pub asked: u64,
    /// Up to which of these somebody has done what was asked. Less than `asked` while nobody is known to have answered:
    /// whoever was at it may have died.
    #[serde(default)]
    pub answered: u64,
    /// When the one message that is under way for this commit becomes visible; past or absent when there is none.
    #[serde(default, with = "millisecond::optional")]
    pub wake_at: Option<Timestamp>,
    /// Whether the verdict was given on a set of uploads that nothing more is expected of. A later upload takes it back.
    #[serde(default)]
    pub concluded: bool,
    /// How many uploads were here when a run last ended.
    #[serde(default)]
    pub here: u32,
    /// How many it waited for, as far as that was known.
    #[serde(default)]
    pub missing: u32,
    /// When waiting ends; `None` when nothing is waited for.
    #[serde(default, with = "millisecond::optional")]
    pub until: Option<Timestamp>,
    /// The kinds of uploads that are here, each with its number. What the next commits are measured against.
    #[serde(default)]
    pub kinds: BTreeMap<String, u32>,
    /// Contexts that were posted on the commit: what GitHub says of those is our own echo.
    #[serde(default)]
    pub contexts: Vec<String>,
    /// The pull request that waits in a merge queue as this commit.
    #[serde(default)]
    pub queued: Option<Queued>,
}

/// What a commit in a merge queue stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queued {
    /// The queue's branch, bare: `gh-readonly-queue/main/pr-7-…`.
    pub branch: String,
    /// The pull request.
    pub pull: PullNumber,
    /// The commit that the queue put it on; `None` when nobody told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<CommitSha>,
    /// Since when it waits there.
    #[serde(with = "millisecond::required")]
    pub since: Timestamp,
}

/// What a run writes when it is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// As in [`Timing`].
    pub concluded: bool,
    /// As in [`Timing`].
    pub here: u32,
    /// As in [`Timing`].
    pub missing: u32,
    /// As in [`Timing`].
    pub until: Option<Timestamp>,
    /// As in [`Timing`]; cut to what a row holds.
    pub kinds: BTreeMap<String, u32>,
    /// As in [`Timing`]; cut to what a row holds.
    pub contexts: Vec<String>,
}

impl Timing {
    /// Whether somebody asked whom nobody has answered yet.
    #[must_use]
    pub fn is_owed(&self) -> bool {
        self.asked > self.answered
    }
}

fn key(provider: &Provider, repository: RepositoryId, sha: &CommitSha) -> Key {
    // A partition of its own: the webhook and upload functions may read and write these rows, and no other of the commit.
    Key::new(format!("TIMING#{provider}#{repository}#{sha}"), "TIMING")
}

impl Table {
    /// Notes that a commit is to be judged. Whoever cannot do it at once may go: who does it sees the note.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn ask_for_verdict(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        sha: &CommitSha,
        now: Timestamp,
    ) -> Result<(), Error> {
        let update = Update::default().increment("asked").set("ttl", number(ttl(now, KEPT_SECONDS)));
        self.update(&key(provider, repository, sha), update).await.map(drop)
    }

    /// Notes that everything up to the `asked`th time is done. Who was overtaken by a later run takes nothing back.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn answer_verdict(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        sha: &CommitSha,
        asked: u64,
    ) -> Result<(), Error> {
        let further = Condition::new("attribute_not_exists(#answered) OR #answered < :answered")
            .value(":answered", number(asked));
        let update = Update::default().set("answered", number(asked)).when(further);
        self.update(&key(provider, repository, sha), update).await.map(drop)
    }

    /// Notes that something is under way for a commit; [`Write::Applied`] for the first one only.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn announce_commit(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        sha: &CommitSha,
        now: Timestamp,
    ) -> Result<Write, Error> {
        let update =
            Update::default().increment("asked").set("ttl", number(ttl(now, KEPT_SECONDS))).when(Condition::absent());
        Ok(self.update(&key(provider, repository, sha), update).await?.write)
    }

    /// Notes that a commit is a pull request's place in a merge queue, and asks for its verdict. Who does not know the
    /// base takes nothing away from what one who knew it has written.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn queue_commit(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        sha: &CommitSha,
        queued: &Queued,
        now: Timestamp,
    ) -> Result<(), Error> {
        let key = key(provider, repository, sha);
        let value = serde_dynamo::to_attribute_value(queued)
            .map_err(|error| Error::Malformed { key: format!("{} {}", key.pk, key.sk), reason: error.to_string() })?;
        let first = Condition::new(if queued.base.is_some() {
            "attribute_not_exists(#queued.#base)"
        } else {
            "attribute_not_exists(#queued)"
        });
        let update = Update::default()
            .increment("asked")
            .set("queued", value)
            .set("ttl", number(ttl(now, KEPT_SECONDS)))
            .when(first);
        self.update(&key, update).await.map(drop)
    }

    /// Writes what a run came to; what was asked meanwhile stays asked.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn settle_verdict(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        sha: &CommitSha,
        settled: &Settled,
        now: Timestamp,
    ) -> Result<(), Error> {
        #[derive(Serialize)]
        struct Fields {
            concluded: bool,
            here: u32,
            missing: u32,
            #[serde(with = "millisecond::optional")]
            until: Option<Timestamp>,
            kinds: BTreeMap<String, u32>,
            contexts: Vec<String>,
        }
        let kinds = settled.kinds.iter().take(MAX_KEYS).map(|(name, count)| {
            let mut name = name.clone();
            cut(&mut name, MAX_KEY);
            (name, *count)
        });
        let contexts = settled.contexts.iter().take(MAX_CONTEXTS).cloned();
        let fields = Fields {
            concluded: settled.concluded,
            here: settled.here,
            missing: settled.missing,
            until: settled.until,
            kinds: kinds.collect(),
            contexts: contexts.collect(),
        };
        let key = key(provider, repository, sha);
        let update = Update::merge(item(&key, &fields)?).set("ttl", number(ttl(now, KEPT_SECONDS)));
        self.update(&key, update).await.map(drop)
    }

    /// Notes when the message that was just sent for a commit becomes visible.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn set_wake(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        sha: &CommitSha,
        wake_at: Timestamp,
    ) -> Result<(), Error> {
        let update = Update::default().set("wake_at", number(wake_at.as_millisecond()));
        self.update(&key(provider, repository, sha), update).await.map(drop)
    }

    /// What is known of a commit's timing, read consistently.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn timing(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        sha: &CommitSha,
    ) -> Result<Option<Timing>, Error> {
        self.get(&key(provider, repository, sha)).await
    }
}
