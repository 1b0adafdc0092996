//! Repositories: branches, commits, pull requests and what was said about them.

use std::collections::{BTreeMap, BTreeSet};

use covermark_types::{AccountId, CommitSha, PullNumber, RepositoryId, Timestamp};

use super::{CheckRun, CheckSuite, Comment, CommitStatus, Pull, RepositoryHook, WorkflowRun};
use crate::git::Commit;

/// A repository with all that is in it.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Its number: stays through renames and transfers.
    pub id: RepositoryId,
    /// Whose it is.
    pub owner: AccountId,
    /// Its own name.
    pub name: String,
    /// `owner/name` it had before, which GitHub redirects.
    pub former_names: Vec<(String, String)>,
    /// Whether only its people see it.
    pub private: bool,
    /// The repository it was forked from.
    pub fork_of: Option<RepositoryId>,
    /// The branch that pull requests aim at.
    pub default_branch: String,
    /// Branch name to its tip.
    pub branches: BTreeMap<String, CommitSha>,
    /// All commits, those of pull requests from forks included.
    pub commits: BTreeMap<CommitSha, Commit>,
    /// Pull requests by number.
    pub pulls: BTreeMap<PullNumber, Pull>,
    /// Comments of all pull requests, oldest first.
    pub comments: Vec<Comment>,
    /// Commit statuses, oldest first.
    pub statuses: Vec<CommitStatus>,
    /// Check runs, oldest first.
    pub check_runs: Vec<CheckRun>,
    /// Check suites of other Apps, oldest first.
    pub check_suites: Vec<CheckSuite>,
    /// Workflow runs, oldest first.
    pub workflow_runs: Vec<WorkflowRun>,
    /// Webhooks of its own.
    pub hooks: Vec<RepositoryHook>,
    /// People from outside with access.
    pub collaborators: BTreeSet<AccountId>,
    /// The number that the next pull request or issue gets.
    pub next_number: u64,
    /// Since when.
    pub created_at: Timestamp,
    /// The last change of its description, name or owner.
    pub updated_at: Timestamp,
    /// The last push.
    pub pushed_at: Timestamp,
}

impl Repository {
    /// What a client may write where a commit is asked for: a branch, a full ref, a SHA or a prefix of one.
    #[must_use]
    pub fn resolve(&self, reference: &str) -> Option<&Commit> {
        let branch = reference.strip_prefix("refs/heads/").or_else(|| reference.strip_prefix("heads/"));
        if let Some(tip) = self.branches.get(branch.unwrap_or(reference)) {
            return self.commits.get(tip);
        }
        if reference.len() < 7 || !reference.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let wanted = reference.to_ascii_lowercase();
        self.commits.values().find(|commit| commit.sha.as_str().starts_with(&wanted))
    }

    /// The comments of one pull request, oldest first.
    #[must_use]
    pub fn comments_of(&self, pull: PullNumber) -> Vec<&Comment> {
        self.comments.iter().filter(|comment| comment.pull == pull).collect()
    }

    /// The latest status of each context at the commit, in the order in which contexts first appeared.
    #[must_use]
    pub fn latest_statuses(&self, sha: &CommitSha) -> Vec<&CommitStatus> {
        let mut latest: Vec<&CommitStatus> = Vec::new();
        for status in self.statuses.iter().filter(|status| status.sha == *sha) {
            match latest.iter_mut().find(|seen| seen.context == status.context) {
                Some(seen) => *seen = status,
                None => latest.push(status),
            }
        }
        latest
    }
}
