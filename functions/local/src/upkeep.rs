//! What `serve` does without being asked, when it starts and every hour: jobs that were given up are tried again, and
//! the state is made level with GitHub's.
//!
//! A job is given up within minutes, an outage of GitHub's lasts longer. On AWS an operator redrives the dead letters;
//! here nobody watches, and every job can be done again without harm.

use std::{sync::Arc, time::Duration};

use covermark_service::problem::Chain;
use covermark_state::{
    Error,
    jobs::{Job as _, SyncJob, SyncMessage},
    queue::{LocalQueue, Queue as _},
};
use covermark_types::Provider;
use tokio::sync::watch;

use crate::house::House;

/// How often. What a lost webhook would have told, and what an outage prevented, is made good by then.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// Most dead letters of a queue that are tried again at once, oldest first; the rest has its turn an hour later.
const MOST_LETTERS: usize = 1000;

/// Passes at once and then each hour, until `stop` turns true.
pub(crate) async fn regularly(house: Arc<House>, mut stop: watch::Receiver<bool>) {
    loop {
        pass(&house).await;
        let asked_to_end = tokio::time::timeout(EVERY, stop.wait_for(|stop| *stop)).await.is_ok();
        if asked_to_end {
            return;
        }
    }
}

async fn pass(house: &House) {
    for (name, queue) in [("sync", &house.sync_queue), ("feedback", &house.feedback_queue)] {
        match replay(queue) {
            Ok(0) => {}
            Ok(letters) => tracing::warn!(queue = name, letters, "jobs that were given up are tried again"),
            Err(error) => tracing::error!(queue = name, cause = %Chain(&error), "dead letters cannot be read"),
        }
    }
    match house.rooms.connected().await {
        Ok(providers) => {
            for provider in providers {
                request_reconciliation(house, provider).await;
            }
        }
        Err(error) => tracing::error!(cause = %Chain(error.as_ref()), "the vault cannot be listed"),
    }
}

/// Gives dead letters a new life; answers how many.
fn replay(queue: &LocalQueue) -> Result<usize, Error> {
    let mut replayed = 0;
    for letter in queue.list_dead(MOST_LETTERS)? {
        replayed += usize::from(queue.replay(letter.id)?);
    }
    Ok(replayed)
}

async fn request_reconciliation(house: &House, provider: Provider) {
    let message = SyncMessage { job: SyncJob::Reconcile { provider }, delivery: None };
    let sent = match message.to_body() {
        Ok(body) => house.sync_queue.send(&body, Duration::ZERO).await,
        Err(error) => Err(error),
    };
    if let Err(error) = sent {
        tracing::error!(cause = %Chain(&error), "a reconciliation could not be queued");
    }
}
