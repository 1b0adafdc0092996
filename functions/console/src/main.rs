//! Plugs the pages into Lambda.

use std::sync::Arc;

use covermark_console::{Console, router};
use covermark_service::{aws, config, lambda, telemetry};
use covermark_types::{SystemClock, SystemRandom};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start_on_lambda();
    let names = [config::TABLE, config::BUCKET, config::SECRETS_PREFIX, config::PUBLIC_URL];
    let [table, bucket, prefix, url] = aws::settings(names)?;
    let public_url = config::parse_public_url(&url).map_err(|problem| format!("{} {problem}", config::PUBLIC_URL))?;
    let (cloud, clock, random) = (aws::Cloud::connect().await?, Arc::new(SystemClock), Arc::new(SystemRandom));
    let (table, blobs) = (cloud.table(table), cloud.blobs(bucket)?);
    let apps = cloud.apps(prefix, &table, clock.clone());
    lambda::http(router(Arc::new(Console { table, blobs, apps, public_url, clock, random }))).await
}
