//! Who may see a repository: everybody a public one, and a private one whom GitHub lets read it.
//!
//! GitHub is asked with the installation's own token, about the login that the session has; the id in the answer must be
//! the session's, because a login can be given to somebody else. The answer is kept for five minutes.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use axum::http::{HeaderMap, StatusCode};
use covermark_github::{Error, Permission, Resource};
use covermark_service::{pages::ErrorPage, session::Current};
use covermark_state::rows::repository::Repository;
use covermark_types::{Fault as _, Provider, RepositoryId, Timestamp, UserId};

use crate::{House, find::Address};

/// How long an answer of GitHub's holds.
const HOLDS: Duration = Duration::from_secs(5 * 60);
/// Answers that are kept; all are dropped when there are more.
const KEPT: usize = 4096;

/// Who asks to see what.
type Question = (Provider, UserId, RepositoryId);

/// Answers of GitHub's, and when each was given.
#[derive(Default)]
pub(crate) struct Seen(Mutex<HashMap<Question, (bool, Timestamp)>>);

/// The repository at an address with who looks at it; the page to show instead when they may not, or when there is none.
pub(crate) async fn admit(
    house: &House,
    headers: &HeaderMap,
    address: &Address,
) -> Result<(Repository, Option<Current>), ErrorPage> {
    let current = house.sessions.current(headers).await?;
    let found = house.app.table.repository_by_name(&address.provider, &address.name).await?;
    let found = found.filter(|repository| repository.removed_at.is_none() && repository.installation.is_some());
    if let Some(repository) = found
        && (!repository.private || allowed(house, &repository, current.as_ref()).await?)
    {
        return Ok((repository, current));
    }
    // The same answer for a private repository and for none: neither says that there is something.
    Err(match current {
        Some(current) => ErrorPage::new(
            StatusCode::NOT_FOUND,
            "There is no such report",
            "No repository of this name is covered by Covermark, or you may not see it on GitHub.",
            "Check the address. If the repository is yours, install the GitHub App on it; if it is private, ask for access \
             to it on GitHub.",
        )
        .viewer(current.session.login)
        .way_on("Your account", house.site.link("account")),
        None => ErrorPage::new(
            StatusCode::UNAUTHORIZED,
            "Sign in to see this",
            "Reports of private repositories are shown to those who may see the repository on GitHub.",
            "Sign in; you come back to this page.",
        )
        .way_on("Sign in", sign_in(house, address)),
    })
}

fn sign_in(house: &House, address: &Address) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let query = query.append_pair("next", &format!("/{}", address.path)).finish();
    house.site.link(&format!("login/{}?{query}", address.provider))
}

async fn allowed(house: &House, repository: &Repository, current: Option<&Current>) -> Result<bool, ErrorPage> {
    let Some(session) = current.map(|current| &current.session) else { return Ok(false) };
    if session.provider != repository.provider {
        return Ok(false);
    }
    let key = (repository.provider.clone(), session.user, repository.id);
    let now = house.app.clock.now();
    if let Some(answer) = house.seen.recall(&key, now) {
        return Ok(answer);
    }
    let answer = ask(house, repository, &session.login, session.user).await?;
    house.seen.keep(key, answer, now);
    Ok(answer)
}

async fn ask(house: &House, repository: &Repository, login: &str, user: UserId) -> Result<bool, ErrorPage> {
    let Some(installation) = repository.installation else { return Ok(false) };
    let github = match house.app.apps.github(&repository.provider).await {
        Ok(github) => github,
        Err(error) => return Err(unknown(&error)),
    };
    let rights = [Permission::read(Resource::Metadata)];
    let client = github.repository_client(installation, repository.id, &repository.name, &rights);
    match client.permission_of(login).await {
        Ok(found) => Ok(found.may_read() && found.user() == Some(user)),
        Err(Error::NotFound(_) | Error::Forbidden(_) | Error::Suspended { .. } | Error::InstallationGone { .. }) => {
            Ok(false)
        }
        Err(error) => {
            tracing::warn!(cause = %error, class = ?error.class(), "GitHub could not be asked who may see a repository");
            Err(unknown(&error))
        }
    }
}

fn unknown(error: &dyn std::error::Error) -> ErrorPage {
    ErrorPage::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "GitHub cannot be asked at the moment",
        "Whether you may see this repository is GitHub's word, and GitHub does not answer.",
        "Try again in a minute.",
    )
    .retry_after(60)
    .cause(error)
}

impl Seen {
    fn recall(&self, key: &Question, now: Timestamp) -> Option<bool> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (answer, at) = seen.get(key)?;
        (now.duration_since(*at).unsigned_abs() < HOLDS).then_some(*answer)
    }

    fn keep(&self, key: Question, answer: bool, now: Timestamp) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= KEPT {
            seen.clear();
        }
        seen.insert(key, (answer, now));
    }
}
