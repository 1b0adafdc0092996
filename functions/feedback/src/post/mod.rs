//! Step 5: what should be seen against what is there, and the fewest calls that close the difference.
//!
//! Only the holder of the pull request's lease comes here, and renews it first: GitHub may have been so slow that another run
//! has posted meanwhile. A refusal is an outcome with a reason; only what may pass (no
//! answer, a rate limit) is an error, and then the whole commit comes again: the comment is found by its marker, a status
//! set twice is one status.

mod comment;
mod statuses;

use covermark_github::CommentId;
use covermark_types::PullNumber;
use serde::Serialize;
use url::Url;

use crate::{
    Feedback, FeedbackError, Skip,
    app::CommitKey,
    commit::Lease,
    evidence::{Site, comments::Found},
    render::{WantedFeedback, WantedStatus},
};

/// What is there now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Posted {
    /// Address of the comment.
    pub(crate) comment: Option<String>,
    /// The statuses, posted now or before.
    pub(crate) statuses: Vec<ShownStatus>,
    /// Why something was not posted.
    pub(crate) skipped: Vec<Skip>,
    /// The comment as the next round will find it.
    pub(crate) found: Option<Found>,
}

/// A status as a direct invocation is told of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ShownStatus {
    pub(crate) context: String,
    pub(crate) state: covermark_github::StatusState,
    pub(crate) description: String,
}

impl ShownStatus {
    fn of(wanted: &WantedStatus) -> Self {
        let WantedStatus { context, state, description } = wanted.clone();
        Self { context, state, description }
    }
}

/// Posts to a pull request: comment and statuses at once, neither waits for the other.
pub(crate) async fn to_pull(
    app: &Feedback,
    site: &Site,
    lease: &Lease,
    key: &CommitKey,
    number: PullNumber,
    wanted: &WantedFeedback,
    found: Found,
) -> Result<Posted, FeedbackError> {
    lease.renew(app).await?;
    let id = match &found {
        Found::Remembered(known) => known.id.map(CommentId),
        Found::There { id, .. } => Some(*id),
        Found::Nothing => None,
    };
    // The comment's own address once there is one; the first statuses do not wait a round trip for it.
    let target = id.map_or_else(|| site.place.pull(number), |id| comment_address(site, number, id));
    let (comment, statuses) = futures::join!(
        comment::post(app, site, lease, key, number, wanted.comment.as_deref(), found),
        statuses::post(app, site, key, &wanted.statuses, Url::parse(&target).ok()),
    );
    let mut posted = comment?;
    statuses?.into(&mut posted);
    Ok(posted)
}

/// Posts to a commit of a branch: statuses only.
pub(crate) async fn to_commit(
    app: &Feedback,
    site: &Site,
    lease: &Lease,
    key: &CommitKey,
    wanted: &WantedFeedback,
) -> Result<Posted, FeedbackError> {
    lease.renew(app).await?;
    let mut posted = Posted::default();
    statuses::post(app, site, key, &wanted.statuses, None).await?.into(&mut posted);
    Ok(posted)
}

fn comment_address(site: &Site, number: PullNumber, id: CommentId) -> String {
    format!("{}#issuecomment-{id}", site.place.pull(number))
}
