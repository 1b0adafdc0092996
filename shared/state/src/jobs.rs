//! What travels on the queues: ids only, versioned, small.
//!
//! A job names what may have changed; whoever takes it reads the truth. The body is JSON with `"v":1`; a version that
//! this build does not know is a permanent error, so it ends in the dead letters and not in a guess.

use covermark_types::{
    AccountId, CommitSha, DeliveryId, InstallationId, Provider, PullNumber, RepositoryId, Timestamp, UploadId, UserId,
};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    Error,
    rows::{dead_letter::LetterId, upload::UploadKey},
};

/// The version that this build writes and reads.
const VERSION: u32 = 1;
/// No job of ours comes near; what is longer was not written by us.
const MAX_BYTES: usize = 16 * 1024;

/// What the sync queue carries.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SyncMessage {
    /// What to bring level with GitHub.
    #[serde(flatten)]
    pub job: SyncJob,
    /// The delivery that asked for it, to be marked done or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
    /// When it was asked for, in epoch milliseconds. Whoever has read the truth since need not read it again: of many
    /// messages about one thing that wait at once, one is worked on. `None`: it is always worked on.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "millisecond::optional")]
    pub asked_at: Option<Timestamp>,
}

impl SyncMessage {
    /// A message that nobody's delivery asked for, and that is worked on whatever was read before.
    #[must_use]
    pub fn new(job: SyncJob) -> Self {
        Self { job, delivery: None, asked_at: None }
    }

    /// The same, as asked for at `now`.
    #[must_use]
    pub fn asked(self, now: Timestamp) -> Self {
        Self { asked_at: Some(now), ..self }
    }

    /// The same, on account of a delivery.
    #[must_use]
    pub fn of(self, delivery: DeliveryId) -> Self {
        Self { delivery: Some(delivery), ..self }
    }
}

/// Something of GitHub's that may have changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum SyncJob {
    /// An installation itself: there or gone, suspended, its permissions; and its repositories.
    Installation {
        /// Which GitHub.
        provider: Provider,
        /// Which installation.
        installation: InstallationId,
    },
    /// The rest of a list of an installation's repositories that was too long for one job.
    Listing {
        /// Which GitHub.
        provider: Provider,
        /// Which installation.
        installation: InstallationId,
        /// When the reading began.
        #[serde(with = "millisecond::required")]
        started_at: Timestamp,
    },
    /// Only the list of an installation's repositories.
    InstallationRepositories {
        /// Which GitHub.
        provider: Provider,
        /// Which installation.
        installation: InstallationId,
    },
    /// One repository: name, owner, default branch, there or gone.
    Repository {
        /// Which GitHub.
        provider: Provider,
        /// Which repository.
        repository: RepositoryId,
        /// The installation that the event named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        installation: Option<InstallationId>,
    },
    /// One pull request.
    Pull {
        /// Which GitHub.
        provider: Provider,
        /// Its repository.
        repository: RepositoryId,
        /// Its number.
        pull: PullNumber,
        /// The installation that the event named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        installation: Option<InstallationId>,
    },
    /// A commit whose CI went on, or that somebody wants to be judged again. Named unlike the feedback queue's job, so
    /// that neither can be taken for the other.
    #[serde(rename = "commit-hint")]
    Commit {
        /// Which GitHub.
        provider: Provider,
        /// Its repository.
        repository: RepositoryId,
        /// The commit.
        commit: CommitSha,
        /// What was heard.
        hint: Hint,
    },
    /// A pull request that entered a merge queue.
    Queued {
        /// Which GitHub.
        provider: Provider,
        /// Its repository.
        repository: RepositoryId,
        /// The commit that the queue made of it.
        commit: CommitSha,
        /// The queue's branch, bare.
        branch: String,
        /// The commit that the queue put it on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base: Option<CommitSha>,
    },
    /// Somebody may see more or less than before: what was remembered of it is not to be used any longer.
    Access {
        /// Which GitHub.
        provider: Provider,
        /// The person; `None` when it may be any member of the organisation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<UserId>,
        /// The organisation, where one is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        organization: Option<AccountId>,
        /// The installation on it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        installation: Option<InstallationId>,
    },
    /// A person took back what the App may do in their name.
    Revoked {
        /// Which GitHub.
        provider: Provider,
        /// Who.
        user: UserId,
    },
    /// Everything of a provider.
    Reconcile {
        /// Which GitHub.
        provider: Provider,
    },
    /// The App's deliveries: what failed is asked for again.
    Redeliver {
        /// Which GitHub.
        provider: Provider,
    },
    /// A dead letter that somebody wants to be tried again.
    Replay {
        /// Which.
        letter: LetterId,
    },
}

