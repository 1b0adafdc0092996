//! Which job a delivery hints at. Most deliveries of a busy organisation hint at none.

use covermark_github::webhook::{Delivery, Event, PullRequestAction};
use covermark_state::jobs::{SyncJob, SyncMessage};
use covermark_types::Provider;

/// The message for the sync queue, if there is anything to make level.
pub(crate) fn of(provider: &Provider, delivery: &Delivery, event: &Event) -> Option<SyncMessage> {
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
        // A push moves no row of ours: heads of pull requests come with `pull_request`, reports name their own commit.
        // `Event` may learn of more than we act on.
        _ => return None,
    };
    Some(SyncMessage { job, delivery: Some(delivery.id.clone()) })
}
