//! The function's parts, and its entry for a queue's job.

use std::sync::Arc;

use covermark_service::credentials::Apps;
use covermark_state::{
    Table,
    blobs::Blobs,
    jobs::{FeedbackJob, Job as _},
    queue::Queue,
    rows::upload::UploadKey,
};
use covermark_types::{Clock, CommitSha, Fault as _, FaultClass, Provider, Random, RepositoryId};

use url::Url;

use crate::{
    commit::{self, Trigger, Turn},
    error::{BUSY_RETRY, FeedbackError},
    ingest, outcome,
};

/// What the function works with.
pub struct Feedback {
    /// Uploads, commits, pull requests, leases.
    pub table: Table,
    /// Raw uploads, shards, reports.
    pub blobs: Blobs,
    /// The connected Apps.
    pub apps: Arc<Apps>,
    /// The queue that this function drains, to look again later.
    pub queue: Arc<dyn Queue>,
    /// Where the report pages are: links on GitHub lead there.
    pub public_url: Url,
    /// Name of the bucket that `blobs` is, as events name it.
    pub bucket: String,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness, for the names of lease holders and uploads.
    pub random: Arc<dyn Random>,
}

/// The commit that the work is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CommitKey {
    pub(crate) provider: Provider,
    pub(crate) repository: RepositoryId,
    pub(crate) sha: CommitSha,
}

/// Does a job.
///
/// # Errors
/// [`FeedbackError`] says whether the job should come again, and when. Nothing is lost either way: the upload is kept,
/// and every step can be run again.
pub async fn handle(app: &Feedback, job: FeedbackJob) -> Result<(), FeedbackError> {
    let (provider, repository, sha, trigger) = match job.clone() {
        FeedbackJob::Upload { provider, repository, commit, upload } => {
            let key = UploadKey { provider, repository, commit, upload };
            if let Some(skip) = ingest::ingest(app, &key).await? {
                let UploadKey { provider, repository, commit: sha, .. } = key;
                outcome::of_upload(app, &CommitKey { provider, repository, sha }, skip).await;
                return Ok(());
            }
            (key.provider, key.repository, key.commit, Trigger::Upload)
        }
        FeedbackJob::Opened { provider, repository, commit } => (provider, repository, commit, Trigger::Upload),
        FeedbackJob::Wake { provider, repository, commit, at } => {
            (provider, repository, commit, at.map_or(Trigger::Hint, Trigger::Timer))
        }
        FeedbackJob::Commit { provider, repository, commit } => (provider, repository, commit, Trigger::Commit),
        FeedbackJob::Again { provider, repository, commit } => (provider, repository, commit, Trigger::Again),
    };
    let key = CommitKey { provider, repository, sha };
    match Box::pin(commit::turn(app, &key, trigger)).await {
        Ok(Turn::Done(done)) => done.log(&key),
        Ok(Turn::TakenAlong) => tracing::debug!(commit = %key.sha, "another run takes it along"),
        // As a new message: to be in another one's way is no failure, and five of those make a dead letter.
        Err(FeedbackError::Busy) => app.queue.send(&job.to_body()?, BUSY_RETRY).await?,
        Err(error) => {
            if error.class() == FaultClass::Unauthorized {
                app.apps.after_refusal(&key.provider).await;
            }
            return Err(error);
        }
    }
    Ok(())
}
