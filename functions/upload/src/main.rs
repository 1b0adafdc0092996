//! Plugs `upload` into Lambda.
use std::sync::Arc;

use covermark_service::{aws, config, credentials::Apps, lambda, telemetry};
use covermark_state::vault::Vault as _;
use covermark_types::{SystemClock, SystemRandom};
use covermark_upload::{GLOBAL_TOKEN_SECRET, Proofs, Settings, Upload, router};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start_on_lambda();
    let names = [config::TABLE, config::BUCKET, config::FEEDBACK_QUEUE, config::SECRETS_PREFIX, config::PUBLIC_URL];
    let ([table, bucket, queue, prefix, url], cloud) = (aws::settings(names)?, aws::Cloud::connect().await?);
    let public_url = config::parse_public_url(&url).map_err(|problem| format!("{} {problem}", config::PUBLIC_URL))?;
    let settings = Settings::read(&config::from_environment)?;
    let vault = cloud.vault(prefix);
    let stored = vault.get(GLOBAL_TOKEN_SECRET).await?;
    let global_token = stored.and_then(|stored| config::global_upload_token(stored.expose()));
    let (table, blobs, feedback) = (cloud.table(table), cloud.blobs(bucket)?, cloud.queue(queue));
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let apps = Arc::new(Apps::new(vault, table.clone(), clock.clone(), cloud.http().clone()));
    let proofs = Proofs::new(clock.clone());
    let app = Upload { table, blobs, feedback, apps, public_url, global_token, settings, proofs, clock, random };
    lambda::http(router(Arc::new(app))).await
}
