//! What a commit's report would be with further uploads, of which nothing is kept.

use std::sync::Arc;

use covermark_coverage::{Report, merge};
use covermark_state::rows::{
    commit::CommitRow,
    upload::{Sifted, Upload, UploadState},
};

use super::{Assembled, Shards, are_told_apart, describe, keys, load_all, parts, report_key, sums};
use crate::{Feedback, FeedbackError, app::CommitKey, totals};

/// An upload that is only tried.
pub(crate) struct Tried {
    /// As its row would be; its shard is named and stored nowhere.
    pub(crate) upload: Upload,
    /// What was read of it.
    pub(crate) report: Option<Report>,
}

/// The commit as it would be with these uploads. Reads, and writes nothing.
pub(crate) async fn with_tried(app: &Feedback, key: &CommitKey, tried: Vec<Tried>) -> Result<Assembled, FeedbackError> {
    let now = app.clock.now();
    let row = app.table.commit(&key.provider, key.repository, &key.sha).await?;
    let mut row = row.unwrap_or_else(|| CommitRow::new(key.provider.clone(), key.repository, key.sha.clone(), now));
    let mut uploads = app.table.uploads_of(&key.provider, key.repository, &key.sha, now).await?;
    let mut known = Shards::new();
    for Tried { upload, report } in tried {
        if let (Some(shard), Some(report)) = (&upload.shard, report) {
            known.insert(shard.clone(), Arc::new(report));
        }
        debug_assert!(matches!(upload.state, UploadState::Processed | UploadState::Unreadable));
        uploads.push(upload);
    }
    let Sifted { counted: uploads, set_aside } = Sifted::of(uploads);
    let wanted = keys(&uploads);
    let (shards, gone) = load_all(app, &wanted, known).await?;
    row.report = (!wanted.is_empty()).then(|| report_key(key, &wanted));
    describe(&mut row, &uploads);
    let all: Vec<_> = shards.values().cloned().collect();
    let report = tokio::task::spawn_blocking(move || merge(all.iter().map(|part| &**part))).await?;
    row.totals = if row.report.is_some() { Some(totals::row(&report.totals())) } else { sums(&uploads) };
    let parts = parts(&uploads, &shards);
    let shards = if are_told_apart(&uploads) { shards } else { Shards::new() };
    Ok(Assembled { row, report, uploads, set_aside, parts, gone, shards })
}
