//! What SQS and Lambda do on AWS: take messages off the queues and hand them to their function, a few at a time.

use std::{future::Future, sync::Arc};

use covermark_service::{
    batch::{Outcome, at_last, back_off, outcome, unreadable},
    dead_letters,
};
use covermark_state::{
    jobs::{FeedbackJob, Job as _, SyncMessage},
    queue::{LocalMessage, LocalQueue},
    rows::dead_letter::QueueName,
};
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
};

use crate::house::House;

/// How many jobs of each queue run at once: as the event source mappings' concurrency in the template. Most of their time
/// they wait for GitHub, so more than there are processors is right.
const SYNC_AT_ONCE: usize = 5;
const FEEDBACK_AT_ONCE: usize = 10;

/// Drains both queues until `stop` turns true, then waits for the jobs that are running.
pub(crate) async fn run(house: Arc<House>, stop: watch::Receiver<bool>) {
    let (sync, feedback) = (house.sync.clone(), house.feedback.clone());
    let letters = Letters { house: house.clone(), queue: QueueName::Sync };
    let syncing = drain(house.sync_queue.clone(), SYNC_AT_ONCE, letters, stop.clone(), move |body| {
        let sync = sync.clone();
        async move {
            match SyncMessage::from_body(&body) {
                Ok(job) => outcome("sync", covermark_sync::handle(&sync, job).await),
                Err(error) => unreadable("sync", &error),
            }
        }
    });
    let letters = Letters { house: house.clone(), queue: QueueName::Feedback };
    let answering = drain(house.feedback_queue.clone(), FEEDBACK_AT_ONCE, letters, stop, move |body| {
        let feedback = feedback.clone();
        async move {
            match FeedbackJob::from_body(&body) {
                Ok(job) => outcome("feedback", covermark_feedback::handle(&feedback, job).await),
                Err(error) => unreadable("feedback", &error),
            }
        }
    });
    tokio::join!(syncing, answering);
}

/// Where the jobs of a queue are put that are given up.
#[derive(Clone)]
struct Letters {
    house: Arc<House>,
    queue: QueueName,
}

async fn drain<F, Fut>(
    queue: Arc<LocalQueue>,
    at_once: usize,
    letters: Letters,
    mut stop: watch::Receiver<bool>,
    handle: F,
) where
    F: Fn(String) -> Fut,
    Fut: Future<Output = Outcome> + Send + 'static,
{
    let slots = Arc::new(Semaphore::new(at_once));
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
        let (queue, letters) = (queue.clone(), letters.clone());
        running.spawn(async move {
            settle(&queue, &letters, &message, work.await).await;
            drop(slot);
        });
        while running.try_join_next().is_some() {}
    }
    running.join_all().await;
}

async fn settle(queue: &LocalQueue, letters: &Letters, message: &LocalMessage, outcome: Outcome) {
    let rest = match at_last(outcome, message.received) {
        Outcome::Retry(after, _) => Some(after.unwrap_or_else(|| back_off(message.received))),
        Outcome::GiveUp(why) => {
            let Letters { house, queue } = letters;
            let now = house.rooms.clock.now();
            let kept = dead_letters::bury(&house.rooms.table, *queue, &message.body, &why, message.received, now).await;
            (!kept).then(|| back_off(message.received))
        }
        Outcome::Acknowledge => None,
    };
    if let Some(rest) = rest {
        queue.retry_after(message.id, rest);
    } else if let Err(error) = queue.delete(message.id) {
        tracing::error!(cause = %error, "a message could not be deleted; its job will be done again");
    }
}
