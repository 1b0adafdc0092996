//! What `serve` does without being asked: every ten minutes GitHub's deliveries are looked through and dead letters are
//! tried again (all of them when it starts), and every hour the state is made level with GitHub's.

use std::{sync::Arc, time::Duration};

use covermark_service::problem::Chain;
use covermark_state::{
    jobs::{Job as _, SyncJob, SyncMessage},
    queue::Queue as _,
};
use covermark_sync::Replays;
use covermark_types::Provider;
use tokio::sync::watch;

use crate::house::House;

/// How often deliveries and dead letters are looked after.
const EVERY: Duration = Duration::from_secs(10 * 60);
/// Every so many times everything is read from GitHub: each hour.
const RECONCILED_EVERY: u64 = 6;

/// Passes at once and then every ten minutes, until `stop` turns true.
pub(crate) async fn regularly(house: Arc<House>, mut stop: watch::Receiver<bool>) {
    for pass in 0_u64.. {
        if pass.is_multiple_of(RECONCILED_EVERY) {
            reconcile(&house).await;
        }
        let replays = if pass == 0 { Replays::AtOnce } else { Replays::WhenDue };
        if let Err(error) = covermark_sync::tend(&house.sync, replays).await {
            tracing::error!(cause = %Chain(&error), "deliveries and dead letters could not be looked after");
        }
        let asked_to_end = tokio::time::timeout(EVERY, stop.wait_for(|stop| *stop)).await.is_ok();
        if asked_to_end {
            return;
        }
    }
}

async fn reconcile(house: &House) {
    match house.rooms.connected().await {
        Ok(providers) => {
            for provider in providers {
                request_reconciliation(house, provider).await;
            }
        }
        Err(error) => tracing::error!(cause = %Chain(error.as_ref()), "the vault cannot be listed"),
    }
}

async fn request_reconciliation(house: &House, provider: Provider) {
    let sent = match SyncMessage::new(SyncJob::Reconcile { provider }).to_body() {
        Ok(body) => house.sync_queue.send(&body, Duration::ZERO).await,
        Err(error) => Err(error),
    };
    if let Err(error) = sent {
        tracing::error!(cause = %Chain(&error), "a reconciliation could not be queued");
    }
}
