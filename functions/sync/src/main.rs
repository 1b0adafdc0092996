//! Plugs `sync` into Lambda.

use std::sync::Arc;

use covermark_service::{aws, config, credentials::Apps, lambda, telemetry};
use covermark_sync::{Lambda, Sync, invoke};
use covermark_types::SystemClock;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::start_on_lambda();
    let [table, sync, feedback, prefix] =
        aws::settings([config::TABLE, config::SYNC_QUEUE, config::FEEDBACK_QUEUE, config::SECRETS_PREFIX])?;
    let (cloud, clock) = (aws::Cloud::connect().await?, Arc::new(SystemClock));
    let apps = Arc::new(Apps::new(cloud.vault(prefix), clock.clone(), cloud.http().clone()));
    let (queue, feedback) = (cloud.queue(sync), cloud.queue(feedback));
    let app = Sync { table: cloud.table(table), apps, sync: queue.clone(), feedback, clock };
    lambda::events(Arc::new(Lambda { app, queue }), invoke).await
}
