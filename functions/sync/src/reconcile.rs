//! Everything of a provider: what no webhook told, because it was lost or because the App was installed before its
//! credentials were here.

use std::{collections::HashSet, time::Duration};

use covermark_state::jobs::{Job as _, SyncJob, SyncMessage};
use covermark_types::{InstallationId, Provider};

use crate::{Sync, SyncError, installation};

/// Reads the list of installations to its end, then hands each on as a job of its own: ten thousand repositories do not
/// fit into one function's time. Installations that are not on the list are asked for one by one.
pub(crate) async fn all(app: &Sync, provider: &Provider) -> Result<(), SyncError> {
    let github = app.apps.github(provider).await?;
    let app_id = app.apps.credentials(provider).await?.app_id;
    let mut listed: HashSet<InstallationId> = HashSet::new();
    let mut next = Some(1);
    while let Some(page) = next {
        let seen_at = app.clock.now();
        let found = github.installations_page(page).await?;
        for one in &found.items {
            installation::store(app, provider, app_id, one, seen_at).await?;
            listed.insert(one.id);
        }
        next = found.next;
    }
    for known in app.table.installations(provider).await? {
        if !listed.contains(&known.id) {
            // Asked for by itself: one that slipped from a page to the next while the list was read is not gone.
            installation::level(app, provider, known.id).await?;
        }
    }
    for id in &listed {
        let job = SyncJob::InstallationRepositories { provider: provider.clone(), installation: *id };
        let message = SyncMessage { job, delivery: None };
        app.sync.send(&message.to_body()?, Duration::ZERO).await?;
    }
    tracing::info!(%provider, installations = listed.len(), "reconciled");
    Ok(())
}
