//! Plugs `feedback` into Lambda.

use std::sync::Arc;

use covermark_feedback::{Feedback, Lambda, invoke};
use covermark_service::{aws, config, lambda, telemetry};
use covermark_types::{SystemClock, SystemRandom};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::start_on_lambda();
    let names = [config::TABLE, config::BUCKET, config::FEEDBACK_QUEUE, config::SECRETS_PREFIX, config::PUBLIC_URL];
    let [table, bucket, queue, prefix, url] = aws::settings(names)?;
    let public_url = config::parse_public_url(&url).map_err(|problem| format!("{} {problem}", config::PUBLIC_URL))?;
    let (cloud, clock, random) = (aws::Cloud::connect().await?, Arc::new(SystemClock), Arc::new(SystemRandom));
    let (table, blobs, queue) = (cloud.table(table), cloud.blobs(bucket.clone())?, cloud.queue(queue));
    let apps = cloud.apps(prefix, &table, clock.clone());
    let app = Feedback { table, blobs, apps, queue: queue.clone(), public_url, bucket, clock, random };
    lambda::events(Arc::new(Lambda { app, queue }), invoke).await
}
