//! A repository's files (<https://docs.github.com/rest/repos/contents>).

use reqwest::Method;

use crate::{client::RepositoryClient, error::Error, request::RAW};

/// The largest file that is read, in bytes: configuration, not data.
pub const FILE_LIMIT: usize = 1024 * 1024;

impl RepositoryClient {
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
