//! Everything of a provider: what no webhook told, because it was lost or because the App was installed before its
//! credentials were here.

use std::{collections::HashSet, time::Duration};

use covermark_github::GitHub;
use covermark_service::problem::Chain;
use covermark_state::{
    jobs::{Job as _, SyncJob, SyncMessage},
    rows::reconcile::{Counts, Outcome, Reconciled, Run},
};
use covermark_types::{InstallationId, Provider, Timestamp};

use crate::{Sync, SyncError, installation};

/// Reads the list of installations to its end, then hands each on as a job of its own: ten thousand repositories do not
/// fit into one function's time. Installations that are not on the list are asked for one by one.
pub(crate) async fn all(app: &Sync, provider: &Provider) -> Result<(), SyncError> {
    let github = app.github(provider, None).await?;
    let mut run = Run { started_at: app.clock.now(), outcome: Outcome::Running, counts: Counts::default() };
    show(app, provider, run, None).await?;
    let done = read(app, &github, provider, run.started_at, &mut run.counts).await;
    let why = done.as_ref().err().map(|error| Chain(error).to_string());
    run.outcome = if done.is_ok() { Outcome::Complete } else { Outcome::Failed };
    show(app, provider, run, why.as_deref()).await?;
    tracing::info!(%provider, installations = run.counts.installations, outcome = ?run.outcome, "reconciled");
    done?;
    retire_hooks(app, provider).await;
    Ok(())
}

/// Ends the webhooks of repositories' own where the App's webhook reaches us. What is told twice does no harm, so a failure
/// is left to the next reconciliation.
async fn retire_hooks(app: &Sync, provider: &Provider) {
    let Some(hooks) = &app.hooks else { return };
    match hooks.retire_covered(provider).await {
        Ok(0) => {}
        Ok(retired) => tracing::info!(%provider, retired, "repositories' own webhooks that are not needed any more"),
        Err(error) => {
            tracing::warn!(%provider, cause = %Chain(&error), "repositories' own webhooks were not looked at");
        }
    }
}

async fn show(app: &Sync, provider: &Provider, run: Run, why: Option<&str>) -> Result<(), SyncError> {
    app.table.note_reconcile(provider, Reconciled::Provider, run, why, app.clock.now()).await?;
    Ok(())
}

async fn read(
    app: &Sync,
    github: &GitHub,
    provider: &Provider,
    started_at: Timestamp,
    counts: &mut Counts,
) -> Result<(), SyncError> {
    let app_id = app.apps.credentials(provider).await?.app_id;
    let mut listed: HashSet<InstallationId> = HashSet::new();
    let mut next = Some(1);
    while let Some(page) = next {
        let seen_at = app.clock.now();
        let found = github.installations_page(page).await?;
        counts.calls += 1;
        for one in &found.items {
            installation::store(app, provider, app_id, one, seen_at).await?;
            listed.insert(one.id);
        }
        counts.installations = listed.len() as u64;
        next = found.next;
    }
    for known in app.table.installations(provider).await? {
        if !listed.contains(&known.id) {
            // Asked for by itself: one that slipped from a page to the next while the list was read is not gone.
            installation::level(app, provider, known.id, None).await?;
            counts.calls += 1;
            counts.removed += u64::from(app.table.installation(provider, known.id).await?.is_none());
        }
    }
    for id in &listed {
        let job = SyncJob::InstallationRepositories { provider: provider.clone(), installation: *id };
        app.sync.send(&SyncMessage::new(job).asked(started_at).to_body()?, Duration::ZERO).await?;
    }
    Ok(())
}
