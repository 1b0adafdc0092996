//! Where AWS comes in: batches of the feedback queue, S3's notices that a report was stored (through the queue or
//! straight), and direct invocations by coverage jobs. Which of them an event is, is seen from its shape.

mod answer;
mod direct;
mod dry;
mod request;
mod store;
mod stored;

use std::{sync::Arc, time::Duration};

use covermark_service::{
    batch::{self, Outcome, SqsEvent, outcome},
    dead_letters,
};
use covermark_state::{
    jobs::{FeedbackJob, Job as _},
    queue::SqsQueue,
    rows::dead_letter::QueueName,
};
use serde_json::{Value, json};

use crate::{Feedback, FeedbackError, handle};

/// The function as Lambda runs it: with the queue whose messages can be made to wait.
pub struct Lambda {
    /// The function.
    pub app: Feedback,
    /// The queue that it drains.
    pub queue: Arc<SqsQueue>,
}

/// Handles one event of Lambda's.
///
/// # Errors
/// Only for S3 events that come straight and may succeed later: Lambda then tries them again. Queue batches name the
/// messages that failed; direct invocations are answered with `{"error": …}`.
pub async fn invoke(lambda: Arc<Lambda>, event: Value) -> Result<Value, FeedbackError> {
    let queue = lambda.queue.clone();
    let hide = move |handle: String, after: Duration| {
        let queue = queue.clone();
        async move {
            if let Err(error) = queue.change_visibility(&handle, after).await {
                tracing::warn!(cause = %error, "a message could not be made to wait; it comes again at the queue's own time");
            }
        }
    };
    enter(&lambda.app, event, hide).await
}

/// Handles one event; `hide` makes a queue message (by its receipt handle) wait for a time.
///
/// # Errors
/// As [`invoke`].
pub async fn enter<V, VFut>(app: &Feedback, event: Value, hide: V) -> Result<Value, FeedbackError>
where
    V: Fn(String, Duration) -> VFut,
    VFut: Future<Output = ()>,
{
    if stored::is_test(&event) {
        return Ok(Value::Null);
    }
    if let Some(keys) = stored::keys(&event, &app.bucket) {
        for key in keys {
            Box::pin(handle(app, key.into())).await?;
        }
        return Ok(Value::Null);
    }
    if event.get("Records").is_some() {
        let Ok(batch) = serde_json::from_value::<SqsEvent>(event) else {
            tracing::error!("an event with records of an unknown kind");
            return Ok(Value::Null);
        };
        let bury = |body: String, why: String, attempts: u32| async move {
            dead_letters::bury(&app.table, QueueName::Feedback, &body, &why, attempts, app.clock.now()).await
        };
        let answer = batch::work(batch, |body| Box::pin(message(app, body)), hide, bury).await;
        return Ok(serde_json::to_value(answer).unwrap_or_else(|_| json!({ "batchItemFailures": [] })));
    }
    Ok(Box::pin(direct::answer(app, event)).await)
}

/// One message of the queue: a job, or a notice of S3's that may name several reports.
async fn message(app: &Feedback, body: String) -> Outcome {
    let notice = serde_json::from_str::<Value>(&body).unwrap_or_default();
    if stored::is_test(&notice) {
        return Outcome::Acknowledge;
    }
    if let Some(keys) = stored::keys(&notice, &app.bucket) {
        let mut worst = Outcome::Acknowledge;
        for key in keys {
            match (outcome("feedback", handle(app, key.into()).await), &worst) {
                // One that may still succeed keeps the notice; the others' work is done again without harm.
                (again @ Outcome::Retry(..), _) => worst = again,
                (lost @ Outcome::GiveUp(_), Outcome::Acknowledge) => worst = lost,
                _ => {}
            }
        }
        return worst;
    }
    match FeedbackJob::from_body(&body) {
        Ok(job) => outcome("feedback", handle(app, job).await),
        Err(error) => outcome("feedback", Err::<(), _>(error)),
    }
}
