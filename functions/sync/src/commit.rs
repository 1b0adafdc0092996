//! What was heard of a commit is handed on to `feedback`, which asks GitHub for the truth when it judges.

use std::time::Duration;

use covermark_github::webhook::queued_pull;
use covermark_state::{
    jobs::{FeedbackJob, Hint, Job as _},
    rows::timing::Queued,
};
use covermark_types::{CommitSha, Provider, RepositoryId};

use crate::{Sync, SyncError};

/// Something of the commit's CI ended, or a person wants its verdicts again.
pub(crate) async fn hinted(
    app: &Sync,
    provider: &Provider,
    repository: RepositoryId,
    sha: &CommitSha,
    hint: Hint,
) -> Result<(), SyncError> {
    let (provider, commit) = (provider.clone(), sha.clone());
    let job = match hint {
        Hint::CiEnded => FeedbackJob::Wake { provider, repository, commit, at: None },
        Hint::Again => FeedbackJob::Again { provider, repository, commit },
    };
    Ok(app.feedback.send(&job.to_body()?, Duration::ZERO).await?)
}

/// A pull request entered a merge queue as this commit: it is remembered as such, and its verdicts are shown as pending.
pub(crate) async fn queued(
    app: &Sync,
    provider: &Provider,
    repository: RepositoryId,
    sha: &CommitSha,
    branch: &str,
    base: Option<&CommitSha>,
) -> Result<(), SyncError> {
    let covered = app.table.repository(provider, repository).await?.is_some_and(|row| row.installation.is_some());
    let Some(pull) = queued_pull(branch).filter(|_| covered) else {
        tracing::info!(github_repository_id = %repository, branch, "a queue that is none of ours");
        return Ok(());
    };
    let now = app.clock.now();
    let queued = Queued { branch: branch.to_owned(), pull, base: base.cloned(), since: now };
    app.table.queue_commit(provider, repository, sha, &queued, now).await?;
    let job = FeedbackJob::Wake { provider: provider.clone(), repository, commit: sha.clone(), at: None };
    Ok(app.feedback.send(&job.to_body()?, Duration::ZERO).await?)
}
