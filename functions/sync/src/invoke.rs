//! How Lambda enters: a batch of the sync queue, or the schedules' `{"reconcile": true}` and `{"tend": true}`.

use std::sync::Arc;

use covermark_service::{
    batch::{self, SqsEvent},
    dead_letters,
    problem::Chain,
};
use covermark_state::{
    jobs::{Job as _, SyncJob, SyncMessage},
    queue::SqsQueue,
    rows::dead_letter::QueueName,
};
use serde_json::{Value, json};

use crate::{Replays, Sync, SyncError, handle};

/// The function on Lambda: its work, and its queue to change a message's visibility with.
pub struct Lambda {
    /// The work.
    pub app: Sync,
    /// The queue that events come from.
    pub queue: Arc<SqsQueue>,
}

/// Takes one event of Lambda's.
///
/// # Errors
/// When the event is none of these, or what was scheduled failed.
pub async fn invoke(lambda: Arc<Lambda>, event: Value) -> Result<Value, SyncError> {
    if event.get("reconcile").and_then(Value::as_bool) == Some(true) {
        return scheduled(&lambda.app).await;
    }
    if event.get("tend").and_then(Value::as_bool) == Some(true) {
        let tended = crate::tend(&lambda.app, Replays::WhenDue).await?;
        return Ok(json!({ "found": tended.found, "replayed": tended.replayed }));
    }
    let batch: SqsEvent = serde_json::from_value(event).map_err(|error| SyncError::Event(error.to_string()))?;
    let (app, queue) = (&lambda.app, &lambda.queue);
    let answer = batch::work(
        batch,
        |body| async move {
            match SyncMessage::from_body(&body) {
                Ok(message) => batch::outcome("sync", handle(app, message).await),
                Err(error) => batch::unreadable("sync", &error),
            }
        },
        |receipt, after| async move {
            if let Err(error) = queue.change_visibility(&receipt, after).await {
                tracing::warn!(cause = %error, "a message keeps the queue's own visibility timeout");
            }
        },
        |body, why, attempts| async move {
            dead_letters::bury(&app.table, QueueName::Sync, &body, &why, attempts, app.clock.now()).await
        },
    )
    .await;
    serde_json::to_value(answer).map_err(|error| SyncError::Event(error.to_string()))
}

async fn scheduled(app: &Sync) -> Result<Value, SyncError> {
    let connected = app.apps.providers().await?;
    let mut failed = None;
    for provider in &connected {
        // One GitHub's outage, or one App's damaged credentials, is not the others' affair.
        if let Err(error) = handle(app, SyncMessage::new(SyncJob::Reconcile { provider: provider.clone() })).await {
            tracing::error!(%provider, cause = %Chain(&error), "a provider could not be reconciled");
            failed = Some(error);
        }
    }
    if let Some(error) = failed {
        return Err(error);
    }
    Ok(json!({ "reconciled": connected }))
}
