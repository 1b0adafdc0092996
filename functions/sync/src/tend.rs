//! What is done every ten minutes without being asked: deliveries that failed are asked for again, and dead letters are
//! gathered and tried again.

use covermark_service::problem::Chain;
use covermark_state::jobs::{SyncJob, SyncMessage};

use crate::{Sync, SyncError, letters};

/// What tending came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tended {
    /// Jobs that the queues had given up without a reason, now in the list of dead letters.
    pub found: usize,
    /// Dead letters that are tried again.
    pub replayed: usize,
}

/// Which dead letters are tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replays {
    /// Those whose time has come: an hour after they were given up, two hours, four.
    WhenDue,
    /// All that may be: what they failed of may be mended, as after a start.
    AtOnce,
}

/// Looks through every provider's deliveries, and after the dead letters. One provider's outage is not the others' matter.
///
/// # Errors
/// The last failure, after everything was tried.
pub async fn tend(app: &Sync, replays: Replays) -> Result<Tended, SyncError> {
    let mut failed = None;
    for provider in app.apps.providers().await? {
        let looked = crate::handle(app, SyncMessage::new(SyncJob::Redeliver { provider: provider.clone() })).await;
        if let Err(error) = looked {
            tracing::error!(%provider, cause = %Chain(&error), "GitHub's deliveries could not be looked through");
            failed = Some(error);
        }
    }
    let found = letters::exhume(app).await?;
    let replayed = letters::replay_due(app, replays).await?;
    if found + replayed > 0 {
        tracing::warn!(found, replayed, "dead letters");
    }
    failed.map_or(Ok(Tended { found, replayed }), Err)
}
