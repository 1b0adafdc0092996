//! The dead letters: what was given up, of GitHub's deliveries and of both queues, in one list that a page shows and
//! that can be replayed.
//!
//! A job is written here when its last try has failed, with the reason. What killed its function too often, so that no
//! reason is known, is brought here from the queue's own dead letters. Replaying is done by `sync`, as a job of its own.

use std::{fmt, str::FromStr};

use covermark_types::{DeliveryId, InstallationId, Provider, RepositoryId, Timestamp};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{cut, ttl};
use crate::{
    Error, Table,
    table::{Condition, Key, Query, Update, item, number},
};

/// The most letters that are listed at once, newest first.
pub const MOST_LISTED: usize = 500;
/// The most rows that a listing reads: letters are small, memory is not endless.
const MOST_READ: usize = 10_000;
/// Bytes of a reason that are kept.
const MAX_WHY: usize = 1_000;
/// As long as SQS keeps its own.
const KEPT_SECONDS: i64 = 14 * 24 * 3600;
const PARTITION: &str = "DEADLETTERS";

/// Names a dead letter in addresses and jobs: up to 100 of `a-z`, `0-9`, `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LetterId(String);

impl LetterId {
    /// That of a delivery: one GUID is given up once.
    #[must_use]
    pub fn of_delivery(provider: &Provider, delivery: &DeliveryId) -> Self {
        Self(format!("delivery-{provider}-{delivery}"))
    }

    /// That of a job: the same job given up twice is one letter.
    #[must_use]
    pub fn of_job(queue: QueueName, body: &str) -> Self {
        let digest = Sha256::digest(body.as_bytes());
        Self(format!("{}-{}", queue.as_str(), hex::encode(&digest[..16])))
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LetterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for LetterId {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=100).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::unreadable(
                "the dead letter's id",
                "up to 100 lower-case letters, digits and dashes are expected",
            ))
        }
    }
}

impl TryFrom<String> for LetterId {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<LetterId> for String {
    fn from(id: LetterId) -> String {
        id.0
    }
}

/// One of our queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QueueName {
    /// What is to be made level with GitHub.
    Sync,
    /// Reports to read, verdicts to post.
    Feedback,
}

impl QueueName {
    /// `sync` or `feedback`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Feedback => "feedback",
        }
    }
}

/// What was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "lowercase")]
pub enum What {
    /// A delivery that GitHub could not hand over, however often it was asked for again.
    Delivery {
        /// Which GitHub.
        provider: Provider,
        /// Its GUID.
        delivery: DeliveryId,
        /// GitHub's id of the last attempt, to ask for it with.
        github_id: u64,
        /// GitHub's name of the event.
        event: String,
        /// The event's action, where it has one.
        #[serde(default)]
        action: Option<String>,
        /// The installation that it was for.
        #[serde(default)]
        installation: Option<InstallationId>,
        /// The repository that it is about.
        #[serde(default)]
        repository: Option<RepositoryId>,
    },
    /// A message of a queue.
    Job {
        /// Which queue.
        queue: QueueName,
        /// Its body, to be sent again as it is.
        body: String,
    },
}

/// A dead letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// Its id.
    pub id: LetterId,
    /// What was given up.
    #[serde(flatten)]
    pub what: What,
    /// Why: a sentence for operators, cut to 1,000 bytes.
    pub why: String,
    /// When it was given up, the last time.
    #[serde(with = "millisecond::required")]
    pub since: Timestamp,
    /// How often it was tried before that.
    pub attempts: u32,
    /// How often it was replayed. Kept when it is given up again.
    #[serde(default, skip_serializing)]
    pub replays: u32,
    /// When it was last replayed; while it is later than `since`, the replay is under way or did its work.
    #[serde(default, skip_serializing, with = "millisecond::optional")]
    pub replayed_at: Option<Timestamp>,
}

impl DeadLetter {
    /// Whether nothing is being done about it.
    #[must_use]
    pub fn lies(&self) -> bool {
        self.replayed_at.is_none_or(|at| at <= self.since)
    }
}

fn key(id: &LetterId) -> Key {
    Key::new(PARTITION, id.as_str())
}

impl Table {
    /// Writes a letter. One that was replayed and is given up again keeps its count of replays.
    ///
    /// # Errors
    /// When the table cannot be written, or the job's body is too large for a row.
    pub async fn bury(&self, letter: &DeadLetter) -> Result<(), Error> {
        let mut letter = letter.clone();
        cut(&mut letter.why, MAX_WHY);
        let key = key(&letter.id);
        let update = Update::merge(item(&key, &letter)?).set("ttl", number(ttl(letter.since, KEPT_SECONDS)));
        self.update(&key, update).await.map(drop)
    }

    /// One letter; `None` when it is not there (any more).
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn dead_letter(&self, id: &LetterId, now: Timestamp) -> Result<Option<DeadLetter>, Error> {
        self.get_live(&key(id), now).await
    }

    /// The letters that lie there and nothing is done about, those given up last first, at most [`MOST_LISTED`].
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn dead_letters(&self, now: Timestamp) -> Result<Vec<DeadLetter>, Error> {
        let items = self.query_items(Query::table(PARTITION).most(MOST_READ)).await?;
        let live = items.iter().filter(|item| crate::table::live(item, now));
        let mut letters: Vec<DeadLetter> = live.map(crate::table::row).collect::<Result<_, _>>()?;
        letters.retain(DeadLetter::lies);
        letters.sort_by_key(|letter| std::cmp::Reverse(letter.since));
        letters.truncate(MOST_LISTED);
        Ok(letters)
    }

    /// Notes that a letter is being replayed, which takes it off the list. Its row stays, so that what is given up again
    /// is known to have been replayed. `false` when it is not there.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn note_replay(&self, id: &LetterId, now: Timestamp) -> Result<bool, Error> {
        let update = Update::default()
            .set("replayed_at", number(now.as_millisecond()))
            .increment("replays")
            .when(Condition::present());
        Ok(self.update(&key(id), update).await?.write.applied())
    }

    /// Takes a letter off the list; one that is gone already is no error.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn unbury(&self, id: &LetterId) -> Result<(), Error> {
        self.delete(&key(id), None).await.map(drop)
    }
}
