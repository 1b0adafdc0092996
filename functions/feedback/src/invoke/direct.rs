//! The direct invocation: a coverage job hands its report over and gets the answer in the same breath.
//!
//! Who may invoke the function was decided by AWS before we run: the caller has `lambda:InvokeFunction` on it, and with
//! that may upload for every repository of the instance.

use std::time::Duration;

use bytes::Bytes;
use covermark_state::{
    Error,
    jobs::{FeedbackJob, Job as _},
    rows::{
        repository::Repository,
        upload::{OpenedBy, Upload, UploadKey},
    },
};
use covermark_types::{Random, UploadId};
use serde_json::Value;

use super::{
    answer::{self, Failure},
    request::{self, Request, Source},
};
use crate::{
    Feedback, FeedbackError,
    app::CommitKey,
    commit::{self, Done, Trigger, Turn},
    error::BUSY_RETRY,
    ingest,
};

/// How often a run that met another one on the same pull request tries again, and after how long.
const TRIES: usize = 12;
const PAUSE: Duration = Duration::from_millis(500);

/// Answers the event, with `{"error": …}` when it cannot be done.
pub(crate) async fn answer(app: &Feedback, event: Value) -> Value {
    match Box::pin(run(app, event)).await {
        Ok(answer) => answer,
        Err(failure) => failure.to_json(),
    }
}

async fn run(app: &Feedback, event: Value) -> Result<Value, Failure> {
    let request = request::read(event)?;
    let repository = repository(app, &request).await?;
    let key = store(app, request, &repository).await?;
    let (upload, done) = match finish(app, &key).await {
        Ok(finished) => finished,
        Err(error) => {
            // The report is stored: what could not be done now is done by the queue.
            queue(app, key).await.map_err(|error| Failure::not_queued(&error))?;
            return Err(Failure::after_store(&error));
        }
    };
    let upload =
        upload.ok_or_else(|| Failure::new("upload.expired", "The upload is gone from our table. Invoke again."))?;
    Ok(answer::answer(&upload, &done))
}

async fn repository(app: &Feedback, request: &Request) -> Result<Repository, Failure> {
    let name = &request.repository;
    let found = app.table.repository_by_name(&request.provider, name).await;
    let found = found.map_err(|error| Failure::not_stored(&error))?;
    match found {
        Some(repository) if repository.removed_at.is_none() => Ok(repository),
        _ => Err(Failure::new(
            "repository.unknown",
            format!(
                "{name} is not a repository that the App is installed on (provider `{}`). Install the App on it, or check the name.",
                request.provider
            ),
        )),
    }
}

/// Opens an upload and puts the report where every other upload's is.
async fn store(app: &Feedback, request: Request, repository: &Repository) -> Result<UploadKey, Failure> {
    let raw = match request.report {
        Source::Inline(bytes) => bytes,
        Source::Stored { bucket, key } => object(app, &bucket, &key).await?,
    };
    let key = UploadKey {
        provider: request.provider,
        repository: repository.id,
        commit: request.commit,
        upload: new_upload(&*app.random)?,
    };
    let upload = Upload {
        flags: request.flags,
        name: request.name,
        branch: request.branch,
        pull: request.pull,
        parent: request.parent,
        ..Upload::new(key.clone(), OpenedBy::Invocation, app.clock.now())
    };
    // The report first: an upload that was opened and has none is waited for, and holds the verdict up.
    app.blobs.put(&key.blob_key(), raw).await.map_err(|error| Failure::not_stored(&error))?;
    app.table.open_upload(&upload).await.map_err(|error| Failure::not_stored(&error))?;
    Ok(key)
}

/// A report that the job has put into our bucket.
async fn object(app: &Feedback, bucket: &str, key: &str) -> Result<Bytes, Failure> {
    let not_found = |message: String| Failure::new("report.not_found", message);
    if bucket != app.bucket {
        let message = format!("Reports are read from the bucket `{}` only, not from `{bucket}`.", app.bucket);
        return Err(Failure::new("report.foreign_bucket", message));
    }
    match app.blobs.get(key, ingest::MAX_RAW).await {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(not_found(format!("There is no object `{key}` in the bucket `{bucket}`."))),
        Err(Error::TooLarge { size, limit, .. }) => {
            let message = format!("The report has {size} bytes; at most {limit} are read. Upload it in parts.");
            Err(Failure::new("report.too_large", message))
        }
        Err(Error::Unreadable { .. }) => {
            Err(not_found(format!("`{key}` cannot be the key of an object in the bucket `{bucket}`.")))
        }
        Err(Error::Denied { what, source }) => {
            // S3 hides what is not there behind the same answer, and a key of KMS may be the reason as well.
            tracing::warn!(what, cause = %source, bucket, key, "a report may not be read");
            let message = format!(
                "Covermark may not read the object `{key}` in the bucket `{bucket}`, or there is none. Check the key, and whether the object is encrypted with a key of its own."
            );
            Err(not_found(message))
        }
        Err(error) => Err(Failure::not_stored(&error)),
    }
}

/// All steps, now. In AWS the stored object also causes a notice, which finds everything done.
async fn finish(app: &Feedback, key: &UploadKey) -> Result<(Option<Upload>, Done), FeedbackError> {
    // Reading asks for the repository's rules, so what is counted begins before it.
    let github = app.apps.github(&key.provider).await?;
    let before = github.calls();
    let (upload, done) = steps(app, key).await?;
    Ok((upload, Done { github_calls: github.calls().saturating_sub(before), ..done }))
}

async fn steps(app: &Feedback, key: &UploadKey) -> Result<(Option<Upload>, Done), FeedbackError> {
    ingest::ingest(app, key).await?;
    let commit = CommitKey { provider: key.provider.clone(), repository: key.repository, sha: key.commit.clone() };
    for _ in 1..TRIES {
        match Box::pin(commit::turn(app, &commit, Trigger::Commit)).await {
            Ok(Turn::Done(done)) => return Ok((app.table.upload(key, app.clock.now()).await?, *done)),
            Ok(Turn::TakenAlong) | Err(FeedbackError::Busy | FeedbackError::Contended) => {
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(error),
        }
    }
    Err(FeedbackError::Busy)
}

async fn queue(app: &Feedback, key: UploadKey) -> Result<(), Error> {
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
