//! What SQS and Lambda do on AWS: take messages off the queues and hand them to their function, a few at a time.

use std::{future::Future, sync::Arc};

use covermark_service::batch::{Outcome, back_off, outcome};
use covermark_state::{
    jobs::{FeedbackJob, Job as _, SyncMessage},
    queue::{LocalMessage, LocalQueue},
};
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
};

use crate::house::House;

/// How many jobs of a queue run at once: as the event source mapping's concurrency on AWS.
const AT_ONCE: usize = 4;

/// Drains both queues until `stop` turns true, then waits for the jobs that are running.
pub(crate) async fn run(house: Arc<House>, stop: watch::Receiver<bool>) {
    let (sync, feedback) = (house.sync.clone(), house.feedback.clone());
    let syncing = drain(house.sync_queue.clone(), stop.clone(), move |body| {
        let sync = sync.clone();
        async move {
            match SyncMessage::from_body(&body) {
                Ok(job) => outcome("sync", covermark_sync::handle(&sync, job).await),
                Err(error) => outcome("sync", Err(error)),
            }
        }
    });
    let answering = drain(house.feedback_queue.clone(), stop, move |body| {
        let feedback = feedback.clone();
        async move {
            match FeedbackJob::from_body(&body) {
                Ok(job) => outcome("feedback", covermark_feedback::handle(&feedback, job).await),
                Err(error) => outcome("feedback", Err(error)),
            }
        }
    });
    tokio::join!(syncing, answering);
}

async fn drain<F, Fut>(queue: Arc<LocalQueue>, mut stop: watch::Receiver<bool>, handle: F)
where
    F: Fn(String) -> Fut,
    Fut: Future<Output = Outcome> + Send + 'static,
{
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    loop {
        let Ok(slot) = slots.clone().acquire_owned().await else { break };
        let message = tokio::select! {
            message = queue.next() => message,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let message = match message {
            Ok(message) => message,
            // The queue lets the message rest for a second, so this is no busy loop.
            Err(error) => {
                tracing::error!(cause = %error, "a message could not be taken from its queue");
                continue;
            }
        };
        let work = handle(message.body.clone());
        let queue = queue.clone();
        running.spawn(async move {
            settle(&queue, &message, work.await);
            drop(slot);
        });
        while running.try_join_next().is_some() {}
    }
    running.join_all().await;
}

fn settle(queue: &LocalQueue, message: &LocalMessage, outcome: Outcome) {
    match outcome {
        Outcome::Retry(after) => {
            queue.retry_after(message.id, after.unwrap_or_else(|| back_off(message.received)));
        }
        Outcome::Acknowledge => {
            if let Err(error) = queue.delete(message.id) {
                tracing::error!(cause = %error, "a message could not be deleted; its job will be done again");
            }
        }
    }
}
