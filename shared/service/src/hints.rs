//! Which job a delivery hints at. Most deliveries of a busy organisation hint at none.
//!
//! Shared by `webhook`, which takes deliveries in, and `sync`, which reads those from GitHub that could not come in.

use covermark_github::webhook::{
    AccessEvent, CiEvent, CiNews, Delivery, Event, PullRequestAction, QUEUE_PREFIX, ReferenceEvent, queued_pull,
};
use covermark_state::jobs::{Hint, SyncJob};
use covermark_types::{CommitSha, Provider, RepositoryId};

/// What a delivery comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hinted {
    /// What may have changed.
    pub job: SyncJob,
    /// Whether it is of use only while somebody waits for the commit's CI; the commit's row knows.
    pub if_waited_for: bool,
    /// The context of a status: our own ones are echoes, and the commit's row knows them.
    pub context: Option<String>,
}

/// The job for `sync`, if there is anything to make level.
#[must_use]
pub fn of(provider: &Provider, delivery: &Delivery, event: &Event) -> Option<Hinted> {
    if let Event::Ci(event) = event {
        return ci(provider.clone(), delivery, event);
    }
    let job = job(provider.clone(), event)?;
    Some(Hinted { job, if_waited_for: false, context: None })
}

fn job(provider: Provider, event: &Event) -> Option<SyncJob> {
    Some(match event {
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
        Event::Push { reference, after, created, repository, default_branch, installation, .. } => {
            let branch = reference.branch()?;
            // A push moves no row of ours: heads of pull requests come with `pull_request`, reports name their own
            // commit. A merge queue's branch is an exception, for Apps that may not hear of `merge_group`; so is the
            // first push to an empty repository, which gives it its default branch.
            if branch.starts_with(QUEUE_PREFIX) {
                queued(provider, repository.id, after.clone()?, branch.to_owned(), None)?
            } else if *created && default_branch.as_deref() == Some(branch) {
                SyncJob::Repository { provider, repository: repository.id, installation: *installation }
            } else {
                return None;
            }
        }
        Event::Reference(event) => branch(provider, event)?,
        Event::Access(event) => access(provider, event),
        Event::Revoked { user } => SyncJob::Revoked { provider, user: *user },
        Event::HookDeleted { repository, .. } => {
            SyncJob::Repository { provider, repository: (*repository)?, installation: None }
        }
        // `Event` may learn of more than we act on.
        _ => return None,
    })
}

/// Branches have no rows of their own, whatever their number; which of them is the default one is the repository's.
fn branch(provider: Provider, event: &ReferenceEvent) -> Option<SyncJob> {
    let (repository, installation) = (event.repository.id, event.installation);
    event.is_default_branch().then_some(SyncJob::Repository { provider, repository, installation })
}

fn access(provider: Provider, event: &AccessEvent) -> SyncJob {
    match event.installation {
        // The organisation has another name, or is gone: its installation and the names of all its repositories follow.
        Some(installation) if event.account_changed => SyncJob::Installation { provider, installation },
        installation => SyncJob::Access { provider, user: event.user, organization: event.organization, installation },
    }
}

fn ci(provider: Provider, delivery: &Delivery, event: &CiEvent) -> Option<Hinted> {
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
    Some(Hinted { job, if_waited_for, context })
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
