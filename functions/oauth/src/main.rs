//! Plugs the sign-in into Lambda.

use std::sync::Arc;

use covermark_oauth::{OAuth, router};
use covermark_service::{front::Front, lambda, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start_on_lambda();
    let Front { table, apps, access, public_url, clock, random, .. } = Front::on_aws().await?;
    lambda::http(router(Arc::new(OAuth { table, apps, access, public_url, clock, random }))).await
}
