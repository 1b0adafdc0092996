//! Commits (<https://docs.github.com/rest/commits/commits>).

use covermark_types::CommitSha;
use reqwest::Method;
use serde::Deserialize;

use crate::{client::RepositoryClient, error::Error};

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its SHA.
    pub sha: CommitSha,
    /// Its parents, first parent first; empty for a root.
    pub parents: Vec<CommitSha>,
}

#[derive(Deserialize)]
struct Wire {
    sha: CommitSha,
    #[serde(default)]
    parents: Vec<Parent>,
}

#[derive(Deserialize)]
struct Parent {
    sha: CommitSha,
}

impl From<Wire> for Commit {
    fn from(wire: Wire) -> Self {
        Self { sha: wire.sha, parents: wire.parents.into_iter().map(|parent| parent.sha).collect() }
    }
}

impl RepositoryClient {
    /// `sha` and the commits before it, newest first, at most `per_page` (up to 100):
    /// `GET /repos/{owner}/{repo}/commits`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the commit is unknown; [`Error::Rejected`] (409) when the repository is empty.
    pub async fn commits(&self, sha: &CommitSha, per_page: u8) -> Result<Vec<CommitSha>, Error> {
        let request = self
            .request(Method::GET, &["commits"])
            .query("sha", sha.as_str())
            .query("per_page", &per_page.clamp(1, 100).to_string());
        let commits: Vec<Parent> = self.send(&request).await?.json()?;
        Ok(commits.into_iter().map(|commit| commit.sha).collect())
    }

    /// The commit that `reference` (a SHA, or a branch's bare name) names: `GET /repos/{owner}/{repo}/commits/{ref}`.
    /// `None` when there is none.
    ///
    /// # Errors
    /// As every call to GitHub.
    pub async fn commit(&self, reference: &str) -> Result<Option<Commit>, Error> {
        // One of its changed files is enough: they cannot be left out.
        let request = self.request(Method::GET, &["commits", reference]).query("per_page", "1");
        match self.send(&request).await {
            Ok(reply) => reply.json::<Wire>().map(|wire| Some(wire.into())),
            Err(Error::Rejected(answer)) if matches!(answer.status, 409 | 422) => Ok(None),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
