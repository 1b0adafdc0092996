//! The sync function. A job names what may have changed; the truth is read from GitHub and written with conditions, so
//! that lost, doubled or shuffled webhooks end in the same place. Lists are read to their end before anything that is
//! not on them is taken away.

mod commit;
mod error;
mod installation;
mod invoke;
mod pull;
mod reconcile;
mod repository;

use std::sync::Arc;

use covermark_service::credentials::Apps;
use covermark_state::{
    Table,
    jobs::{SyncJob, SyncMessage},
    queue::Queue,
    rows::delivery::DeliveryOutcome,
};
use covermark_types::{Clock, Fault as _, FaultClass, Provider};

pub use error::SyncError;
pub use invoke::{Lambda, invoke};

/// What the function works with.
pub struct Sync {
    /// Where the state is.
    pub table: Table,
    /// The connected Apps.
    pub apps: Arc<Apps>,
    /// Its own queue: a reconciliation hands each installation on as a job of its own.
    pub sync: Arc<dyn Queue>,
    /// Where commits go whose pull request was opened after their report came.
    pub feedback: Arc<dyn Queue>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Does one message's job. Can be done again at any time.
///
/// # Errors
/// Says whether trying again helps, and when.
pub async fn handle(app: &Sync, message: SyncMessage) -> Result<(), SyncError> {
    let done = level(app, &message.job).await;
    if let Err(error) = &done
        && error.class() == FaultClass::Unauthorized
    {
        app.apps.after_refusal(provider_of(&message.job)).await;
    }
    remember(app, &message, &done).await?;
    done
}

/// Makes what the job names level with GitHub.
///
/// # Errors
/// As [`handle`].
pub async fn level(app: &Sync, job: &SyncJob) -> Result<(), SyncError> {
    match job {
        SyncJob::Installation { provider, installation } => installation::level(app, provider, *installation).await,
        // The list is read with the installation's own row: it may have come to us before the installation's event did.
        SyncJob::InstallationRepositories { provider, installation } => {
            installation::level(app, provider, *installation).await
        }
        SyncJob::Repository { provider, repository, installation } => {
            repository::level(app, provider, *repository, *installation).await
        }
        SyncJob::Pull { provider, repository, pull, installation } => {
            pull::level(app, provider, *repository, *pull, *installation).await
        }
        SyncJob::Commit { provider, repository, commit, hint } => {
            commit::hinted(app, provider, *repository, commit, *hint).await
        }
        SyncJob::Queued { provider, repository, commit, branch, base } => {
            commit::queued(app, provider, *repository, commit, branch, base.as_ref()).await
        }
        SyncJob::Reconcile { provider } => reconcile::all(app, provider).await,
    }
}

fn provider_of(job: &SyncJob) -> &Provider {
    match job {
        SyncJob::Installation { provider, .. }
        | SyncJob::InstallationRepositories { provider, .. }
        | SyncJob::Repository { provider, .. }
        | SyncJob::Pull { provider, .. }
        | SyncJob::Commit { provider, .. }
        | SyncJob::Queued { provider, .. }
        | SyncJob::Reconcile { provider } => provider,
    }
}

/// Closes the delivery that caused the job: after success a redelivery is dropped, after a final failure it is done
/// again. A job that will be retried leaves it open.
async fn remember(app: &Sync, message: &SyncMessage, done: &Result<(), SyncError>) -> Result<(), SyncError> {
    let Some(delivery) = &message.delivery else { return Ok(()) };
    let outcome = match done {
        Ok(()) => DeliveryOutcome::Done,
        Err(error) if error.class() == FaultClass::Permanent => DeliveryOutcome::Failed,
        Err(_) => return Ok(()),
    };
    let now = app.clock.now();
    app.table.finish_delivery(provider_of(&message.job), delivery, outcome, now).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
