//! Comments in a pull request's conversation. To GitHub they are comments of the issue with the same number
//! (<https://docs.github.com/rest/issues/comments>).

use std::fmt;

use covermark_types::{AppId, PullNumber};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    client::RepositoryClient,
    error::Error,
    lenient,
    page::{PER_PAGE, Page},
    resources::installations::Account,
};

/// GitHub's id of a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommentId(pub u64);

impl fmt::Display for CommentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// Its Markdown, as written.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub body: String,
    /// Who wrote it; null once the account was deleted.
    #[serde(default)]
    pub user: Option<Account>,
    /// Its address.
    #[serde(default)]
    pub html_url: Option<String>,
    #[serde(default)]
    performed_via_github_app: Option<Author>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Author {
    id: AppId,
}

impl Comment {
    /// The App that wrote it, if one did. A marker in the text proves nothing: anybody can write it.
    #[must_use]
    pub fn app(&self) -> Option<AppId> {
        self.performed_via_github_app.as_ref().map(|author| author.id)
    }
}

impl RepositoryClient {
    /// A page (from 1) of the conversation's comments, 100 at a time, oldest first:
    /// `GET /repos/{owner}/{repo}/issues/{number}/comments`.
    ///
    /// # Errors
    /// As every call to GitHub.
    pub async fn comments_page(&self, pull: PullNumber, page: u32) -> Result<Page<Comment>, Error> {
        let request = self
            .request(Method::GET, &["issues", &pull.to_string(), "comments"])
            .query("per_page", PER_PAGE)
            .query("page", &page.to_string());
        let reply = self.send(&request).await?;
        Page::of(reply.json()?, page, &reply)
    }

    /// Adds a comment. Sent once: after an error it may be there nevertheless, so look for its marker first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] on a locked conversation; [`Error::Rejected`] (422) above 65,536 characters.
    pub async fn create_comment(&self, pull: PullNumber, body: &str) -> Result<Comment, Error> {
        let request =
            self.request(Method::POST, &["issues", &pull.to_string(), "comments"]).json(&json!({ "body": body }));
        self.send(&request).await?.json()
    }

    /// Replaces a comment's text.
    ///
    /// # Errors
    /// [`Error::NotFound`] when somebody deleted it.
    pub async fn update_comment(&self, comment: CommentId, body: &str) -> Result<Comment, Error> {
        let request =
            self.request(Method::PATCH, &["issues", "comments", &comment.to_string()]).json(&json!({ "body": body }));
        self.send(&request).await?.json()
    }

    /// Takes a comment away. Being gone already is no error.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when somebody else wrote it and we may not.
    pub async fn delete_comment(&self, comment: CommentId) -> Result<(), Error> {
        let request = self.request(Method::DELETE, &["issues", "comments", &comment.to_string()]).repeatable();
        match self.send(&request).await {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }
}
