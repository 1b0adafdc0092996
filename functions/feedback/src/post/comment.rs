//! The one comment: created, edited in place, left alone when it says the same, made again when somebody deleted it.

use covermark_github::{CommentId, Error};
use covermark_state::rows::pull::PullComment;
use covermark_types::PullNumber;
use sha2::{Digest as _, Sha256};

use super::{Posted, comment_address};
use crate::{
    Feedback, FeedbackError, Skip,
    app::CommitKey,
    commit::Lease,
    evidence::{
        Site,
        comments::{self, Found},
    },
};

/// Makes the comment say `wanted`.
pub(crate) async fn post(
    app: &Feedback,
    site: &Site,
    lease: &Lease,
    key: &CommitKey,
    number: PullNumber,
    wanted: Option<&str>,
    found: Found,
) -> Result<Posted, FeedbackError> {
    let Some(text) = wanted else { return Ok(skipped(Skip::CommentOff)) };
    if !site.rights.pull_requests_write {
        return Ok(skipped(Skip::NoPullRequests));
    }
    let digest = digest(text);
    let mut unchanged = false;
    let written = match found {
        Found::Remembered(PullComment { id: Some(id), digest: posted, .. }) => {
            unchanged = posted == digest;
            if unchanged {
                Ok(CommentId(id))
            } else {
                edit_or_create(app, site, lease, key, number, CommentId(id), text).await
            }
        }
        Found::There { id, body } => {
            unchanged = same_text(&body, text);
            if unchanged { Ok(id) } else { edit_or_create(app, site, lease, key, number, id, text).await }
        }
        Found::Remembered(_) | Found::Nothing => {
            site.client.create_comment(number, text).await.map(|made| made.id).map_err(FeedbackError::from)
        }
    };
    let id = match written {
        Ok(id) => id,
        Err(FeedbackError::GitHub(error)) => return refused(error),
        Err(error) => return Err(error),
    };
    let row = PullComment { id: Some(id.0), digest, head: key.sha.clone(), posted_at: app.clock.now() };
    if !unchanged
        || !matches!(app.table.pull(&key.provider, key.repository, number).await?, Some(pull) if pull.comment.is_some())
    {
        app.table.set_pull_comment(&key.provider, key.repository, number, &row).await?;
    }
    Ok(Posted {
        comment: Some(comment_address(site, number, id)),
        skipped: if unchanged { vec![Skip::CommentUnchanged] } else { Vec::new() },
        found: Some(Found::Remembered(row)),
        ..Posted::default()
    })
}

/// Edits the comment; when somebody deleted it, another of ours is looked for before a new one is made.
async fn edit_or_create(
    app: &Feedback,
    site: &Site,
    lease: &Lease,
    key: &CommitKey,
    number: PullNumber,
    id: CommentId,
    text: &str,
) -> Result<CommentId, FeedbackError> {
    match site.client.update_comment(id, text).await {
        Ok(comment) => return Ok(comment.id),
        Err(error) if error.is_not_found() => {}
        Err(error) => return Err(error.into()),
    }
    tracing::info!(comment = id.0, pull = number.0, "our comment was deleted; it is made again");
    match comments::search(app, site, key, number).await? {
        Found::There { id: other, .. } if other != id => Ok(site.client.update_comment(other, text).await?.id),
        _ => {
            // The search may have taken as long as another run needs to make one.
            lease.renew(app).await?;
            Ok(site.client.create_comment(number, text).await?.id)
        }
    }
}

/// A refusal that will stay one is a reason; what may pass is an error.
fn refused(error: Error) -> Result<Posted, FeedbackError> {
    let skip = match &error {
        Error::Forbidden(_) => Skip::CommentForbidden,
        Error::NotFound(_) => Skip::PullNotFound,
        Error::Rejected(_) => Skip::CommentRejected,
        _ => return Err(error.into()),
    };
    tracing::warn!(cause = %error, reason = skip.code(), "GitHub refused the comment");
    Ok(skipped(skip))
}

fn skipped(skip: Skip) -> Posted {
    Posted { skipped: vec![skip], ..Posted::default() }
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// GitHub gives a text back with other line ends and without white space at its end.
fn same_text(there: &str, wanted: &str) -> bool {
    there.trim_end().lines().eq(wanted.trim_end().lines())
}
