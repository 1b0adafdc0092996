//! From GitHub's code to the person who came: exchange, two questions, and the token is given back. It is the only
//! stretch in which a user's token exists here, and nothing of it is kept.

use std::time::Duration;

use covermark_github::{
    AppCredentials,
    oauth::{OAuth, OAuthError, UserToken},
};
use covermark_service::{
    pages::{ErrorPage, LocalPath},
    problem::Chain,
    session::SignedIn,
};
use covermark_state::rows::login::Login;
use covermark_types::{Fault as _, FaultClass, Secret};
use tokio::time::{Instant, error::Elapsed, timeout, timeout_at};

use crate::{House, refusals};

/// How long GitHub gets to answer: API Gateway gives up at 30 s, and a page that says so is better than its.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it gets to take the token back. A token that stays behind ends by itself after hours.
const REVOKE_PATIENCE: Duration = Duration::from_secs(4);

/// Asks GitHub who came with `code`, and what they may see.
pub(crate) async fn ask(
    house: &House,
    login: &Login,
    code: &Secret,
    next: Option<&LocalPath>,
) -> Result<SignedIn, ErrorPage> {
    let provider = &login.provider;
    let credentials = house.credentials(provider).await?;
    let github = OAuth::new(house.http(provider).await?, &credentials, house.app.clock.clone());
    let until = Instant::now() + PATIENCE;
    let late = |elapsed: Elapsed| refusals::github_is_down(house, provider, next).cause(&elapsed);
    let callback = house.callback_address(provider);
    let token = timeout_at(until, github.exchange(code, &callback, &login.verifier)).await.map_err(late)?;
    let token = token.map_err(|error| page(house, login, next, &error))?;
    let person = timeout_at(until, look(&github, &credentials, login, &token)).await;
    // Whatever came of the questions, or nothing in time: the token goes back.
    give_back(&github, &token).await;
    person.map_err(late)?.map_err(|error| page(house, login, next, &error))
}

async fn look(
    github: &OAuth,
    credentials: &AppCredentials,
    login: &Login,
    token: &UserToken,
) -> Result<SignedIn, OAuthError> {
    let (user, installations) = tokio::try_join!(github.user(&token.access), github.user_installations(&token.access))?;
    // GitHub lists only this App's; should it ever list more, another App's ids are not taken for ours.
    let ours = installations.into_iter().filter(|one| one.app_id.is_none_or(|app| app == credentials.app_id));
    Ok(SignedIn {
        provider: login.provider.clone(),
        user: user.id,
        login: user.login,
        installations: ours.map(|one| one.id).collect(),
    })
}

/// What was learned counts, whether or not GitHub takes the token back.
async fn give_back(github: &OAuth, token: &UserToken) {
    match timeout(REVOKE_PATIENCE, github.revoke(&token.access)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(cause = %Chain(&error), "a user's token was not revoked; it ends by itself"),
        Err(_) => tracing::warn!("GitHub did not answer when a user's token was revoked; it ends by itself"),
    }
}

fn page(house: &House, login: &Login, next: Option<&LocalPath>, error: &OAuthError) -> ErrorPage {
    let page = match error {
        OAuthError::Refused { code, .. } => refusals::refused(house, &login.provider, code),
        OAuthError::GitHub(fault) => match fault.class() {
            FaultClass::Retry(_) => refusals::github_is_down(house, &login.provider, next),
            FaultClass::Permanent | FaultClass::Unauthorized => refusals::unusable(house, &login.provider, next),
        },
    };
    page.cause(error)
}
