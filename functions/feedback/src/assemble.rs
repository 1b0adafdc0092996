//! Step 2: all uploads of a commit become its report, and the commit's row points at it.
//!
//! Many runs may assemble the same commit at once. The report's key is the hash of what went in, and the row is written
//! only in the version that was read before the uploads were listed: whoever lists fewer uploads cannot overwrite.

use covermark_coverage::{Report, merge, shard};
use covermark_state::rows::{
    commit::{CommitRow, CommitWrite},
    upload::{Upload, UploadState},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use sha2::{Digest as _, Sha256};

use crate::{Feedback, FeedbackError, app::CommitKey, totals};

/// How often the work starts again because another run was faster.
const TRIES: usize = 12;
/// Shards that are fetched at once.
const FETCHES: usize = 8;
/// The largest shard or report that is read, in bytes.
pub(crate) const MAX_SHARD: u64 = 64 * 1024 * 1024;
/// Raised when merging changes what it makes of the same shards.
const MERGE_VERSION: &str = "1";

/// A commit with everything that was reported for it.
pub(crate) struct Assembled {
    pub(crate) row: CommitRow,
    pub(crate) report: Report,
    /// All uploads, oldest first, whatever their state.
    pub(crate) uploads: Vec<Upload>,
    /// How many processed uploads have no shard any more.
    pub(crate) gone: usize,
}

/// Brings the commit's report level with its uploads. `before` is what an earlier call in the same run came to: a report
/// of the same uploads is not read again.
pub(crate) async fn assemble(
    app: &Feedback,
    key: &CommitKey,
    before: Option<Assembled>,
) -> Result<Assembled, FeedbackError> {
    let mut before = before;
    for _ in 0..TRIES {
        let now = app.clock.now();
        // The row first: an upload that is processed between the two reads is then seen, not lost.
        let row = app.table.commit(&key.provider, key.repository, &key.sha).await?;
        let row = row.unwrap_or_else(|| CommitRow::new(key.provider.clone(), key.repository, key.sha.clone(), now));
        let uploads = app.table.uploads_of(&key.provider, key.repository, &key.sha, now).await?;
        let (report, report_key, gone) = report(app, key, &row, &uploads, before.take()).await?;
        let mut wanted = row.clone();
        describe(&mut wanted, &uploads);
        wanted.report = report_key;
        wanted.totals = wanted.report.is_some().then(|| totals::row(&report.totals()));
        if wanted == row {
            return Ok(Assembled { row, report, uploads, gone });
        }
        wanted.updated_at = now;
        if let CommitWrite::Written(version) = app.table.put_commit(&wanted).await? {
            let row = CommitRow { version, ..wanted };
            return Ok(Assembled { row, report, uploads, gone });
        }
    }
    Err(FeedbackError::Contended)
}

/// The merged report, its key, and how many shards are gone.
async fn report(
    app: &Feedback,
    key: &CommitKey,
    row: &CommitRow,
    uploads: &[Upload],
    before: Option<Assembled>,
) -> Result<(Report, Option<String>, usize), FeedbackError> {
    let mut shards: Vec<&str> = uploads.iter().filter_map(|upload| upload.shard.as_deref()).collect();
    shards.sort_unstable();
    shards.dedup();
    if shards.is_empty() {
        return Ok((Report::default(), None, 0));
    }
    let wanted = report_key(key, &shards);
    if let Some(before) = before.filter(|before| before.row.report.as_deref() == Some(&*wanted)) {
        return Ok((before.report, Some(wanted), before.gone));
    }
    // Merged before from the same shards: one blob instead of all of them, and it may outlive them.
    if row.report.as_deref() == Some(&*wanted)
        && let Some(report) = load(app, &wanted).await?
    {
        return Ok((report, Some(wanted), 0));
    }
    let loads: Vec<_> = shards.iter().map(|shard| load(app, shard)).collect();
    let parts: Vec<Option<Report>> = stream::iter(loads).buffered(FETCHES).try_collect().await?;
    let gone = parts.iter().filter(|part| part.is_none()).count();
    let (report, encoded) = tokio::task::spawn_blocking(move || {
        let report = merge(parts.iter().flatten());
        let encoded = shard::encode(&report);
        (report, encoded)
    })
    .await?;
    app.blobs.put(&wanted, encoded.into()).await?;
    Ok((report, Some(wanted), gone))
}

/// A shard or report; `None` when it is gone or not readable any more, which is said and not fatal.
pub(crate) async fn load(app: &Feedback, key: &str) -> Result<Option<Report>, FeedbackError> {
    let Some(bytes) = app.blobs.get(key, MAX_SHARD).await? else {
        tracing::warn!(key, "a report is gone");
        return Ok(None);
    };
    let decoded = tokio::task::spawn_blocking(move || shard::decode(&bytes)).await?;
    Ok(decoded.inspect_err(|error| tracing::error!(key, %error, "a report cannot be read")).ok())
}

fn report_key(key: &CommitKey, shards: &[&str]) -> String {
    let mut hash = Sha256::new();
    hash.update(MERGE_VERSION);
    for shard in shards {
        hash.update("\n");
        hash.update(shard);
    }
    format!("reports/{}/{}/{}/{}", key.provider, key.repository, key.sha, hex::encode(hash.finalize()))
}

/// What the uploads say about the commit. The first one to say something is believed: a later one cannot move it.
fn describe(row: &mut CommitRow, uploads: &[Upload]) {
    let here: Vec<_> = uploads
        .iter()
        .filter(|upload| matches!(upload.state, UploadState::Processed | UploadState::Unreadable))
        .collect();
    row.uploads = u32::try_from(here.len()).unwrap_or(u32::MAX);
    let forks = here.iter().filter(|upload| !upload.opened_by.may_be_a_base()).count();
    row.from_forks = u32::try_from(forks).unwrap_or(u32::MAX);
    row.branch = row.branch.take().or_else(|| here.iter().find_map(|upload| upload.branch.clone()));
    row.pull = row.pull.or_else(|| here.iter().find_map(|upload| upload.pull));
    row.parent = row.parent.take().or_else(|| here.iter().find_map(|upload| upload.parent.clone()));
}
