//! Plugs the set-up into Lambda.

use std::sync::Arc;

use covermark_service::{aws, config, lambda, telemetry};
use covermark_setup::{Reach, Setup, router};
use covermark_types::{SystemClock, SystemRandom};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start_on_lambda();
    let [table, prefix, url] = aws::settings([config::TABLE, config::SECRETS_PREFIX, config::PUBLIC_URL])?;
    let public_url = config::parse_public_url(&url).map_err(|problem| format!("{} {problem}", config::PUBLIC_URL))?;
    let (cloud, clock, random) = (aws::Cloud::connect().await?, Arc::new(SystemClock), Arc::new(SystemRandom));
    let (table, vault) = (cloud.table(table), cloud.vault(prefix.clone()));
    let apps = cloud.apps(prefix, &table, clock.clone());
    let private = config::from_environment(config::PRIVATE_NETWORKS).as_deref() == Some("true");
    let reach = Reach { private, this_machine: false };
    lambda::http(router(Arc::new(Setup { table, vault, apps, public_url, reach, clock, random }))).await
}
