//! Plugs the pages into Lambda.

use std::sync::Arc;

use covermark_console::{Console, router};
use covermark_service::{aws, config, front::Front, lambda, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start_on_lambda();
    let [bucket] = aws::settings([config::BUCKET])?;
    let Front { cloud, table, apps, access, public_url, clock, .. } = Front::on_aws().await?;
    let blobs = cloud.blobs(bucket)?;
    lambda::http(router(Arc::new(Console { table, blobs, apps, access, public_url, clock }))).await
}
