//! Workflow runs of GitHub Actions, as far as an App can read them. Nothing is run.

use covermark_types::{CommitSha, RepositoryId, Timestamp};

/// A workflow run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowRun {
    /// Its number, the same through all attempts.
    pub id: u64,
    /// What started it.
    pub event: String,
    /// `queued`, `in_progress` or `completed`.
    pub status: String,
    /// How it ended.
    pub conclusion: Option<String>,
    /// The commit that it is for.
    pub head_sha: CommitSha,
    /// Its branch, bare.
    pub head_branch: String,
    /// Where the branch is: another repository for forks. GitHub says null once that is gone.
    pub head_repository: RepositoryId,
    /// Since when.
    pub created_at: Timestamp,
    /// The last change.
    pub updated_at: Timestamp,
}
