//! Pull requests.

use covermark_types::{AccountId, CommitSha, PullNumber, RepositoryId, Timestamp};

/// Whether a pull request is still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullState {
    /// Waiting.
    Open,
    /// Ended, merged or not.
    Closed,
}

/// One end of a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The repository of the branch: another one when the pull request comes from a fork.
    pub repository: RepositoryId,
    /// The branch.
    pub branch: String,
    /// The commit it is at.
    pub sha: CommitSha,
}

/// A pull request.
#[derive(Clone, Debug)]
pub struct Pull {
    /// GitHub's id; the number is for people.
    pub id: u64,
    /// Its number in the repository.
    pub number: PullNumber,
    /// Its title.
    pub title: String,
    /// Its description.
    pub body: Option<String>,
    /// Who opened it.
    pub author: AccountId,
    /// Where it is to go.
    pub base: Head,
    /// What it brings.
    pub head: Head,
    /// Open or closed.
    pub state: PullState,
    /// Whether it was merged.
    pub merged_at: Option<Timestamp>,
    /// The commit that merged it.
    pub merge_commit: Option<CommitSha>,
    /// Not ready for review.
    pub draft: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// The last change, comments included.
    pub updated_at: Timestamp,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
    /// When set, the diff is answered with GitHub's "too large" error.
    pub diff_too_large: bool,
}
