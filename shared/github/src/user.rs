//! A signed-in person, by their own token: who they are, what they may see, where they belong
//! (<https://docs.github.com/rest/apps/installations#list-app-installations-accessible-to-the-user-access-token>).
//!
//! A user token of a GitHub App reaches what both the person and the App may reach, and every answer here is GitHub's word
//! about the person. Lists are read to their end or not at all: a part is never passed off as the whole.

use covermark_types::{InstallationId, RepositoryName, Secret, UserId};
use reqwest::Method;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    error::Error,
    lenient,
    oauth::OAuth,
    page::{PER_PAGE, Page},
    request::{Auth, Request},
    resources::{installations::Installation, repositories::Repository},
};

/// Pages of a person's installations or organisations that are read, 100 on each.
pub const INSTALLATION_PAGES: u32 = 20;
/// Pages of a person's repositories in one installation that are read, 100 on each.
pub const REPOSITORY_PAGES: u32 = 200;

/// Acts as one person. Made by [`OAuth::as_user`].
#[derive(Clone)]
pub struct UserClient {
    pub(crate) oauth: OAuth,
    pub(crate) token: Secret,
}

/// Who a person is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct User {
    /// The user's id: stays through renames.
    pub id: UserId,
    /// The user's name in addresses.
    pub login: String,
    /// The name that the user shows.
    #[serde(default)]
    pub name: Option<String>,
    /// The user's picture.
    #[serde(default)]
    pub avatar_url: Option<String>,
}

/// What a person may do in a repository. What GitHub does not say, they may not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Rights {
    /// Everything.
    pub admin: bool,
    /// Settings, without the dangerous ones.
    pub maintain: bool,
    /// Write.
    pub push: bool,
    /// Read.
    pub pull: bool,
}

/// A repository with what the person may do in it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct UserRepository {
    /// The repository.
    #[serde(flatten)]
    pub repository: Repository,
    /// What the person may do there.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub permissions: Rights,
}

/// A person's place in an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Membership {
    /// `active`, or `pending` until the person accepts.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub state: String,
    /// `admin`, `member`, …
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub role: String,
    /// The organisation; not told of a team's membership.
    #[serde(default)]
    pub organization: Option<Organization>,
}

/// An organisation, as a membership names it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Organization {
    /// Its id: stays through renames.
    pub id: covermark_types::AccountId,
    /// Its name in addresses.
    pub login: String,
}

impl Membership {
    /// Whether the person belongs to it now.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state == "active"
    }
}

/// How a team is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamName {
    /// `organisation/slug`.
    Slug(String, String),
    /// The ids of organisation and team, which stay through renames.
    Ids(u64, u64),
}

#[derive(Deserialize)]
struct Installations {
    installations: Vec<Installation>,
}

#[derive(Deserialize)]
struct Repositories {
    repositories: Vec<UserRepository>,
}

impl UserClient {
    /// Who the token belongs to: `GET /user`.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] when it was revoked or has ended.
    pub async fn user(&self) -> Result<User, Error> {
        let request = self.oauth.api(Method::GET, &["user"]);
        self.oauth.send(&request, &self.auth()).await?.json()
    }

    /// The App's installations that the person can see, all of them: `GET /user/installations`.
    ///
    /// # Errors
    /// [`Error::TooManyPages`] after [`INSTALLATION_PAGES`].
    pub async fn installations(&self) -> Result<Vec<Installation>, Error> {
        let list = |answer: Installations| answer.installations;
        self.all(&["user", "installations"], INSTALLATION_PAGES, list).await
    }

    /// The repositories of an installation that the person can see, all of them:
    /// `GET /user/installations/{installation_id}/repositories`.
    ///
    /// # Errors
    /// [`Error::NotFound`] or [`Error::Forbidden`] when the person does not see the installation;
    /// [`Error::TooManyPages`] after [`REPOSITORY_PAGES`].
    pub async fn repositories(&self, installation: InstallationId) -> Result<Vec<UserRepository>, Error> {
        let id = installation.to_string();
        let list = |answer: Repositories| answer.repositories;
        self.all(&["user", "installations", &id, "repositories"], REPOSITORY_PAGES, list).await
    }

    /// One repository with the person's rights: `GET /repos/{owner}/{repo}`. An old name is followed to the new one.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none that the person may see.
    pub async fn repository(&self, name: &RepositoryName) -> Result<UserRepository, Error> {
        let request = self.oauth.api(Method::GET, &["repos", name.owner(), name.name()]);
        self.oauth.send(&request, &self.auth()).await?.json()
    }

    /// The organisations that the person belongs to, as far as the App is installed there and may read members:
    /// `GET /user/memberships/orgs`.
    ///
    /// # Errors
    /// [`Error::TooManyPages`] after [`INSTALLATION_PAGES`].
    pub async fn organizations(&self) -> Result<Vec<Membership>, Error> {
        self.all(&["user", "memberships", "orgs"], INSTALLATION_PAGES, |answer: Vec<Membership>| answer).await
    }

    /// The person's place in a team: `GET /orgs/{org}/teams/{team_slug}/memberships/{username}`, by ids
    /// `GET /organizations/{org_id}/team/{team_id}/memberships/{username}`. Members of child teams count.
    ///
    /// # Errors
    /// [`Error::NotFound`] when they are not in it, or the App may not know.
    pub async fn team_membership(&self, team: &TeamName, login: &str) -> Result<Membership, Error> {
        let request = match team {
            TeamName::Slug(organization, slug) => {
                self.oauth.api(Method::GET, &["orgs", organization, "teams", slug, "memberships", login])
            }
            TeamName::Ids(organization, team) => {
                let (organization, team) = (organization.to_string(), team.to_string());
                let path = ["organizations", &organization, "team", &team, "memberships", login];
                self.oauth.api(Method::GET, &path)
            }
        };
        self.oauth.send(&request, &self.auth()).await?.json()
    }

    async fn all<A: DeserializeOwned, T>(
        &self,
        path: &[&str],
        most: u32,
        items: impl Fn(A) -> Vec<T>,
    ) -> Result<Vec<T>, Error> {
        let mut found = Vec::new();
        let mut page = 1;
        loop {
            let request = self.oauth.api(Method::GET, path).query("per_page", PER_PAGE);
            let request: Request = request.query("page", &page.to_string());
            let reply = self.oauth.send(&request, &self.auth()).await?;
            let part = Page::of(items(reply.json()?), page, &reply)?;
            found.extend(part.items);
            match part.next {
                Some(next) if next > most => {
                    return Err(Error::TooManyPages { call: request.call(), pages: most });
                }
                Some(next) => page = next,
                None => return Ok(found),
            }
        }
    }

    fn auth(&self) -> Auth {
        Auth::Bearer(self.token.clone())
    }
}