/// Why a commit may have to be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hint {
    /// Something of its CI ended. Matters only as long as somebody waits for that.
    CiEnded,
    /// A person asked for it: posted again even when nothing changed.
    Again,
}

/// What the feedback queue carries.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum FeedbackJob {
    /// A report was stored: read it, then do the commit.
    Upload {
        /// Which GitHub.
        provider: Provider,
        /// The repository.
        repository: RepositoryId,
        /// The commit.
        commit: CommitSha,
        /// The upload.
        upload: UploadId,
    },
    /// A commit's report or its pull request changed: judge and post again.
    Commit {
        /// Which GitHub.
        provider: Provider,
        /// The repository.
        repository: RepositoryId,
        /// The commit.
        commit: CommitSha,
    },
    /// The first upload of a commit was opened: its verdicts are shown as pending.
    Opened {
        /// Which GitHub.
        provider: Provider,
        /// The repository.
        repository: RepositoryId,
        /// The commit.
        commit: CommitSha,
    },
    /// Time has passed, or something of the commit's CI ended: look whether what is waited for has come.
    Wake {
        /// Which GitHub.
        provider: Provider,
        /// The repository.
        repository: RepositoryId,
        /// The commit.
        commit: CommitSha,
        /// When the message was to become visible, in epoch milliseconds: of several that are under way the one that
        /// the commit's row knows counts. `None` when GitHub told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<i64>,
    },
    /// A person asked for the commit's verdicts: they are posted again even when nothing changed.
    Again {
        /// Which GitHub.
        provider: Provider,
        /// The repository.
        repository: RepositoryId,
        /// The commit.
        commit: CommitSha,
    },
}

impl From<UploadKey> for FeedbackJob {
    /// The job of an upload whose report was stored.
    fn from(key: UploadKey) -> Self {
        let UploadKey { provider, repository, commit, upload } = key;
        Self::Upload { provider, repository, commit, upload }
    }
}

/// What can be put on a queue and read back.
pub trait Job: Serialize + DeserializeOwned {
    /// The message's body.
    ///
    /// # Errors
    /// Never for the jobs of this module; permanent if it did.
    fn to_body(&self) -> Result<String, Error> {
        serde_json::to_string(&Envelope { v: VERSION, job: self }).map_err(|error| Error::unreadable("the job", error))
    }

    /// Reads a message's body.
    ///
    /// # Errors
    /// Permanent: not JSON, another version, an unknown kind, an id that is none.
    fn from_body(body: &str) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Version {
            v: u32,
        }
        if body.len() > MAX_BYTES {
            let (size, limit) = (body.len() as u64, MAX_BYTES as u64);
            return Err(Error::TooLarge { what: "the job".to_owned(), size, limit });
        }
        let unreadable = |error| Error::unreadable("the job", error);
        let Version { v } = serde_json::from_str(body).map_err(unreadable)?;
        if v != VERSION {
            let reason = format!("it has version {v}, and this build knows {VERSION}");
            return Err(Error::unreadable("the job", reason));
        }
        serde_json::from_str::<Envelope<Self>>(body).map(|envelope| envelope.job).map_err(unreadable)
    }
}

impl SyncJob {
    /// Which GitHub it is about; `None` for what is about none.
    #[must_use]
    pub fn provider(&self) -> Option<&Provider> {
        match self {
            Self::Installation { provider, .. }
            | Self::Listing { provider, .. }
            | Self::InstallationRepositories { provider, .. }
            | Self::Repository { provider, .. }
            | Self::Pull { provider, .. }
            | Self::Commit { provider, .. }
            | Self::Queued { provider, .. }
            | Self::Access { provider, .. }
            | Self::Revoked { provider, .. }
            | Self::Reconcile { provider }
            | Self::Redeliver { provider } => Some(provider),
            Self::Replay { .. } => None,
        }
    }

    /// The installation that it names.
    #[must_use]
    pub fn installation(&self) -> Option<InstallationId> {
        match self {
            Self::Installation { installation, .. }
            | Self::Listing { installation, .. }
            | Self::InstallationRepositories { installation, .. } => Some(*installation),
            Self::Repository { installation, .. }
            | Self::Pull { installation, .. }
            | Self::Access { installation, .. } => *installation,
            _ => None,
        }
    }

    /// The repository that it names.
    #[must_use]
    pub fn repository(&self) -> Option<RepositoryId> {
        match self {
            Self::Repository { repository, .. }
            | Self::Pull { repository, .. }
            | Self::Commit { repository, .. }
            | Self::Queued { repository, .. } => Some(*repository),
            _ => None,
        }
    }
}

impl Job for SyncMessage {}
impl Job for FeedbackJob {}

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    v: u32,
    #[serde(flatten)]
    job: T,
}

#[cfg(test)]
mod tests;
