//! What S3 is on AWS: takes the PUT of a report at an address that we signed, and tells `feedback` that an object was
//! created.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::{
    Router,
    body::Body,
    extract::{Path, Query, Request, State},
    http::{StatusCode, header},
    routing::put,
};
use bytes::Bytes;
use covermark_service::problem::Problem;
use covermark_state::{
    Table,
    blobs::Blobs,
    jobs::{FeedbackJob, Job as _},
    queue::Queue,
    rows::upload::UploadKey,
    vault::Vault,
};
use covermark_types::{Clock, Random, Secret, random_hex};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::Deserialize;

/// The largest report body that is taken, in bytes. On AWS the lifecycle of the bucket and the bounds of `feedback` do it.
pub(crate) const MAX_REPORT: usize = 512 * 1024 * 1024;

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
    let Some(upload) = UploadKey::from_blob_key(&key) else {
        return Err(Problem::new(StatusCode::FORBIDDEN, refused));
    };
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let report = read_report(announced, request.into_body()).await?;
    store.blobs.put(&key, report).await?;
    store.table.set_upload_stored(&upload).await?;
    let job = FeedbackJob::Upload {
        provider: upload.provider,
        repository: upload.repository,
        commit: upload.commit,
        upload: upload.upload,
    };
    store.feedback.send(&job.to_body()?, Duration::ZERO).await?;
    Ok(StatusCode::OK)
}

async fn read_report(announced: Option<usize>, body: Body) -> Result<Bytes, Problem> {
    let too_large = || {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The report is larger than 512 MiB. Split the upload by flag or job.",
        )
    };
    if announced.is_some_and(|length| length > MAX_REPORT) {
        return Err(too_large());
    }
    match Limited::new(body, MAX_REPORT).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Problem::bad_request("The report ended before it was complete.")),
    }
}
