//! Plugs `sync` into Lambda.

use std::sync::Arc;

use covermark_service::{aws, config, lambda, telemetry};
use covermark_state::rows::dead_letter::QueueName;
use covermark_sync::{Lambda, PATIENCE, Sync, invoke};
use covermark_types::SystemClock;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::start_on_lambda();
    let [table, sync, feedback, prefix, sync_dead, feedback_dead] = aws::settings([
        config::TABLE,
        config::SYNC_QUEUE,
        config::FEEDBACK_QUEUE,
        config::SECRETS_PREFIX,
        config::SYNC_DEAD_LETTERS,
        config::FEEDBACK_DEAD_LETTERS,
    ])?;
    let (cloud, clock) = (aws::Cloud::connect().await?, Arc::new(SystemClock));
    let (table, queue, feedback) = (cloud.table(table), cloud.queue(sync), cloud.queue(feedback));
    let apps = cloud.apps(prefix, &table, clock.clone());
    let graves = cloud.graves([(QueueName::Sync, sync_dead), (QueueName::Feedback, feedback_dead)]);
    let app = Sync { table, apps, sync: queue.clone(), feedback, graves, patience: PATIENCE, clock };
    lambda::events(Arc::new(Lambda { app, queue }), invoke).await
}
