//! The direct invocation: a coverage job hands its report over and gets the answer in the same breath.
//!
//! Who may invoke the function was decided by AWS before we run: the caller has `lambda:InvokeFunction` on it, and with
//! that may upload for every repository of the instance.

use std::time::Duration;

use covermark_state::{
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
    commit::{self, Done, Trigger},
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
            let body = job(&key).to_body().map_err(FeedbackError::from)?;
            app.queue.send(&body, crate::error::BUSY_RETRY).await.map_err(FeedbackError::from)?;
            return Err(error.into());
        }
    };
    let upload =
        upload.ok_or_else(|| Failure::new("upload.expired", "The upload is gone from our table. Invoke again."))?;
    Ok(answer::answer(&upload, &done))
}

async fn repository(app: &Feedback, request: &Request) -> Result<Repository, Failure> {
    let name = &request.repository;
    let found = app.table.repository_by_name(&request.provider, name).await.map_err(FeedbackError::from)?;
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
        Source::Stored { bucket, key } => {
            if bucket != app.bucket {
                let message = format!("Reports are read from the bucket `{}` only, not from `{bucket}`.", app.bucket);
                return Err(Failure::new("report.foreign_bucket", message));
            }
            match app.blobs.get(&key, ingest::MAX_RAW).await {
                Ok(Some(bytes)) => bytes,
                Ok(None) => {
                    let message = format!("There is no object `{key}` in the bucket `{bucket}`.");
                    return Err(Failure::new("report.not_found", message));
                }
                Err(covermark_state::Error::TooLarge { size, limit, .. }) => {
                    let message = format!("The report has {size} bytes; at most {limit} are read. Upload it in parts.");
                    return Err(Failure::new("report.too_large", message));
                }
                Err(covermark_state::Error::Unreadable { .. }) => {
                    return Err(Failure::new("report.not_found", "`report.key` is not a key of an object."));
                }
                Err(error) => return Err(FeedbackError::from(error).into()),
            }
        }
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
    app.table.open_upload(&upload).await.map_err(FeedbackError::from)?;
    app.blobs.put(&key.blob_key(), raw).await.map_err(FeedbackError::from)?;
    Ok(key)
}

/// All steps, now. In AWS the stored object also causes a notice, which finds everything done.
async fn finish(app: &Feedback, key: &UploadKey) -> Result<(Option<Upload>, Done), FeedbackError> {
    ingest::ingest(app, key).await?;
    let commit = CommitKey { provider: key.provider.clone(), repository: key.repository, sha: key.commit.clone() };
    for _ in 1..TRIES {
        match Box::pin(commit::run(app, &commit, Trigger::Commit)).await {
            Err(FeedbackError::Busy | FeedbackError::Contended) => tokio::time::sleep(PAUSE).await,
            done => return Ok((app.table.upload(key, app.clock.now()).await?, done?)),
        }
    }
    Err(FeedbackError::Busy)
}

fn job(key: &UploadKey) -> FeedbackJob {
    let UploadKey { provider, repository, commit, upload } = key.clone();
    FeedbackJob::Upload { provider, repository, commit, upload }
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
