//! What S3 is on AWS: takes the PUT of a report at an address that we signed, and tells `feedback` that an object was
//! created.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::{
    Router,
    extract::{Path, Query, Request, State},
    http::StatusCode,
    routing::put,
};
use covermark_service::{
    body::{self, BodyError},
    config::{MAX_REPORT, MAX_REPORT_TEXT},
    problem::Problem,
};
use covermark_state::{
    Table,
    blobs::Blobs,
    jobs::{FeedbackJob, Job as _},
    queue::Queue,
    rows::upload::UploadKey,
    vault::Vault,
};
use covermark_types::{Clock, Random, Secret, random_hex};
use serde::Deserialize;

const SLOT_KEY: &str = "local/slots";

/// The key that upload addresses are signed with: made once, kept in the vault.
pub(crate) async fn slot_key(vault: &dyn Vault, random: &dyn Random) -> anyhow::Result<Secret> {
    if let Some(key) = vault.get(SLOT_KEY).await.context("the vault cannot be read")? {
        return Ok(key);
    }
    let key = Secret::new(random_hex::<32>(random));
    vault.put(SLOT_KEY, &key).await.context("the vault cannot be written")?;
    Ok(key)
}

/// What the route works with.
pub(crate) struct BlobStore {
    pub(crate) table: Table,
    pub(crate) blobs: Blobs,
    pub(crate) feedback: Arc<dyn Queue>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// The one route.
pub(crate) fn routes(store: Arc<BlobStore>) -> Router {
    Router::new().route("/blobs/{*key}", put(store_report)).with_state(store)
}

/// What our signature put into the address.
#[derive(Deserialize)]
struct Slot {
    expires: String,
    signature: String,
}

async fn store_report(
    State(store): State<Arc<BlobStore>>,
    Path(key): Path<String>,
    Query(slot): Query<Slot>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let refused = "This address was not given out by Covermark, or its time is over. Start the upload again.";
    if store.blobs.verify_slot(&key, &slot.expires, &slot.signature, store.clock.now()).is_err() {
        return Err(Problem::new(StatusCode::FORBIDDEN, refused));
    }
    let upload = UploadKey::from_blob_key(&key);
    if upload.is_none() && !key.starts_with(covermark_upload::TEST_RESULTS) {
        return Err(Problem::new(StatusCode::FORBIDDEN, refused));
    }
    let (parts, body) = request.into_parts();
    let report = body::read(&parts.headers, body, MAX_REPORT as usize).await.map_err(|error| match error {
        BodyError::TooLarge => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("The report is larger than {MAX_REPORT_TEXT}. Split the upload by flag or job."),
        ),
        BodyError::Incomplete => Problem::bad_request("The report ended before it was complete."),
    })?;
    store.blobs.put(&key, report).await?;
    // Of test results nobody is told.
    if let Some(upload) = upload {
        store.table.set_upload_stored(&upload).await?;
        store.feedback.send(&FeedbackJob::from(upload).to_body()?, Duration::ZERO).await?;
    }
    Ok(StatusCode::OK)
}
