//! Plugs `webhook` into Lambda.

use std::sync::Arc;

use covermark_service::{
    aws, config, lambda, repository_hooks::HookSecrets, telemetry, webhook_secrets::WebhookSecrets,
};
use covermark_types::SystemClock;
use covermark_webhook::{Webhook, routes};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start_on_lambda();
    let [table, queue, prefix] = aws::settings([config::TABLE, config::SYNC_QUEUE, config::SECRETS_PREFIX])?;
    let (cloud, clock) = (aws::Cloud::connect().await?, Arc::new(SystemClock));
    let (vault, table, sync) = (cloud.vault(prefix), cloud.table(table), cloud.queue(queue));
    let secrets = WebhookSecrets::new(vault.clone(), table.clone(), clock.clone());
    let hooks = HookSecrets::new(vault);
    lambda::http(routes(Arc::new(Webhook { table, sync, secrets, hooks, clock }))).await
}
