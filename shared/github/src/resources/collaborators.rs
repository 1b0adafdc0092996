//! What a person may do in a repository (<https://docs.github.com/rest/collaborators/collaborators>).

use covermark_types::UserId;
use reqwest::Method;
use serde::Deserialize;

use crate::{client::RepositoryClient, error::Error, lenient};

/// Somebody's access to a repository.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Collaborator {
    /// `admin`, `write`, `read` or `none`.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub permission: String,
    #[serde(default)]
    user: Option<Person>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Person {
    id: UserId,
}

impl Collaborator {
    /// Whether the person may read the repository.
    #[must_use]
    pub fn may_read(&self) -> bool {
        matches!(self.permission.as_str(), "admin" | "write" | "read")
    }

    /// Who has the login now: it may have been given to somebody else since.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.user.as_ref().map(|user| user.id)
    }
}

impl RepositoryClient {
    /// The access of the person with this login: `GET /repos/{owner}/{repo}/collaborators/{username}/permission`. Needs
    /// `metadata: read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nobody has the login.
    pub async fn permission_of(&self, login: &str) -> Result<Collaborator, Error> {
        self.send(&self.request(Method::GET, &["collaborators", login, "permission"])).await?.json()
    }
}
