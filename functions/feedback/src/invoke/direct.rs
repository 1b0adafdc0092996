//! The direct invocation: a coverage job hands its report over and gets the answer in the same breath.
//!
//! Who may invoke the function was decided by AWS before we run: the caller has `lambda:InvokeFunction` on it, and with
//! that may upload for every repository of the instance.

use std::time::Duration;

use covermark_state::rows::{
    repository::Repository,
    upload::{Upload, UploadKey},
};
use serde_json::Value;

use super::{
    answer::{self, Failure},
    dry,
    request::{self, Request},
    store,
};
use crate::{
    Feedback, FeedbackError,
    app::CommitKey,
    commit::{self, Done, Trigger, Turn},
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
    if request.dry_run {
        return Box::pin(dry::run(app, request, &repository)).await;
    }
    let several = request.several;
    let keys = store::all(app, request, &repository).await?;
    let (uploads, done) = match finish(app, &keys).await {
        Ok(finished) => finished,
        Err(error) => {
            // The reports are stored: what could not be done now is done by the queue.
            for key in keys {
                store::queue(app, key).await.map_err(|error| Failure::not_queued(&error))?;
            }
            return Err(Failure::after_store(&error));
        }
    };
    if uploads.len() < keys.len() {
        return Err(Failure::new("upload.expired", "The upload is gone from our table. Invoke again."));
    }
    Ok(answer::answer(&uploads, several, &done))
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

/// All steps, now. In AWS the stored object also causes a notice, which finds everything done.
async fn finish(app: &Feedback, keys: &[UploadKey]) -> Result<(Vec<Upload>, Done), FeedbackError> {
    let Some(first) = keys.first() else { return Err(FeedbackError::Busy) };
    let commit =
        CommitKey { provider: first.provider.clone(), repository: first.repository, sha: first.commit.clone() };
    // Reading asks for the repository's rules, so what is counted begins before it.
    let github = app.apps.github(&commit.provider).await?;
    let before = github.calls();
    let (uploads, done) = steps(app, &commit, keys).await?;
    Ok((uploads, Done { github_calls: github.calls().saturating_sub(before), ..done }))
}

async fn steps(app: &Feedback, commit: &CommitKey, keys: &[UploadKey]) -> Result<(Vec<Upload>, Done), FeedbackError> {
    for key in keys {
        ingest::ingest(app, key).await?;
    }
    for _ in 1..TRIES {
        match Box::pin(commit::turn(app, commit, Trigger::Commit)).await {
            Ok(Turn::Done(done)) => {
                let mut uploads = Vec::with_capacity(keys.len());
                for key in keys {
                    uploads.extend(app.table.upload(key, app.clock.now()).await?);
                }
                return Ok((uploads, *done));
            }
            Ok(Turn::TakenAlong) | Err(FeedbackError::Busy | FeedbackError::Contended) => {
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(error),
        }
    }
    Err(FeedbackError::Busy)
}
