//! Check suites: what each App runs on a commit, seen from outside. Nothing is run.

use covermark_types::{CommitSha, Timestamp};

/// A check suite of an App other than the one under test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckSuite {
    /// GitHub's number of it.
    pub id: u64,
    /// The commit.
    pub head_sha: CommitSha,
    /// Whose it is: `github-actions`, …
    pub app: String,
    /// `queued`, `in_progress`, `completed`, `waiting`.
    pub status: String,
    /// How it ended.
    pub conclusion: Option<String>,
    /// How many check runs it has.
    pub runs: u64,
    /// Since when.
    pub created_at: Timestamp,
}
