//! Our comment on a pull request, found again: by its id when we remember it, else by its marker.

use covermark_github::{Comment, CommentId, Error};
use covermark_state::rows::pull::PullComment;
use covermark_types::{AppId, PullNumber};

use super::Site;
use crate::{Feedback, FeedbackError, app::CommitKey, render};

/// Pages of 100 comments that are searched. Beyond that a pull request has other troubles than a second comment.
const PAGES: u32 = 30;

/// What is known of our comment.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    /// What was posted last, as we remember it.
    Remembered(PullComment),
    /// Found by its marker.
    There { id: CommentId, body: String },
    /// It is not there.
    Nothing,
}

/// Looks for a comment that begins with our marker and that our App wrote: anybody can write the marker.
pub(crate) async fn search(
    app: &Feedback,
    site: &Site,
    key: &CommitKey,
    number: PullNumber,
) -> Result<Found, FeedbackError> {
    let app_id = app.apps.credentials(&key.provider).await?.app_id;
    let github = app.apps.github(&key.provider).await?;
    let bot = format!("{}[bot]", github.slug());
    let marker = render::marker(&site.place, number);
    let mut next = Some(1);
    while let Some(page) = next.filter(|page| *page <= PAGES) {
        let part = match site.client.comments_page(number, page).await {
            Ok(part) => part,
            Err(Error::NotFound(_) | Error::Forbidden(_)) => return Ok(Found::Nothing),
            Err(error) => return Err(error.into()),
        };
        let ours = part.items.into_iter().find(|comment| is_ours(comment, app_id, &bot, &marker));
        if let Some(comment) = ours {
            return Ok(Found::There { id: comment.id, body: comment.body });
        }
        next = part.next;
    }
    Ok(Found::Nothing)
}

fn is_ours(comment: &Comment, app_id: AppId, bot: &str, marker: &str) -> bool {
    let by_us = match comment.app() {
        Some(author) => author == app_id,
        // Older servers do not say which App wrote it. No person can have a name with brackets.
        None => comment.user.as_ref().is_some_and(|user| user.login == bot),
    };
    by_us && comment.body.trim_start().starts_with(marker)
}
