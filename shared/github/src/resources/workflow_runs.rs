//! Workflow runs of GitHub Actions (<https://docs.github.com/rest/actions/workflow-runs>).

use std::{fmt, str::FromStr};

use covermark_types::{CommitSha, Timestamp};
use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::{
    client::RepositoryClient, error::Error, lenient, page::PER_PAGE, resources::repositories::RepositoryReference,
};

/// GitHub's id of a workflow run; the same for all its attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub u64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RunId {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // `+7` would be another address for the same run.
        text.strip_prefix('+').map_or(text, |_| "").parse().map(Self)
    }
}

/// A workflow run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct WorkflowRun {
    /// Its id.
    pub id: RunId,
    /// The commit that it is for: of a pull request its head, not the trial merge.
    pub head_sha: CommitSha,
    /// The branch that it is for, bare, without its owner.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub head_branch: String,
    /// What started it: `push`, `pull_request`, …
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub event: String,
    /// `queued`, `in_progress`, `completed`, …
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub status: String,
    /// `success`, `failure`, `cancelled`, … once it is completed.
    #[serde(default)]
    pub conclusion: Option<String>,
    /// When it last changed: of a completed run, when it ended.
    #[serde(default, deserialize_with = "lenient::time")]
    pub updated_at: Option<Timestamp>,
    /// Whose workflow it is.
    pub repository: RepositoryReference,
    /// Where its commit is: another repository for forks; null once a fork was deleted.
    #[serde(default)]
    pub head_repository: Option<RepositoryReference>,
}

#[derive(Deserialize)]
struct Listing {
    workflow_runs: Vec<WorkflowRun>,
}

impl RepositoryClient {
    /// One workflow run: `GET /repos/{owner}/{repo}/actions/runs/{run_id}`. Needs `actions: read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when this repository has no such run; [`Error::Forbidden`] without the permission.
    pub async fn workflow_run(&self, run: RunId) -> Result<WorkflowRun, Error> {
        self.send(&self.request(Method::GET, &["actions", "runs", &run.to_string()])).await?.json()
    }

    /// The runs for a commit, the newest 100: `GET /repos/{owner}/{repo}/actions/runs?head_sha=…`. Needs `actions: read`.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the permission.
    pub async fn workflow_runs(&self, sha: &CommitSha) -> Result<Vec<WorkflowRun>, Error> {
        let request = self.request(Method::GET, &["actions", "runs"]);
        let request = request.query("head_sha", sha.as_str()).query("per_page", PER_PAGE);
        let listing: Listing = self.send(&request).await?.json()?;
        Ok(listing.workflow_runs)
    }
}
