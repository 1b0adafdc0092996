//! Plugs the sign-in into Lambda.

use std::sync::Arc;

use covermark_oauth::{OAuth, router};
use covermark_service::{aws, config, lambda, telemetry};
use covermark_types::{SystemClock, SystemRandom};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start_on_lambda();
    let [table, prefix, url] = aws::settings([config::TABLE, config::SECRETS_PREFIX, config::PUBLIC_URL])?;
    let public_url = config::parse_public_url(&url).map_err(|problem| format!("{} {problem}", config::PUBLIC_URL))?;
    let (cloud, clock, random) = (aws::Cloud::connect().await?, Arc::new(SystemClock), Arc::new(SystemRandom));
    let table = cloud.table(table);
    let apps = cloud.apps(prefix, &table, clock.clone());
    lambda::http(router(Arc::new(OAuth { table, apps, public_url, clock, random }))).await
}
