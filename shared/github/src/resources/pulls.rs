//! Pull requests (<https://docs.github.com/rest/pulls/pulls>).

use covermark_types::{CommitSha, PullNumber, Timestamp};
use reqwest::Method;
use serde::Deserialize;

use crate::{
    client::RepositoryClient,
    error::Error,
    lenient,
    page::PER_PAGE,
    request::DIFF,
    resources::{installations::Account, repositories::RepositoryReference},
};

/// The largest diff that is read, in bytes.
pub const DIFF_LIMIT: usize = 32 * 1024 * 1024;

/// Whether it can still be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullState {
    /// Open, a draft perhaps.
    Open,
    /// Closed; merged when [`PullRequest::merged_at`] says when.
    #[serde(other)]
    Closed,
}

/// One end of a pull request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PullBranch {
    /// The branch's bare name.
    #[serde(rename = "ref")]
    pub branch: String,
    /// Its last commit.
    pub sha: CommitSha,
    /// Where the branch is; null once a fork was deleted.
    #[serde(default, rename = "repo")]
    pub repository: Option<RepositoryReference>,
}

/// A pull request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PullRequest {
    /// Its number in the repository.
    pub number: PullNumber,
    /// Open or closed.
    pub state: PullState,
    /// Whether its author calls it unfinished.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub draft: bool,
    /// Its title.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub title: String,
    /// What is to be merged.
    pub head: PullBranch,
    /// What it is to be merged into; the commit is that branch's tip when GitHub last looked, not the merge base.
    pub base: PullBranch,
    /// Who opened it; null once the account was deleted.
    #[serde(default)]
    pub user: Option<Account>,
    /// When it was merged.
    #[serde(default, deserialize_with = "lenient::time")]
    pub merged_at: Option<Timestamp>,
    /// When it was last changed.
    #[serde(default, deserialize_with = "lenient::time")]
    pub updated_at: Option<Timestamp>,
    /// How many comments its conversation has; lists of pull requests do not say.
    #[serde(default)]
    pub comments: Option<u64>,
    /// While open, GitHub's trial merge; once merged, the commit on the base branch.
    #[serde(default, deserialize_with = "lenient::commit")]
    pub merge_commit_sha: Option<CommitSha>,
}

impl RepositoryClient {
    /// One pull request: `GET /repos/{owner}/{repo}/pulls/{number}`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none of that number.
    pub async fn pull(&self, number: PullNumber) -> Result<PullRequest, Error> {
        self.send(&self.request(Method::GET, &["pulls", &number.to_string()])).await?.json()
    }

    /// The same as a unified diff from the merge base to the head, as on its "Files changed" page.
    ///
    /// # Errors
    /// [`Error::DiffTooLarge`] when GitHub makes none of this size.
    pub async fn pull_diff(&self, number: PullNumber) -> Result<Vec<u8>, Error> {
        let request = self.request(Method::GET, &["pulls", &number.to_string()]).accept(DIFF).limit(DIFF_LIMIT);
        match self.send(&request).await {
            Ok(reply) => Ok(reply.body.into()),
            Err(Error::Rejected(answer)) if answer.status == 406 => Err(Error::DiffTooLarge(answer)),
            Err(error) => Err(error),
        }
    }

    /// The pull requests that `sha` belongs to, at most 100: `GET /repos/{owner}/{repo}/commits/{sha}/pulls`. For a
    /// commit of the default branch that is the one it was merged by. Empty when GitHub does not know the commit.
    ///
    /// # Errors
    /// As every call to GitHub.
    pub async fn pulls_for_commit(&self, sha: &CommitSha) -> Result<Vec<PullRequest>, Error> {
        let request = self.request(Method::GET, &["commits", sha.as_str(), "pulls"]).query("per_page", PER_PAGE);
        match self.send(&request).await {
            Ok(reply) => reply.json(),
            // "No commit found for SHA" is a 422 here and a 404 on older servers.
            // So is the refusal of a token for it, which says nothing of the commit.
            Err(error) if error.is_not_granted() => Err(error),
            Err(Error::Rejected(answer)) if answer.status == 422 => Ok(Vec::new()),
            Err(error) if error.is_not_found() => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}
