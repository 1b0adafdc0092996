//! Step 5: what should be seen against what is there, and the fewest calls that close the difference.
//!
//! Only the holder of the pull request's lease comes here, and renews it first: GitHub may have been so slow that another run
//! has posted meanwhile. A refusal is an outcome with a reason; only what may pass (no
//! answer, a rate limit) is an error, and then the whole commit comes again: the comment is found by its marker, a status
//! set twice is one status.

mod checks;
mod comment;
mod statuses;

use covermark_github::{CommentId, Error};
use covermark_state::rows::{commit::Posted as Remembered, repository_settings::RepositorySettings};
use covermark_types::PullNumber;
use serde::Serialize;
use url::Url;

use crate::{
    Feedback, FeedbackError, Skip,
    app::CommitKey,
    commit::Lease,
    evidence::{Site, comments::Found},
    render::{Channel, VerdictState, WantedFeedback, WantedVerdict},
};

/// What is there now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Posted {
    /// Address of the comment.
    pub(crate) comment: Option<String>,
    /// The verdicts, posted now or before.
    pub(crate) verdicts: Vec<ShownVerdict>,
    /// Why something was not posted.
    pub(crate) skipped: Vec<Skip>,
    /// The comment as the next round will find it.
    pub(crate) found: Option<Found>,
}

/// A verdict as a direct invocation is told of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ShownVerdict {
    pub(crate) context: String,
    pub(crate) state: VerdictState,
    pub(crate) description: String,
}

impl ShownVerdict {
    pub(crate) fn of(wanted: &WantedVerdict) -> Self {
        let WantedVerdict { context, state, description, .. } = wanted.clone();
        Self { context, state, description }
    }
}

/// What became of the verdicts.
#[derive(Default)]
struct Outcome {
    shown: Vec<ShownVerdict>,
    skipped: Vec<Skip>,
}

impl Outcome {
    fn into(self, posted: &mut Posted) {
        posted.verdicts = self.shown;
        posted.skipped.extend(self.skipped);
    }
}

/// Posts to a pull request: comment and verdicts at once, neither waits for the other.
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
    let switches = app.table.repository_settings(&key.provider, key.repository).await?;
    keep_view(app, key, wanted).await;
    let page = site.place.report_page(&["pull", &number.to_string()]);
    let comment = async {
        if switches.comment {
            comment::post(app, site, lease, key, number, wanted.comment.as_ref(), found).await
        } else {
            Ok(Posted { skipped: vec![Skip::CommentSwitchedOff], ..Posted::default() })
        }
    };
    let (comment, verdicts) = futures::join!(comment, verdicts(app, site, key, wanted, &page, &switches));
    let mut posted = comment?;
    verdicts?.into(&mut posted);
    Ok(posted)
}

/// Posts to a commit of a branch: verdicts only.
pub(crate) async fn to_commit(
    app: &Feedback,
    site: &Site,
    lease: &Lease,
    key: &CommitKey,
    wanted: &WantedFeedback,
) -> Result<Posted, FeedbackError> {
    lease.renew(app).await?;
    let switches = app.table.repository_settings(&key.provider, key.repository).await?;
    let mut posted = Posted::default();
    keep_view(app, key, wanted).await;
    let page = site.place.report_page(&["commit", key.sha.as_str()]);
    verdicts(app, site, key, wanted, &page, &switches).await?.into(&mut posted);
    Ok(posted)
}

/// Keeps what the report page shows. Whoever follows a link finds the page at once, so it comes first; without it the
/// page shows less, and that must not keep a verdict back.
async fn keep_view(app: &Feedback, key: &CommitKey, wanted: &WantedFeedback) {
    let kept = app.blobs.put_report_view(&key.provider, key.repository, &key.sha, &wanted.view).await;
    if let Err(error) = kept {
        tracing::warn!(cause = %error, commit = %key.sha, "what was judged could not be kept for the report page");
    }
}

/// As check runs where the App may make them, else as statuses; as neither where the repository's settings say so.
async fn verdicts(
    app: &Feedback,
    site: &Site,
    key: &CommitKey,
    wanted: &WantedFeedback,
    page: &Url,
    switches: &RepositorySettings,
) -> Result<Outcome, FeedbackError> {
    if wanted.verdicts.is_empty() {
        return Ok(Outcome::default());
    }
    let best = wanted.channel == Channel::Best;
    if best && switches.checks && site.rights.checks {
        match checks::post(app, site, key, &wanted.verdicts, Some(page)).await? {
            checks::Came::Done(outcome) => return Ok(outcome),
            checks::Came::NotAllowed => {}
        }
    }
    let mut outcome = if switches.statuses {
        statuses::post(app, site, key, &wanted.verdicts, Some(page)).await?
    } else {
        Outcome { skipped: vec![Skip::StatusesSwitchedOff], ..Outcome::default() }
    };
    match best {
        true if !switches.checks => outcome.skipped.push(Skip::ChecksSwitchedOff),
        true => outcome.skipped.push(Skip::NoChecks),
        false => {}
    }
    Ok(outcome)
}

/// Whether GitHub does not know the commit: a 422 with these words, and a 404 on older servers.
fn is_commit_unknown(error: &Error) -> bool {
    match error {
        Error::NotFound(_) => true,
        Error::Rejected(answer) => answer.status == 422 && answer.message.starts_with("No commit found"),
        _ => false,
    }
}

async fn remembered(app: &Feedback, key: &CommitKey) -> Result<Remembered, FeedbackError> {
    let row = app.table.commit(&key.provider, key.repository, &key.sha).await?;
    Ok(row.and_then(|row| row.posted).unwrap_or_default())
}

fn comment_address(site: &Site, number: PullNumber, id: CommentId) -> String {
    format!("{}#issuecomment-{id}", site.place.pull(number))
}
