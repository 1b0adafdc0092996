//! One pull request.

use covermark_github::{Error as GitHubError, Permission, PullRequest, Resource};
use covermark_state::{
    jobs::{FeedbackJob, Job as _},
    rows::pull::{Pull, PullState},
};
use covermark_types::{DeliveryId, InstallationId, Provider, PullNumber, RepositoryId, Timestamp};

use crate::{Progress, Sync, SyncError, installation};

/// Reads the pull request and writes it; if the report of its head came before it, it gets its answer now.
pub(crate) async fn level(
    app: &Sync,
    provider: &Provider,
    repository: RepositoryId,
    number: PullNumber,
    hinted: Option<InstallationId>,
    delivery: Option<&DeliveryId>,
) -> Result<Progress, SyncError> {
    let mut known = app.table.repository(provider, repository).await?;
    if let (None, Some(installation)) = (&known, hinted) {
        // The pull request's event overtook the installation's.
        let read = installation::level(app, provider, installation, None).await?;
        known = app.table.repository(provider, repository).await?;
        // It may be on the part of a long list that the next job reads.
        if known.is_none() && read == Progress::HandedOn {
            return Err(SyncError::StillListing);
        }
    }
    let covered = known.and_then(|row| Some((row.installation?, row.name)));
    let Some((installation, name)) = covered else {
        tracing::info!(github_repository_id = %repository, "a pull request of a repository that no installation covers");
        return Ok(Progress::Done);
    };
    let github = app.github(provider, Some(installation)).await?;
    let permissions = [Permission::read(Resource::PullRequests)];
    let seen_at = app.clock.now();
    match github.repository_client(installation, repository, &name, &permissions).pull(number).await {
        Ok(found) => {
            let pull = row(provider, repository, &found, seen_at);
            let before = app.table.pull(provider, repository, number).await?;
            // Sent before it is written: what is written counts as read, so a message that comes again would end there.
            if !before.is_some_and(|before| is_judged_alike(&before, &pull)) {
                answer_early_report(app, &pull).await?;
            }
            app.table.put_pull(&pull).await?;
            Ok(Progress::Done)
        }
        // GitHub does not delete pull requests; the repository went, and its own job says so.
        Err(GitHubError::NotFound(_) | GitHubError::Suspended { .. }) => Ok(Progress::Done),
        // It may be gone, or we asked with another App's key: that is looked at, not believed. A token narrowed to a
        // repository that left the installation is refused as invalid.
        Err(error @ (GitHubError::InstallationGone { .. } | GitHubError::Rejected(_))) => {
            installation::level(app, provider, installation, delivery).await?;
            let still = app.table.repository(provider, repository).await?.and_then(|row| row.installation);
            match error {
                _ if still != Some(installation) => Ok(Progress::Done),
                GitHubError::InstallationGone { .. } => Err(SyncError::NoToken(error)),
                error => Err(error.into()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether nothing changed that a verdict depends on: an edited title is none of it.
fn is_judged_alike(before: &Pull, now: &Pull) -> bool {
    let ends = |pull: &Pull| (pull.head_sha.clone(), pull.base_sha.clone(), pull.base_ref.clone(), pull.state);
    ends(before) == ends(now)
}

async fn answer_early_report(app: &Sync, pull: &Pull) -> Result<(), SyncError> {
    if pull.state != PullState::Open {
        return Ok(());
    }
    let Pull { provider, repository, head_sha, .. } = pull;
    if app.table.commit(provider, *repository, head_sha).await?.is_some() {
        let job = FeedbackJob::Commit { provider: provider.clone(), repository: *repository, commit: head_sha.clone() };
        app.feedback.send(&job.to_body()?, std::time::Duration::ZERO).await?;
    }
    Ok(())
}

fn row(provider: &Provider, repository: RepositoryId, found: &PullRequest, seen_at: Timestamp) -> Pull {
    let state = match (found.state, found.merged_at) {
        (_, Some(_)) => PullState::Merged,
        (covermark_github::PullState::Open, None) => PullState::Open,
        (covermark_github::PullState::Closed, None) => PullState::Closed,
    };
    Pull {
        provider: provider.clone(),
        repository,
        number: found.number,
        title: found.title.clone(),
        author: found.user.as_ref().map(|user| user.login.clone()),
        head_sha: found.head.sha.clone(),
        head_ref: found.head.branch.clone(),
        head_repository: found.head.repository.as_ref().map(|repository| repository.id),
        base_sha: found.base.sha.clone(),
        base_ref: found.base.branch.clone(),
        state,
        draft: found.draft,
        updated_at: found.updated_at.unwrap_or(seen_at),
        seen_at,
        comment: None,
        chosen_base: None,
        version: 0,
    }
}
