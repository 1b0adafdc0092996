//! The one comment: created, edited in place, left alone when it says the same, made again when somebody deleted it.

use covermark_github::{CommentId, Error};
use covermark_policy::Behavior;
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
    render::WantedComment,
};

/// Where the comment goes.
#[derive(Clone, Copy)]
struct Spot<'a> {
    app: &'a Feedback,
    site: &'a Site,
    lease: &'a Lease,
    key: &'a CommitKey,
    number: PullNumber,
}

/// What became of it.
enum Written {
    /// It says so now.
    As(CommentId),
    /// It said so already.
    Unchanged(CommentId),
    /// It is not there, and should not be.
    Left(Skip),
}

/// Makes the comment say `wanted`.
pub(crate) async fn post(
    app: &Feedback,
    site: &Site,
    lease: &Lease,
    key: &CommitKey,
    number: PullNumber,
    wanted: Option<&WantedComment>,
    found: Found,
) -> Result<Posted, FeedbackError> {
    let Some(wanted) = wanted else { return Ok(skipped(Skip::CommentOff)) };
    if !site.rights.pull_requests_write {
        return Ok(skipped(Skip::NoPullRequests));
    }
    let digest = digest(&wanted.text);
    let spot = Spot { app, site, lease, key, number };
    let (id, unchanged) = match spot.write(wanted, &digest, found).await {
        Ok(Written::As(id)) => (id, false),
        Ok(Written::Unchanged(id)) => (id, true),
        Ok(Written::Left(why)) => return Ok(skipped(why)),
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

impl Spot<'_> {
    async fn write(self, wanted: &WantedComment, digest: &str, found: Found) -> Result<Written, FeedbackError> {
        let (there, same) = match found {
            Found::Remembered(PullComment { id: Some(id), digest: posted, .. }) => {
                (Some(CommentId(id)), posted == digest)
            }
            Found::There { id, body } => (Some(id), same_text(&body, &wanted.text)),
            Found::Remembered(_) | Found::Nothing => (None, false),
        };
        match there {
            Some(id) if same => Ok(Written::Unchanged(id)),
            Some(id) if wanted.behavior == Behavior::New => {
                // First away, then made: whoever ends in between leaves none, and the next run makes one.
                self.site.client.delete_comment(id).await?;
                self.create(&wanted.text).await
            }
            Some(id) => self.edit(id, wanted).await,
            None if wanted.first => self.create(&wanted.text).await,
            None => Ok(Written::Left(Skip::CommentNotRequired)),
        }
    }

    async fn create(self, text: &str) -> Result<Written, FeedbackError> {
        // Noted before: whoever ends in between leaves a comment that the next run looks for.
        let Self { app, key, number, .. } = self;
        let begun = PullComment { id: None, digest: String::new(), head: key.sha.clone(), posted_at: app.clock.now() };
        app.table.set_pull_comment(&key.provider, key.repository, number, &begun).await?;
        Ok(Written::As(self.site.client.create_comment(number, text).await?.id))
    }

    /// Edits the comment; when somebody deleted it, another of ours is looked for before a new one is made.
    async fn edit(self, id: CommentId, wanted: &WantedComment) -> Result<Written, FeedbackError> {
        match self.site.client.update_comment(id, &wanted.text).await {
            Ok(comment) => return Ok(Written::As(comment.id)),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
        }
        if wanted.behavior == Behavior::Once {
            return Ok(Written::Left(Skip::CommentDeleted));
        }
        tracing::info!(comment = id.0, pull = self.number.0, "our comment was deleted; it is made again");
        match comments::search(self.app, self.site, self.key, self.number).await? {
            Found::There { id: other, .. } if other != id => {
                Ok(Written::As(self.site.client.update_comment(other, &wanted.text).await?.id))
            }
            _ => {
                // The search may have taken as long as another run needs to make one.
                self.lease.renew(self.app).await?;
                self.create(&wanted.text).await
            }
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
