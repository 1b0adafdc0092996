//! Comparing two commits (<https://docs.github.com/rest/commits/commits#compare-two-commits>).

use covermark_types::CommitSha;
use reqwest::Method;
use serde::Deserialize;

use super::pulls::DIFF_LIMIT;
use crate::{client::RepositoryClient, error::Error, request::DIFF};

/// How two commits stand to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Their best common ancestor.
    pub merge_base: CommitSha,
    /// Commits of the head that the base lacks.
    pub ahead_by: u64,
    /// Commits of the base that the head lacks.
    pub behind_by: u64,
}

#[derive(Deserialize)]
struct Wire {
    merge_base_commit: Ancestor,
    #[serde(default)]
    ahead_by: u64,
    #[serde(default)]
    behind_by: u64,
}

#[derive(Deserialize)]
struct Ancestor {
    sha: CommitSha,
}

impl RepositoryClient {
    /// Compares `base` with `head`: `GET /repos/{owner}/{repo}/compare/{base}...{head}`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when a commit is unknown or they have no common ancestor.
    pub async fn compare(&self, base: &CommitSha, head: &CommitSha) -> Result<Comparison, Error> {
        // The changed files come with the first page only; the second one is the same without megabytes of patches.
        let request = self
            .request(Method::GET, &["compare", &format!("{base}...{head}")])
            .query("per_page", "1")
            .query("page", "2");
        let wire: Wire = self.send(&request).await?.json()?;
        Ok(Comparison { merge_base: wire.merge_base_commit.sha, ahead_by: wire.ahead_by, behind_by: wire.behind_by })
    }

    /// What changed from where the two part to `head`, as a unified diff.
    ///
    /// # Errors
    /// [`Error::DiffTooLarge`] when GitHub makes none of this size; [`Error::NotFound`] as for [`Self::compare`].
    pub async fn compare_diff(&self, base: &CommitSha, head: &CommitSha) -> Result<Vec<u8>, Error> {
        let path = format!("{base}...{head}");
        let request = self.request(Method::GET, &["compare", &path]).accept(DIFF).limit(DIFF_LIMIT);
        match self.send(&request).await {
            Ok(reply) => Ok(reply.body.into()),
            Err(Error::Rejected(answer)) if answer.status == 406 => Err(Error::DiffTooLarge(answer)),
            Err(error) => Err(error),
        }
    }
}
