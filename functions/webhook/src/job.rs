//! Which job a delivery hints at. Most deliveries of a busy organisation hint at none.

use covermark_github::webhook::{CiEvent, CiNews, Delivery, Event, PullRequestAction, QUEUE_PREFIX, queued_pull};
use covermark_state::jobs::{Hint, SyncJob, SyncMessage};
use covermark_types::{CommitSha, Provider, RepositoryId};

/// What a delivery comes to.
pub(crate) struct Asked {
    /// The message for the sync queue.
    pub(crate) message: SyncMessage,
    /// Whether it is of use only while somebody waits for the commit's CI; the commit's row knows.
    pub(crate) if_waited_for: bool,
    /// The context of a status: our own ones are echoes, and the commit's row knows them.
    pub(crate) context: Option<String>,
}

/// The message for the sync queue, if there is anything to make level.
pub(crate) fn of(provider: &Provider, delivery: &Delivery, event: &Event) -> Option<Asked> {
    let provider = provider.clone();
    let job = match event {
        Event::Installation { id, .. } => SyncJob::Installation { provider, installation: *id },
        Event::InstallationRepositories { installation, .. } => {
            SyncJob::InstallationRepositories { provider, installation: *installation }
        }
        Event::Repository { repository, installation, .. } => {
            SyncJob::Repository { provider, repository: repository.id, installation: *installation }
        }
        // Labels, assignments, reviews: nothing that a row or a verdict depends on.
        Event::PullRequest { action: PullRequestAction::Other, .. } => return None,
        Event::PullRequest { number, repository, installation, .. } => {
            SyncJob::Pull { provider, repository: repository.id, pull: *number, installation: *installation }
        }
        // A push moves no row of ours: heads of pull requests come with `pull_request`, reports name their own commit. A
        // merge queue's branch is the exception, for Apps that may not hear of `merge_group`.
        Event::Push { reference, after: Some(commit), repository, .. } => {
            let branch = reference.strip_prefix("refs/heads/").filter(|branch| branch.starts_with(QUEUE_PREFIX))?;
            queued(provider, repository.id, commit.clone(), branch.to_owned(), None)?
        }
        Event::Ci(event) => return ci(provider, delivery, event),
        // `Event` may learn of more than we act on.
        _ => return None,
    };
    Some(Asked { message: message(job, delivery), if_waited_for: false, context: None })
}

fn message(job: SyncJob, delivery: &Delivery) -> SyncMessage {
    SyncMessage { job, delivery: Some(delivery.id.clone()) }
}

fn ci(provider: Provider, delivery: &Delivery, event: &CiEvent) -> Option<Asked> {
    let (repository, commit) = (event.repository.id, event.commit.clone());
    // Nobody's App has no number, so two unknown ones are not the same.
    let ours = event.app.is_some() && event.app == delivery.target_id;
    let (job, if_waited_for, context) = match &event.news {
        // The end of our own runs is no news to us, and answering it would go round for ever.
        CiNews::Ended { .. } if ours => return None,
        CiNews::Ended { context } => {
            let job = SyncJob::Commit { provider, repository, commit, hint: Hint::CiEnded };
            (job, true, context.clone())
        }
        // GitHub asks only the App whose run it is; a repository's own hook hears of all of them.
        CiNews::Again if ours => (SyncJob::Commit { provider, repository, commit, hint: Hint::Again }, false, None),
        CiNews::Queued { branch, base } => {
            (queued(provider, repository, commit, branch.clone(), base.clone())?, false, None)
        }
        _ => return None,
    };
    Some(Asked { message: message(job, delivery), if_waited_for, context })
}

/// A commit of a merge queue, if its branch is named as those are.
fn queued(
    provider: Provider,
    repository: RepositoryId,
    commit: CommitSha,
    branch: String,
    base: Option<CommitSha>,
) -> Option<SyncJob> {
    queued_pull(&branch)?;
    Some(SyncJob::Queued { provider, repository, commit, branch, base })
}
