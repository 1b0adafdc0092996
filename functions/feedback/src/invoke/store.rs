//! What a direct invocation hands over becomes uploads like all others.

use bytes::Bytes;
use covermark_state::{
    Error,
    jobs::{FeedbackJob, Job as _},
    rows::{
        repository::Repository,
        upload::{OpenedBy, Upload, UploadKey, UploadState},
    },
};
use covermark_types::{Random, UploadId};

use super::{
    answer::Failure,
    request::{Content, Part, Request},
};
use crate::{Feedback, error::BUSY_RETRY, ingest};

/// Opens an upload for each part and puts its report where every other upload's is. That all of them are there is looked
/// at first: nothing is begun that a wrong key would end half-way.
pub(super) async fn all(app: &Feedback, request: Request, repository: &Repository) -> Result<Vec<UploadKey>, Failure> {
    for part in &request.parts {
        if let Content::Stored { bucket, key } = &part.content {
            look(app, bucket, key).await?;
        }
    }
    let uploads = rows(app, &request, repository)?;
    let mut keys = Vec::with_capacity(uploads.len());
    for (upload, part) in uploads.into_iter().zip(request.parts) {
        let key = upload.key.clone();
        if let Err(failure) = one(app, upload, part).await {
            // Those before it are uploads like all others: their commit is looked at even though nobody invokes again.
            let count = keys.len();
            for key in keys {
                queue(app, key).await.map_err(|error| Failure::not_queued(&error))?;
            }
            return Err(failure.after(count));
        }
        keys.push(key);
    }
    Ok(keys)
}

/// The uploads' rows, as they will be.
pub(super) fn rows(app: &Feedback, request: &Request, repository: &Repository) -> Result<Vec<Upload>, Failure> {
    let now = app.clock.now();
    let row = |part: &Part| {
        let key = UploadKey {
            provider: request.provider.clone(),
            repository: repository.id,
            commit: request.commit.clone(),
            upload: new_upload(&*app.random)?,
        };
        let row = Upload {
            flags: part.flags.clone(),
            name: part.name.clone(),
            branch: request.branch.clone(),
            pull: request.pull,
            parent: request.parent.clone(),
            ..Upload::new(key, OpenedBy::Invocation, now)
        };
        Ok(match &part.content {
            Content::Totals(sums) => {
                Upload { state: UploadState::Processed, totals: Some(*sums), processed_at: Some(now), ..row }
            }
            _ => row,
        })
    };
    request.parts.iter().map(row).collect()
}

async fn one(app: &Feedback, upload: Upload, part: Part) -> Result<(), Failure> {
    let raw = match part.content {
        Content::Totals(_) => None,
        Content::Inline(bytes) => Some(bytes),
        Content::Stored { bucket, key } => Some(object(app, &bucket, &key).await?),
    };
    // The row first: S3 tells of the report as soon as it is there, and whoever is told must find what it is. Nobody waits
    // for it meanwhile, as for an upload that CI announces: we are at it.
    app.table.open_upload(&upload).await.map_err(|error| Failure::not_stored(&error))?;
    match raw {
        Some(raw) => app.blobs.put(&upload.key.blob_key(), raw).await.map_err(|error| Failure::not_stored(&error)),
        None => Ok(()),
    }
}

/// Whether the object is there and can be read.
async fn look(app: &Feedback, bucket: &str, key: &str) -> Result<(), Failure> {
    ours(app, bucket)?;
    match app.blobs.size(key).await {
        Ok(Some(size)) if size > ingest::MAX_RAW => Err(too_large(size, ingest::MAX_RAW)),
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err(missing(bucket, key)),
        Err(error) => Err(refused(error, bucket, key)),
    }
}

/// A report that the job has put into our bucket.
pub(super) async fn object(app: &Feedback, bucket: &str, key: &str) -> Result<Bytes, Failure> {
    ours(app, bucket)?;
    match app.blobs.get(key, ingest::MAX_RAW).await {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(missing(bucket, key)),
        Err(error) => Err(refused(error, bucket, key)),
    }
}

fn ours(app: &Feedback, bucket: &str) -> Result<(), Failure> {
    if bucket == app.bucket {
        return Ok(());
    }
    let message = format!("Reports are read from the bucket `{}` only, not from `{bucket}`.", app.bucket);
    Err(Failure::new("report.foreign_bucket", message))
}

fn missing(bucket: &str, key: &str) -> Failure {
    Failure::new("report.not_found", format!("There is no object `{key}` in the bucket `{bucket}`."))
}

pub(super) fn too_large(size: u64, limit: u64) -> Failure {
    let message = format!("The report has {size} bytes; at most {limit} are read. Upload it in parts.");
    Failure::new("report.too_large", message)
}

fn refused(error: Error, bucket: &str, key: &str) -> Failure {
    let not_found = |message: String| Failure::new("report.not_found", message);
    match error {
        Error::TooLarge { size, limit, .. } => too_large(size, limit),
        Error::Unreadable { .. } => {
            not_found(format!("`{key}` cannot be the key of an object in the bucket `{bucket}`."))
        }
        Error::Denied { what, source } => {
            // S3 hides what is not there behind the same answer, and a key of KMS may be the reason as well.
            tracing::warn!(what, cause = %source, bucket, key, "a report may not be read");
            not_found(format!(
                "Covermark may not read the object `{key}` in the bucket `{bucket}`, or there is none. Check the key, and whether the object is encrypted with a key of its own."
            ))
        }
        error => Failure::not_stored(&error),
    }
}

/// Has the queue do what is left.
pub(super) async fn queue(app: &Feedback, key: UploadKey) -> Result<(), Error> {
    app.queue.send(&FeedbackJob::from(key).to_body()?, BUSY_RETRY).await
}

/// A random UUID (version 4).
fn new_upload(random: &dyn Random) -> Result<UploadId, Failure> {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex::encode(bytes);
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    parts.join("-").parse().map_err(|_| Failure::new("internal", "An id could not be made."))
}
