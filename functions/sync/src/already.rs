//! Whether a job's truth was read since it was asked for: of many messages about one thing that wait at once, one is
//! worked on.
//!
//! Nothing is marked when a message is sent, so nothing can be left marked. The event happened before it was asked for,
//! and whoever began to read after that has seen it.

use covermark_state::{
    jobs::{SyncJob, SyncMessage},
    rows::{reconcile::Reconciled, repository::Repository},
};
use covermark_types::{InstallationId, Provider, Timestamp};

use crate::{Sync, SyncError};

pub(crate) async fn is_level(app: &Sync, message: &SyncMessage) -> Result<bool, SyncError> {
    let Some(asked_at) = message.asked_at else { return Ok(false) };
    // To the millisecond, as rows keep it: what was read within the same one may have been read before.
    let since = |read: Option<Timestamp>| read.is_some_and(|read| read.as_millisecond() > asked_at.as_millisecond());
    Ok(match &message.job {
        SyncJob::Installation { provider, installation }
        | SyncJob::InstallationRepositories { provider, installation } => {
            since(installation_read_at(app, provider, *installation).await?)
        }
        SyncJob::Repository { provider, repository, installation } => {
            // A list that lacks a repository says nothing of where it went: only who saw it where the event says that it is
            // has read what the event was about.
            let there = |row: &Repository| {
                row.installation.is_some() && (installation.is_none() || row.installation == *installation)
            };
            since(app.table.repository(provider, *repository).await?.filter(there).map(|row| row.seen_at))
        }
        SyncJob::Pull { provider, repository, pull, .. } => {
            since(app.table.pull(provider, *repository, *pull).await?.map(|row| row.seen_at))
        }
        SyncJob::Reconcile { provider } => {
            let last = app.table.last_reconcile(provider, Reconciled::Provider).await?;
            since(last.and_then(|last| last.complete_at))
        }
        _ => false,
    })
}

/// When the last complete reading of an installation and all its repositories began.
async fn installation_read_at(
    app: &Sync,
    provider: &Provider,
    id: InstallationId,
) -> Result<Option<Timestamp>, SyncError> {
    let last = app.table.last_reconcile(provider, Reconciled::Installation(id)).await?;
    Ok(last.and_then(|last| last.complete_at))
}
