//! Bytes that came and were not announced. An address for a PUT takes whatever comes, so that what is counted when an
//! upload is opened may be too little; the rest is counted to the same day when it is read.

use covermark_state::rows::{quota::Purse, upload::Upload};

use crate::Feedback;

/// Counts what is more than was announced. The upload itself is taken: the next one may find no room.
pub(super) async fn count(app: &Feedback, upload: &Upload, came: u64) {
    let more = came.saturating_sub(upload.announced_bytes.unwrap_or(0));
    if more == 0 {
        return;
    }
    let purses = match (upload.opened_by.is_stranger(), upload.pull) {
        (false, _) => [Some(Purse::Own), None],
        (true, pull) => [Some(Purse::Strangers), pull.map(Purse::Pull)],
    };
    let (key, now) = (&upload.key, app.clock.now());
    for purse in purses.into_iter().flatten() {
        if let Err(error) = app.table.count_bytes(&key.provider, key.repository, (purse, more), u64::MAX, now).await {
            // No report is lost for a counter.
            tracing::warn!(cause = %error, upload_id = %key.upload, "bytes that were not announced are not counted");
        }
    }
}
