//! The pull request: which one, and what its two ends are.

use covermark_github::{PullRequest, PullState, RepositoryClient};
use covermark_state::rows::{self, pull::Pull};
use covermark_types::{CommitSha, PullNumber, RepositoryId};
use serde::{Deserialize, Serialize};

use crate::{Feedback, FeedbackError, app::CommitKey};

/// The two ends of a pull request: as long as they stay, so do its diff, its base and its rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ends {
    pub(crate) head: CommitSha,
    pub(crate) base: CommitSha,
    pub(crate) base_branch: String,
    /// Whether the head is in another repository, or in one that is gone.
    pub(crate) fork: bool,
}

impl Ends {
    /// Where the rules are read: a fork's author must not choose those that the fork is judged by.
    pub(crate) fn rules_at(&self) -> &CommitSha {
        if self.fork { &self.base } else { &self.head }
    }

    pub(crate) fn of_row(pull: &Pull) -> Self {
        Self {
            head: pull.head_sha.clone(),
            base: pull.base_sha.clone(),
            base_branch: pull.base_ref.clone(),
            fork: pull.head_repository != Some(pull.repository),
        }
    }

    pub(crate) fn of_github(pull: &PullRequest) -> Self {
        let id = |branch: &covermark_github::PullBranch| branch.repository.as_ref().map(|repository| repository.id);
        Self {
            head: pull.head.sha.clone(),
            base: pull.base.sha.clone(),
            base_branch: pull.base.branch.clone(),
            fork: id(&pull.head).is_none() || id(&pull.head) != id(&pull.base),
        }
    }
}

/// The open pull request whose head is `sha`; of several one of the repository's own branches, since anybody can open
/// another from a fork, and the oldest.
pub(crate) async fn of_commit(
    client: &RepositoryClient,
    repository: RepositoryId,
    sha: &CommitSha,
) -> Result<Option<PullNumber>, FeedbackError> {
    let ours = |pull: &PullRequest| {
        let into_us = pull.base.repository.as_ref().is_none_or(|base| base.id == repository);
        pull.state == PullState::Open && pull.head.sha == *sha && into_us
    };
    let pulls = client.pulls_for_commit(sha).await?;
    let rank = |pull: &&PullRequest| (Ends::of_github(pull).fork, pull.number);
    Ok(pulls.iter().filter(|pull| ours(pull)).min_by_key(rank).map(|pull| pull.number))
}

/// Keeps a pull request that no webhook told us of: our comment's id needs a row to be kept in.
pub(crate) async fn remember(app: &Feedback, key: &CommitKey, pull: &PullRequest) -> Result<(), FeedbackError> {
    let now = app.clock.now();
    let state = match pull.state {
        PullState::Open => rows::pull::PullState::Open,
        PullState::Closed if pull.merged_at.is_some() => rows::pull::PullState::Merged,
        PullState::Closed => rows::pull::PullState::Closed,
    };
    let row = Pull {
        provider: key.provider.clone(),
        repository: key.repository,
        number: pull.number,
        title: pull.title.clone(),
        author: pull.user.as_ref().map(|user| user.login.clone()),
        head_sha: pull.head.sha.clone(),
        head_ref: pull.head.branch.clone(),
        head_repository: pull.head.repository.as_ref().map(|repository| repository.id),
        base_sha: pull.base.sha.clone(),
        base_ref: pull.base.branch.clone(),
        state,
        draft: pull.draft,
        updated_at: pull.updated_at.unwrap_or(now),
        seen_at: now,
        comment: None,
        chosen_base: None,
        version: 0,
    };
    app.table.put_pull(&row).await?;
    Ok(())
}
