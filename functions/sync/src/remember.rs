//! What became of a delivery: its own row, so that a redelivery is dropped or taken up, and what the pages show.

use covermark_service::problem::Chain;
use covermark_state::{
    jobs::SyncMessage,
    rows::{
        delivery::{DeliveryOutcome, DeliveryRow},
        last_delivery::{Concerned, Fate, LastDelivery},
    },
};
use covermark_types::{DeliveryId, Fault as _, FaultClass, Provider};

use crate::{Progress, Sync, SyncError};

/// Closes the delivery that caused the job: after success a redelivery is dropped, after a final failure it is done
/// again. A job that will be retried, or whose rest was handed on, leaves it open.
pub(crate) async fn outcome(
    app: &Sync,
    message: &SyncMessage,
    done: &Result<Progress, SyncError>,
) -> Result<(), SyncError> {
    let (Some(delivery), Some(provider)) = (&message.delivery, message.job.provider()) else { return Ok(()) };
    let now = app.clock.now();
    let (fate, outcome) = match done {
        Ok(Progress::HandedOn) => return Ok(()),
        Ok(Progress::Done) => (Fate::Done, DeliveryOutcome::Done),
        Err(error) if error.class() == FaultClass::Permanent => (Fate::Failed, DeliveryOutcome::Failed),
        Err(_) => {
            let row = app.table.delivery(provider, delivery, now).await?;
            return show(app, message, provider, delivery, row, Fate::Waiting, done).await;
        }
    };
    let row = app.table.conclude_delivery(provider, delivery, outcome, now).await?;
    show(app, message, provider, delivery, row, fate, done).await
}

async fn show(
    app: &Sync,
    message: &SyncMessage,
    provider: &Provider,
    delivery: &DeliveryId,
    row: Option<DeliveryRow>,
    fate: Fate,
    done: &Result<Progress, SyncError>,
) -> Result<(), SyncError> {
    // What is done already, or was forgotten, is shown as it was.
    let Some(row) = row else { return Ok(()) };
    let last = LastDelivery {
        delivery: delivery.clone(),
        event: row.event,
        received_at: row.received_at,
        fate,
        why: done.as_ref().err().map(|error| Chain(error).to_string()),
        at: app.clock.now(),
    };
    let concerned =
        [message.job.installation().map(Concerned::Installation), message.job.repository().map(Concerned::Repository)];
    for concerned in concerned.into_iter().flatten() {
        app.table.note_delivery(provider, concerned, &last).await?;
    }
    Ok(())
}
