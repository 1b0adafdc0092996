//! The files that a pull request changes (<https://docs.github.com/rest/pulls/pulls#list-pull-requests-files>), by name
//! alone. What changed in them is in the diff.

use covermark_types::PullNumber;
use reqwest::Method;
use serde::Deserialize;

use crate::{
    client::RepositoryClient,
    error::Error,
    page::{PER_PAGE, Page},
};

/// Pages of 100 that GitHub lists; what a larger pull request changes beyond is told by nobody.
pub const FILE_PAGES: u32 = 30;

#[derive(Deserialize)]
struct Entry {
    filename: String,
}

impl RepositoryClient {
    /// The paths of the files that a pull request changes, as they are called in its head: at most 3,000, because GitHub
    /// lists no more. `GET /repos/{owner}/{repo}/pulls/{number}/files`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such pull request.
    pub async fn pull_files(&self, number: PullNumber) -> Result<Vec<String>, Error> {
        let (mut files, mut next) = (Vec::new(), Some(1));
        while let Some(page) = next.filter(|page| *page <= FILE_PAGES) {
            let request = self
                .request(Method::GET, &["pulls", &number.to_string(), "files"])
                .query("per_page", PER_PAGE)
                .query("page", &page.to_string());
            let reply = self.send(&request).await?;
            let found: Page<Entry> = Page::of(reply.json()?, page, &reply)?;
            files.extend(found.items.into_iter().map(|entry| entry.filename));
            next = found.next;
        }
        Ok(files)
    }
}
