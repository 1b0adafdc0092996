//! Step 1: one raw upload becomes a shard, and its row says what people must be told about it.
//!
//! The shard's key is the hash of its content, so a second run writes the same thing to the same place. What cannot be
//! read is an outcome with a reason, never a failure of the job.

mod expired;
mod unannounced;

use std::borrow::Cow;

use covermark_coverage::{
    ingest::ingest_packed as read_reports,
    paths::{DropReason, Dropped, Rules},
    payload::{Body, Limits, PayloadError},
    shard,
};
use covermark_policy::Policy;
use covermark_state::rows::{
    self,
    upload::{DroppedPath, UnreadableFile, Upload, UploadKey, UploadNotes, UploadResult, UploadState},
};
use covermark_types::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::{Feedback, FeedbackError, Skip, evidence::configuration, totals};

/// The largest raw upload that is read, in bytes: what fits into the function's memory together with what it becomes.
pub(crate) const MAX_RAW: u64 = covermark_service::config::MAX_REPORT;

/// A raw upload, read.
pub(crate) struct Read {
    /// The encoded shard; `None` when there was nothing to read.
    pub(crate) shard: Option<Vec<u8>>,
    pub(crate) totals: Option<rows::Totals>,
    pub(crate) notes: UploadNotes,
}

impl Read {
    /// How far the upload has come with this.
    pub(crate) fn state(&self) -> UploadState {
        if self.shard.is_some() { UploadState::Processed } else { UploadState::Unreadable }
    }
}

/// Where a shard is stored: the name is its content's.
pub(crate) fn shard_key(shard: &[u8]) -> String {
    format!("shards/{}", hex::encode(Sha256::digest(shard)))
}

/// Reads an upload that is only tried, by the rules that an upload of this row would be read by.
pub(crate) async fn read_only(app: &Feedback, upload: &Upload, raw: bytes::Bytes) -> Result<Read, FeedbackError> {
    let rules = configuration::of_upload(app, upload).await?;
    let opened = upload.opened_at;
    Ok(tokio::task::spawn_blocking(move || read(&raw, &rules, opened)).await?)
}

/// Reads an upload that was stored. Does nothing when that was done before, and nothing but a note in the log when the
/// upload is not ours or never came.
pub(crate) async fn ingest(app: &Feedback, key: &UploadKey) -> Result<Option<Skip>, FeedbackError> {
    let now = app.clock.now();
    let Some(upload) = app.table.upload(key, now).await? else {
        tracing::warn!(upload_id = %key.upload, reason = Skip::UploadUnknown.code(), "an upload that nobody opened");
        return Ok(Some(Skip::UploadUnknown));
    };
    if matches!(upload.state, UploadState::Processed | UploadState::Unreadable) {
        return Ok(None);
    }
    let (raw, rules) =
        futures::join!(async { app.blobs.get(&key.blob_key(), MAX_RAW).await }, configuration::of_upload(app, &upload));
    let raw = match raw {
        Ok(Some(raw)) => raw,
        Ok(None) => {
            tracing::warn!(upload_id = %key.upload, reason = Skip::UploadNotStored.code(), "an upload is not there");
            return Ok(Some(Skip::UploadNotStored));
        }
        Err(covermark_state::Error::TooLarge { size, limit, .. }) => {
            record(app, &upload, too_large(size, limit)).await?;
            unannounced::count(app, &upload, size).await;
            // Nobody will ever read it, and an address for a PUT sets no bound to what comes.
            app.blobs.delete(&key.blob_key()).await?;
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let rules = rules?;
    if app.table.set_upload_stored(key).await?.applied() || !app.blobs.announces() {
        unannounced::count(app, &upload, raw.len() as u64).await;
    }
    // Reading takes seconds for the largest reports; on one thread nothing else would move meanwhile.
    let opened = upload.opened_at;
    let read = tokio::task::spawn_blocking(move || read(&raw, &rules, opened)).await?;
    record(app, &upload, read).await?;
    Ok(None)
}

async fn record(app: &Feedback, upload: &Upload, read: Read) -> Result<(), FeedbackError> {
    let state = read.state();
    let shard = match read.shard {
        None => None,
        Some(bytes) => {
            let key = shard_key(&bytes);
            app.blobs.put(&key, bytes.into()).await?;
            Some(key)
        }
    };
    tracing::info!(
        upload_id = %upload.key.upload, ?state, unreadable = read.notes.unreadable_total,
        left_out = read.notes.dropped_total, "an upload was read"
    );
    let result = UploadResult { state, shard, totals: read.totals, notes: read.notes };
    app.table.set_upload_processed(&upload.key, &result, app.clock.now()).await?;
    Ok(())
}

/// What the repository says of its paths. What it ignores is kept all the same and left out when it is judged, so that
/// two commits with different lists can be compared.
struct Paths<'a>(&'a Policy);

impl Rules for Paths<'_> {
    fn replaced<'p>(&self, path: &'p str) -> Cow<'p, str> {
        self.0.replaced(path)
    }

    fn prefixed<'p>(&self, path: &'p str) -> Cow<'p, str> {
        self.0.prefixed(path)
    }

    fn ignored(&self, _: &str) -> bool {
        false
    }

    fn exact_only(&self) -> bool {
        self.0.exact_only()
    }
}

