//! Commit statuses (<https://docs.github.com/rest/commits/statuses>).

use covermark_types::CommitSha;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{client::RepositoryClient, error::Error, page::PER_PAGE};

/// What a status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusState {
    /// Good.
    Success,
    /// Not good.
    Failure,
    /// Not known yet.
    Pending,
    /// Could not be found out.
    #[serde(other)]
    Error,
}

/// A status to set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewStatus {
    /// Its name, which a later status of the commit replaces: `covermark/patch`.
    pub context: String,
    /// What it says.
    pub state: StatusState,
    /// One sentence of at most 140 characters.
    pub description: String,
    /// Where its "Details" link leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_url: Option<Url>,
}

/// A status that is set.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Status {
    /// Its name.
    pub context: String,
    /// What it says.
    pub state: StatusState,
    /// The sentence with it.
    #[serde(default)]
    pub description: Option<String>,
    /// Where its "Details" link leads.
    #[serde(default)]
    pub target_url: Option<String>,
}

#[derive(Deserialize)]
struct Combined {
    statuses: Vec<Status>,
}

impl RepositoryClient {
    /// The latest status of each context, at most a hundred: `GET /repos/{owner}/{repo}/commits/{sha}/status`.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `statuses: read`.
    pub async fn statuses(&self, sha: &CommitSha) -> Result<Vec<Status>, Error> {
        let request = self.request(Method::GET, &["commits", sha.as_str(), "status"]).query("per_page", PER_PAGE);
        let combined: Combined = self.send(&request).await?.json()?;
        Ok(combined.statuses)
    }

    /// Sets a status: `POST /repos/{owner}/{repo}/statuses/{sha}`. Sent once; setting it again replaces it, so the
    /// caller may.
    ///
    /// # Errors
    /// [`Error::Rejected`] (422) when the commit is unknown, or has 1,000 statuses of this context.
    pub async fn create_status(&self, sha: &CommitSha, status: &NewStatus) -> Result<Status, Error> {
        let body = serde_json::to_value(status).unwrap_or_default();
        let request = self.request(Method::POST, &["statuses", sha.as_str()]).json(&body);
        self.send(&request).await?.json()
    }
}
