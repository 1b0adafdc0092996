//! Plugs the set-up into Lambda.

use std::sync::Arc;

use covermark_service::{aws, config, front::Front, lambda, telemetry};
use covermark_setup::{Reach, Setup, router};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start_on_lambda();
    let [prefix] = aws::settings([config::SECRETS_PREFIX])?;
    let Front { cloud, table, apps, access, public_url, clock, random } = Front::on_aws().await?;
    let vault = cloud.vault(prefix);
    let private = config::from_environment(config::PRIVATE_NETWORKS).as_deref() == Some("true");
    let reach = Reach { private, this_machine: false };
    lambda::http(router(Arc::new(Setup { table, vault, apps, access, public_url, reach, clock, random }))).await
}