fn read(raw: &[u8], rules: &Policy, opened: Timestamp) -> Read {
    let mut expired = Vec::new();
    let ingested = match Body::new(raw, &Limits::default()) {
        Ok(body) => body.open().map(|mut upload| {
            if let Some(oldest) = rules.max_report_age {
                expired = expired::take_out(&mut upload, opened, oldest);
            }
            read_reports(&upload, &Paths(rules))
        }),
        Err(error) => Err(error),
    };
    let ingested = match ingested {
        Ok(ingested) => ingested,
        Err(error) => return unreadable(refusal(&error), error.to_string()),
    };
    let mut notes = UploadNotes {
        formats: ingested.formats.iter().map(|(_, format)| format.code().to_owned()).collect(),
        // A back-tick in a name would end the code span that it is shown in.
        warnings: ingested
            .warnings
            .iter()
            .map(|(file, warning)| format!("`{}`: {warning}", file.replace('`', "'")))
            .collect(),
        ..UploadNotes::default()
    };
    notes.unreadable.append(&mut expired);
    notes.unreadable.extend(ingested.problems.iter().map(|problem| UnreadableFile {
        file: problem.filename.clone(),
        code: problem.reason.code().to_owned(),
        reason: problem.reason.to_string(),
    }));
    notes.unreadable.extend(ingested.unreadable.iter().map(|(file, unreadable)| UnreadableFile {
        file: file.clone(),
        code: unreadable.code.to_owned(),
        reason: unreadable.to_string(),
    }));
    notes.unreadable_total = notes.unreadable.len() as u64;
    // System headers and installed packages are in nearly every report: worth a word only when there is nothing else.
    let worth_a_word = |left: &&Dropped| {
        (left.reason != DropReason::Outside || ingested.report.is_empty()) && !rules.ignores(&left.path)
    };
    notes.dropped_total = ingested.dropped.iter().filter(worth_a_word).count() as u64;
    notes.dropped.extend(
        ingested
            .dropped
            .iter()
            .filter(worth_a_word)
            .take(100)
            .map(|dropped| DroppedPath { path: dropped.path.clone(), reason: dropped.reason.code().to_owned() }),
    );
    // Something was read when a format was recognised, even if every path in it was left out: then the notes say so.
    if ingested.formats.is_empty() {
        if notes.unreadable.is_empty() {
            return unreadable("empty", "There is no report in it.".to_owned());
        }
        return Read { shard: None, totals: None, notes };
    }
    let sums = totals::row(&ingested.report.totals());
    Read { shard: Some(shard::encode(&ingested.report)), totals: Some(sums), notes }
}

/// The stable name of an upload's refusal as a whole.
fn refusal(error: &PayloadError) -> &'static str {
    match error {
        PayloadError::Json { .. } => "bad-json",
        PayloadError::Body(reason) => reason.code(),
        _ => "too-many",
    }
}

fn too_large(size: u64, limit: u64) -> Read {
    let megabytes = |bytes: u64| bytes.div_ceil(1024 * 1024);
    let reason =
        format!("It has {} MB; at most {} MB are read. Upload it in parts.", megabytes(size), megabytes(limit));
    unreadable("too-large", reason)
}

/// An upload of which nothing could be read, for one reason.
fn unreadable(code: &str, reason: String) -> Read {
    let file = UnreadableFile { file: String::new(), code: code.to_owned(), reason };
    let notes = UploadNotes { unreadable: vec![file], unreadable_total: 1, ..UploadNotes::default() };
    Read { shard: None, totals: None, notes }
}
