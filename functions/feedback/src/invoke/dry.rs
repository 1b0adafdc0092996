//! A direct invocation that only wants to know what would be said: nothing is posted, and nothing of it is kept.

use bytes::Bytes;
use covermark_coverage::shard;
use covermark_state::rows::{repository::Repository, upload::Upload};
use serde_json::Value;

use super::{
    answer::{self, Failure},
    request::{Content, Part, Request},
    store,
};
use crate::{
    Feedback, FeedbackError,
    app::CommitKey,
    assemble::{self, Tried},
    commit, ingest,
};

pub(super) async fn run(app: &Feedback, request: Request, repository: &Repository) -> Result<Value, Failure> {
    let several = request.several;
    let key = CommitKey { provider: request.provider.clone(), repository: repository.id, sha: request.commit.clone() };
    let rows = store::rows(app, &request, repository)?;
    let mut tried = Vec::with_capacity(rows.len());
    let mut size = 0;
    for (upload, part) in rows.into_iter().zip(request.parts) {
        let raw = raw(app, part).await?;
        size += raw.as_ref().map_or(0, |raw| raw.len() as u64);
        // They are all in memory at once, unlike reports that are stored one after another.
        if size > ingest::MAX_RAW {
            return Err(store::too_large(size, ingest::MAX_RAW));
        }
        let read = read(app, upload, raw).await;
        tried.push(read.map_err(|error| Failure::untried(&error))?);
    }
    let uploads: Vec<Upload> = tried.iter().map(|one| one.upload.clone()).collect();
    let outcome = try_out(app, &key, repository, tried).await.map_err(|error| Failure::untried(&error))?;
    Ok(answer::tried(&uploads, several, &outcome))
}

async fn try_out(
    app: &Feedback,
    key: &CommitKey,
    repository: &Repository,
    tried: Vec<Tried>,
) -> Result<commit::TriedOut, FeedbackError> {
    let assembled = assemble::with_tried(app, key, tried).await?;
    Box::pin(commit::try_out(app, key, repository, assembled)).await
}

async fn raw(app: &Feedback, part: Part) -> Result<Option<Bytes>, Failure> {
    Ok(match part.content {
        Content::Totals(_) => None,
        Content::Inline(bytes) => Some(bytes),
        Content::Stored { bucket, key } => Some(store::object(app, &bucket, &key).await?),
    })
}

/// The upload as it would be after it was read.
async fn read(app: &Feedback, upload: Upload, raw: Option<Bytes>) -> Result<Tried, FeedbackError> {
    let Some(raw) = raw else { return Ok(Tried { upload, report: None }) };
    let read = ingest::read_only(app, &upload, raw).await?;
    let state = read.state();
    let shard = read.shard.as_deref().map(ingest::shard_key);
    let report = match read.shard {
        Some(bytes) => tokio::task::spawn_blocking(move || shard::decode(&bytes)).await?.ok(),
        None => None,
    };
    let upload = Upload { state, shard, totals: read.totals, notes: read.notes, ..upload };
    Ok(Tried { upload, report })
}
