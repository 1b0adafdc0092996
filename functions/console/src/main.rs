//! Plugs the pages into Lambda.

use std::sync::Arc;

use covermark_console::{ON_AWS, on_aws, router};
use covermark_service::{aws, front::Front, lambda, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start_on_lambda();
    let settings = aws::settings(ON_AWS)?;
    lambda::http(router(Arc::new(on_aws(Front::on_aws().await?, settings)?))).await
}
