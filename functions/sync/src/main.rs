//! Plugs `sync` into Lambda.

use std::sync::Arc;

use covermark_service::{aws, lambda, telemetry};
use covermark_sync::{ON_AWS, invoke, on_aws};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::start_on_lambda();
    let app = on_aws(aws::settings(ON_AWS)?).await?;
    lambda::events(Arc::new(app), invoke).await
}
