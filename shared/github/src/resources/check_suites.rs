//! Check suites (<https://docs.github.com/rest/checks/suites>): what each App runs on a commit, GitHub Actions among them
//! with one suite for each workflow run.

use covermark_types::{AppId, CommitSha};
use reqwest::Method;
use serde::Deserialize;

use crate::{
    client::RepositoryClient,
    error::Error,
    lenient,
    page::{PER_PAGE, Page},
};

/// Pages that are read: 1,000 suites of one commit.
const PAGES: u32 = 10;

/// The App of a suite.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SuiteApp {
    /// Its number.
    pub id: AppId,
    /// Its name in addresses: `github-actions`.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub slug: String,
    /// Its name for people: `GitHub Actions`.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub name: String,
}

/// A suite.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CheckSuite {
    /// GitHub's number of it.
    pub id: u64,
    /// `queued`, `in_progress`, `completed`, `waiting`, `requested`, `pending`.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub status: String,
    /// How it ended: `success`, `failure`, `neutral`, `cancelled`, `skipped`, `timed_out`, `action_required`,
    /// `startup_failure`, `stale`; `None` before.
    #[serde(default)]
    pub conclusion: Option<String>,
    /// Whose it is; `None` for one whose App is gone.
    #[serde(default)]
    pub app: Option<SuiteApp>,
    /// How many check runs it has. GitHub makes a suite for every App that may write checks, whether it runs anything
    /// or not: those have none, and stay queued for ever.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub latest_check_runs_count: u64,
}

#[derive(Deserialize)]
struct Listing {
    check_suites: Vec<CheckSuite>,
}

impl RepositoryClient {
    /// All suites of a commit, our own App's too: `GET /repos/{owner}/{repo}/commits/{sha}/check-suites`. One call for a
    /// hundred of them.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `checks: read`.
    pub async fn check_suites(&self, sha: &CommitSha) -> Result<Vec<CheckSuite>, Error> {
        let mut suites = Vec::new();
        let mut next = Some(1);
        while let Some(page) = next.filter(|page| *page <= PAGES) {
            let request = self
                .request(Method::GET, &["commits", sha.as_str(), "check-suites"])
                .query("per_page", PER_PAGE)
                .query("page", &page.to_string());
            let reply = self.send(&request).await?;
            let listing: Listing = reply.json()?;
            let part = Page::of(listing.check_suites, page, &reply)?;
            suites.extend(part.items);
            next = part.next;
        }
        Ok(suites)
    }
}
