//! One run at a time on a commit, and one that posts on a pull request.

use std::time::Duration;

use covermark_types::{PullNumber, random_hex};

use crate::{Feedback, FeedbackError, app::CommitKey};

/// How long a run may go without renewing before another one takes its place: longer than what any run does in between,
/// short enough that a crash is not noticed by people.
pub(super) const LASTS: Duration = Duration::from_secs(120);

/// A lease that is held.
pub(crate) struct Lease {
    key: String,
    holder: String,
}

impl Lease {
    /// Takes the lease of the pull request, or of the commit when there is none.
    pub(crate) async fn take(app: &Feedback, key: &CommitKey, pull: Option<PullNumber>) -> Result<Self, FeedbackError> {
        let CommitKey { provider, repository, sha } = key;
        let name = match pull {
            Some(number) => format!("feedback/{provider}/{repository}/pull/{number}"),
            None => format!("feedback/{provider}/{repository}/commit/{sha}"),
        };
        Self::of(app, name).await?.ok_or(FeedbackError::Busy)
    }

    /// Takes the lease of all work on one commit; `None` while another run has it.
    pub(crate) async fn of_commit(app: &Feedback, key: &CommitKey) -> Result<Option<Self>, FeedbackError> {
        let CommitKey { provider, repository, sha } = key;
        Self::of(app, format!("verdict/{provider}/{repository}/{sha}")).await
    }

    async fn of(app: &Feedback, key: String) -> Result<Option<Self>, FeedbackError> {
        let lease = Self { key, holder: random_hex::<8>(&*app.random) };
        let now = app.clock.now();
        let ours = app.table.acquire_lease(&lease.key, &lease.holder, now + LASTS, now).await?;
        Ok(ours.then_some(lease))
    }

    /// Holds it for as long again. [`FeedbackError::Busy`] when another run has it, or had it and is done: what was asked of
    /// GitHub before holds no longer.
    pub(crate) async fn renew(&self, app: &Feedback) -> Result<(), FeedbackError> {
        let ours = app.table.renew_lease(&self.key, &self.holder, app.clock.now() + LASTS).await?;
        if ours { Ok(()) } else { Err(FeedbackError::Busy) }
    }

    /// Gives it back. A failure is no more than a wait for others: it ends by itself.
    pub(crate) async fn give_back(self, app: &Feedback) {
        if let Err(error) = app.table.release_lease(&self.key, &self.holder).await {
            tracing::warn!(cause = %error, lease = self.key, "a lease could not be given back");
        }
    }
}
