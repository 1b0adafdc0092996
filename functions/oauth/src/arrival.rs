//! From GitHub's code to the session of the person who came: exchange, GitHub's word about who it is, the operator's
//! rules, and the session that keeps the token, sealed.

use std::time::Duration;

use axum::http::HeaderMap;
use covermark_github::{Error as GitHubError, oauth::OAuthError};
use covermark_service::{
    access::{NotSignedIn, SignedIn},
    pages::{ErrorPage, LocalPath},
};
use covermark_state::rows::login::Login;
use covermark_types::{Fault as _, FaultClass, Secret};
use tokio::time::timeout;

use crate::{House, refusals};

/// How long GitHub gets to exchange the code; with what follows it stays below the 28 s that the function has.
const PATIENCE: Duration = Duration::from_secs(8);

/// Signs in whoever came with `code`.
pub(crate) async fn sign_in(
    house: &House,
    login: &Login,
    code: &Secret,
    next: Option<&LocalPath>,
    headers: &HeaderMap,
) -> Result<SignedIn, ErrorPage> {
    let provider = &login.provider;
    let github = house.github(provider).await?;
    let token = timeout(PATIENCE, github.exchange(code, login.callback.as_ref(), &login.verifier)).await;
    let token = token.map_err(|late| refusals::github_is_down(house, provider, next).cause(&late))?;
    let token = match token {
        Ok(token) => token,
        Err(OAuthError::Refused { code, description }) => {
            if code == "incorrect_client_credentials" {
                // The operator's new secret is heeded by the next sign-in.
                house.app.apps.after_refusal(provider).await;
            }
            return Err(refusals::refused(house, provider, &code).cause(&OAuthError::Refused { code, description }));
        }
        Err(OAuthError::GitHub(error)) => return Err(page(house, login, next, &error)),
    };
    house.access.begin(headers, provider, &github, &token).await.map_err(|why| match why {
        NotSignedIn::Page(page) => page,
        NotSignedIn::GitHub(error) => page(house, login, next, &error),
        NotSignedIn::Late => refusals::github_is_down(house, provider, next),
    })
}

fn page(house: &House, login: &Login, next: Option<&LocalPath>, error: &GitHubError) -> ErrorPage {
    let page = match error.class() {
        FaultClass::Retry(_) => refusals::github_is_down(house, &login.provider, next),
        FaultClass::Permanent | FaultClass::Unauthorized => refusals::unusable(house, &login.provider, next),
    };
    page.cause(error)
}
