//! What is said about commits and pull requests: comments, commit statuses, check runs.

use covermark_types::{AccountId, CommitSha, PullNumber, Timestamp};
use serde_json::Value;

/// A comment on a pull request.
#[derive(Clone, Debug)]
pub struct Comment {
    /// GitHub's number of it.
    pub id: u64,
    /// Where it stands.
    pub pull: PullNumber,
    /// Who wrote it.
    pub author: AccountId,
    /// Whether the App wrote it.
    pub by_app: bool,
    /// Its Markdown.
    pub body: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last edited.
    pub updated_at: Timestamp,
}

/// A commit status: one line of one context. A later one of the same context hides it.
#[derive(Clone, Debug)]
pub struct CommitStatus {
    /// GitHub's number of it.
    pub id: u64,
    /// The commit.
    pub sha: CommitSha,
    /// `success`, `failure`, `error` or `pending`.
    pub state: String,
    /// What it speaks about.
    pub context: String,
    /// One sentence.
    pub description: Option<String>,
    /// Where to read more.
    pub target_url: Option<String>,
    /// Who set it.
    pub creator: AccountId,
    /// When.
    pub created_at: Timestamp,
}

/// A check run.
#[derive(Clone, Debug)]
pub struct CheckRun {
    /// GitHub's number of it.
    pub id: u64,
    /// The commit.
    pub head_sha: CommitSha,
    /// Its name.
    pub name: String,
    /// `queued`, `in_progress` or `completed`.
    pub status: String,
    /// How it ended.
    pub conclusion: Option<String>,
    /// The App's own mark.
    pub external_id: Option<String>,
    /// Where to read more.
    pub details_url: Option<String>,
    /// Its page: title.
    pub title: Option<String>,
    /// Its page: summary, Markdown.
    pub summary: Option<String>,
    /// Its page: the rest, Markdown.
    pub text: Option<String>,
    /// Annotations as they were sent, all requests together.
    pub annotations: Vec<Value>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}
