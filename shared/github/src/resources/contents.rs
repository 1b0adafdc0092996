//! A repository's files (<https://docs.github.com/rest/repos/contents>).

use reqwest::Method;
use serde::Deserialize;

use crate::{client::RepositoryClient, error::Error, request::RAW};

/// The largest file that is read, in bytes: configuration, not data.
pub const FILE_LIMIT: usize = 1024 * 1024;

/// Entries of a folder that GitHub lists at most; it does not say when there are more.
pub const LISTED: usize = 1_000;

#[derive(Deserialize)]
struct Entry {
    name: String,
}

impl RepositoryClient {
    /// The names of the files and folders at the root of `reference` (a SHA or a branch's bare name), the first
    /// [`LISTED`] of them: `GET /repos/{owner}/{repo}/contents/`. Empty when there is no such commit, or no commit at all.
    ///
    /// # Errors
    /// As every call to GitHub.
    pub async fn root_files(&self, reference: &str) -> Result<Vec<String>, Error> {
        let request = self.request(Method::GET, &["contents", ""]).query("ref", reference);
        match self.send(&request).await {
            Ok(reply) => Ok(reply.json::<Vec<Entry>>()?.into_iter().map(|entry| entry.name).collect()),
            Err(error) if error.is_not_found() => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The same for a folder of the root: `GET /repos/{owner}/{repo}/contents/{folder}`. Empty when it is a file.
    ///
    /// # Errors
    /// As every call to GitHub.
    pub async fn folder_files(&self, folder: &str, reference: &str) -> Result<Vec<String>, Error> {
        let request = self.request(Method::GET, &["contents", folder]).query("ref", reference);
        match self.send(&request).await {
            Ok(reply) => {
                let entries = reply.json::<Vec<Entry>>().unwrap_or_default();
                Ok(entries.into_iter().map(|entry| entry.name).collect())
            }
            Err(error) if error.is_not_found() => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The bytes of the file at `path` in `reference` (a SHA or a branch's bare name):
    /// `GET /repos/{owner}/{repo}/contents/{path}`. `None` when there is no such file, or it is a folder.
    ///
    /// # Errors
    /// [`Error::TooLarge`] above [`FILE_LIMIT`].
    pub async fn file(&self, path: &str, reference: &str) -> Result<Option<Vec<u8>>, Error> {
        // Git knows no such names, and in an address they would leave the folder.
        if path.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
            return Ok(None);
        }
        let segments: Vec<_> = std::iter::once("contents").chain(path.split('/')).collect();
        let request = self.request(Method::GET, &segments).query("ref", reference).accept(RAW).limit(FILE_LIMIT);
        match self.send(&request).await {
            // A folder is listed as plain JSON whatever was asked for.
            Ok(reply) if reply.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) => {
                Ok(None)
            }
            Ok(reply) => Ok(Some(reply.body.into())),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
