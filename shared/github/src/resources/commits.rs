//! Commits (<https://docs.github.com/rest/commits/commits>).

use covermark_types::CommitSha;
use reqwest::Method;
use serde::Deserialize;

use crate::{client::RepositoryClient, error::Error};

#[derive(Deserialize)]
struct Wire {
    sha: CommitSha,
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
        let commits: Vec<Wire> = self.send(&request).await?.json()?;
        Ok(commits.into_iter().map(|commit| commit.sha).collect())
    }
}
