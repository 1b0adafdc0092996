//! Repositories (<https://docs.github.com/rest/repos/repos>, <https://docs.github.com/rest/apps/installations>).

use covermark_types::{RepositoryId, RepositoryName, Timestamp};
use reqwest::Method;
use serde::Deserialize;

use crate::{
    client::{InstallationClient, RepositoryClient},
    error::Error,
    lenient,
    page::{PER_PAGE, Page},
    resources::installations::Account,
};

/// A repository, as far as another object needs it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RepositoryReference {
    /// Its id: stays through renames and transfers.
    pub id: RepositoryId,
    /// Its name now.
    #[serde(rename = "full_name")]
    pub name: RepositoryName,
}

/// A repository.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Repository {
    /// Its id: stays through renames and transfers.
    pub id: RepositoryId,
    /// Its name now.
    #[serde(rename = "full_name")]
    pub name: RepositoryName,
    /// Whose it is.
    #[serde(default)]
    pub owner: Option<Account>,
    /// Whether only some may see it. Internal repositories count as private. What does not say is private.
    #[serde(default = "unsaid")]
    pub private: bool,
    /// Whether it is read-only.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub archived: bool,
    /// Whether it was forked from another.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub fork: bool,
    /// Its default branch's bare name.
    #[serde(default)]
    pub default_branch: Option<String>,
    /// When it was last changed.
    #[serde(default, deserialize_with = "lenient::time")]
    pub updated_at: Option<Timestamp>,
}

/// A repository that does not say whether it is private is treated as if it were.
fn unsaid() -> bool {
    true
}

#[derive(Deserialize)]
struct Listing {
    #[serde(default)]
    total_count: Option<u64>,
    repositories: Vec<Repository>,
}

impl InstallationClient {
    /// A page (from 1) of the repositories that the installation covers, 100 at a time:
    /// `GET /installation/repositories`.
    ///
    /// # Errors
    /// As every call to GitHub. Whoever replaces a stored list reads to the last page first.
    pub async fn repositories_page(&self, page: u32) -> Result<Page<Repository>, Error> {
        let request = self
            .github
            .request(Method::GET, &["installation", "repositories"])
            .query("per_page", PER_PAGE)
            .query("page", &page.to_string())
            .conditional();
        let reply = self.send(&request).await?;
        let listing: Listing = reply.json()?;
        Ok(Page { total: listing.total_count, ..Page::of(listing.repositories, page, &reply)? })
    }
}

impl RepositoryClient {
    /// The repository as it is now: `GET /repos/{owner}/{repo}`. An old name is followed to the new one.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is gone or no longer covered.
    pub async fn repository(&self) -> Result<Repository, Error> {
        self.send(&self.request(Method::GET, &[])).await?.json()
    }
}
