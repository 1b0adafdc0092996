//! The sync function. A job names what may have changed; the truth is read from GitHub and written with conditions, so
//! that lost, doubled or shuffled webhooks end in the same place. Lists are read to their end before anything that is
//! not on them is taken away.

mod access;
mod already;
mod commit;
mod error;
mod installation;
mod invoke;
mod letters;
mod listing;
mod pull;
mod reconcile;
mod redelivery;
mod remember;
mod repository;
mod tend;
mod wiring;

use std::{sync::Arc, time::Duration};

use covermark_github::GitHub;
use covermark_service::{credentials::Apps, repository_hooks::RepositoryHooks};
use covermark_state::{
    Table,
    jobs::{SyncJob, SyncMessage},
    queue::{Graves, Queue},
    rows::dead_letter::QueueName,
};
use covermark_types::{Clock, Fault as _, FaultClass, InstallationId, Provider};

pub use error::SyncError;
pub use invoke::{Lambda, invoke};
pub use tend::{Replays, Tended, tend};
pub use wiring::{ON_AWS, on_aws};

/// How long one job reads a list before it hands the rest on: well within the function's own two minutes.
pub const PATIENCE: Duration = Duration::from_secs(80);

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
    /// Where the queues put what they give up.
    pub graves: Vec<(QueueName, Arc<dyn Graves>)>,
    /// The webhooks of repositories' own, which end where the App's webhook reaches us; `None` where nobody has said where
    /// we are reached (the command line).
    pub hooks: Option<Arc<RepositoryHooks>>,
    /// How long one job may read a list: [`PATIENCE`].
    pub patience: Duration,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Whether a job is done, or its rest was sent on as a message of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Our state is level.
    Done,
    /// A further message does the rest, and ends the delivery.
    HandedOn,
}

/// Does one message's job. Can be done again at any time.
///
/// # Errors
/// Says whether trying again helps, and when.
pub async fn handle(app: &Sync, message: SyncMessage) -> Result<(), SyncError> {
    let done = work(app, &message).await;
    if let (Err(error), Some(provider)) = (&done, message.job.provider())
        && error.class() == FaultClass::Unauthorized
    {
        app.apps.after_refusal(provider).await;
    }
    if let Some(provider) = message.job.provider() {
        app.apps.keep_budgets(provider).await;
    }
    remember::outcome(app, &message, &done).await?;
    done.map(drop)
}

async fn work(app: &Sync, message: &SyncMessage) -> Result<Progress, SyncError> {
    if already::is_level(app, message).await? {
        tracing::debug!(job = ?message.job, "read since it was asked for");
        return Ok(Progress::Done);
    }
    level_for(app, message).await
}

/// Makes what the job names level with GitHub.
///
/// # Errors
/// As [`handle`].
pub async fn level(app: &Sync, job: &SyncJob) -> Result<Progress, SyncError> {
    level_for(app, &SyncMessage::new(job.clone())).await
}

async fn level_for(app: &Sync, message: &SyncMessage) -> Result<Progress, SyncError> {
    let delivery = message.delivery.as_ref();
    match &message.job {
        // The list is read with the installation's own row: it may have come to us before the installation's event did.
        SyncJob::Installation { provider, installation }
        | SyncJob::InstallationRepositories { provider, installation } => {
            return installation::level(app, provider, *installation, delivery).await;
        }
        SyncJob::Listing { provider, installation, started_at } => {
            return listing::go_on(app, provider, *installation, *started_at, delivery).await;
        }
        SyncJob::Repository { provider, repository, installation } => {
            return repository::level(app, provider, *repository, *installation, delivery).await;
        }
        SyncJob::Pull { provider, repository, pull, installation } => {
            return pull::level(app, provider, *repository, *pull, *installation, delivery).await;
        }
        SyncJob::Commit { provider, repository, commit, hint } => {
            commit::hinted(app, provider, *repository, commit, *hint).await?;
        }
        SyncJob::Queued { provider, repository, commit, branch, base } => {
            commit::queued(app, provider, *repository, commit, branch, base.as_ref()).await?;
        }
        SyncJob::Access { provider, user, organization, .. } => {
            access::changed(app, provider, *user, *organization).await?;
        }
        SyncJob::Revoked { provider, user } => access::revoked(app, provider, *user).await?,
        SyncJob::Reconcile { provider } => reconcile::all(app, provider).await?,
        SyncJob::Redeliver { provider } => return redelivery::look(app, provider).await,
        SyncJob::Replay { letter } => letters::replay(app, letter).await?,
    }
    Ok(Progress::Done)
}

impl Sync {
    /// The client of a provider's App; it knows before when it must not ask.
    async fn github(&self, provider: &Provider, installation: Option<InstallationId>) -> Result<GitHub, SyncError> {
        Ok(self.apps.github_for(provider, installation).await?)
    }
}

#[cfg(test)]
mod tests;
