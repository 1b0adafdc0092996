//! Plugs `sync` into Lambda.

use std::sync::Arc;

use covermark_service::{aws, config, lambda, telemetry};
use covermark_sync::{Lambda, Sync, invoke};
use covermark_types::SystemClock;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::start_on_lambda();
    let [table, sync, feedback, prefix] =
        aws::settings([config::TABLE, config::SYNC_QUEUE, config::FEEDBACK_QUEUE, config::SECRETS_PREFIX])?;
    let (cloud, clock) = (aws::Cloud::connect().await?, Arc::new(SystemClock));
    let (table, queue, feedback) = (cloud.table(table), cloud.queue(sync), cloud.queue(feedback));
    let apps = cloud.apps(prefix, &table, clock.clone());
    let app = Sync { table, apps, sync: queue.clone(), feedback, clock };
    lambda::events(Arc::new(Lambda { app, queue }), invoke).await
}
