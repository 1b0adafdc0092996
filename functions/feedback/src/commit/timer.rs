//! Waiting without sleeping: one message that is under way for a commit, and the row that knows when it comes.
//!
//! It is sent before it is noted: a crash between the two, or two who do it at once, leave a message too many, which its
//! reader knows by its time, and never none.

use std::time::Duration;

use covermark_state::{
    jobs::{FeedbackJob, Job as _},
    queue::MAX_DELAY,
    rows::timing::Timing,
};
use covermark_types::Timestamp;

use crate::{Feedback, FeedbackError, app::CommitKey};

/// When a run that failed is looked after, should its message not come again: longer than the queue's own retries.
pub(super) const NET: Duration = Duration::from_secs(5 * 60);

/// How long after a lease's end somebody comes who went because of it.
pub(super) const MARGIN: Duration = Duration::from_secs(1);

/// Sees to it that the commit is looked at again at `at`, or after the queue's longest delay if that is sooner.
pub(super) async fn arm(app: &Feedback, key: &CommitKey, at: Timestamp) -> Result<(), FeedbackError> {
    let CommitKey { provider, repository, sha } = key;
    let now = app.clock.now();
    let at = at.max(now).min(now + MAX_DELAY);
    let known = app.table.timing(provider, *repository, sha).await?.and_then(|timing| timing.wake_at);
    if known.is_some_and(|known| known > now && known <= at) {
        return Ok(());
    }
    let delay = at.duration_since(now).unsigned_abs();
    let (provider, commit) = (provider.clone(), sha.clone());
    let job = FeedbackJob::Wake { provider, repository: *repository, commit, at: Some(at.as_millisecond()) };
    app.queue.send(&job.to_body()?, delay).await?;
    Ok(app.table.set_wake(&key.provider, *repository, sha, at).await?)
}

/// Whether another message than this one is under way, and will do.
pub(super) fn is_stale(timing: &Timing, at: i64, now: Timestamp) -> bool {
    timing.wake_at.is_some_and(|known| known.as_millisecond() != at && known > now)
}

/// Sees to it that the commit is looked at once more, now: somebody asked for it while it was worked on.
pub(super) async fn look_again(app: &Feedback, key: &CommitKey) -> Result<(), FeedbackError> {
    let CommitKey { provider, repository, sha } = key.clone();
    let job = FeedbackJob::Wake { provider, repository, commit: sha, at: None };
    Ok(app.queue.send(&job.to_body()?, Duration::ZERO).await?)
}
