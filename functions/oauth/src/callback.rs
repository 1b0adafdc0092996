//! `GET /login/{provider}/callback`: GitHub's answer to a sign-in, checked before anything is done with it.
//!
//! The order matters: the cookie is looked for before the state is spent, the state is spent before the code is used,
//! and what the state was made for (browser, GitHub) is compared before any secret leaves.

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use covermark_service::{
    cookies::CookieName,
    pages::{ErrorPage, LocalPath},
};
use covermark_state::{Hashed, rows::login::Login};
use covermark_types::{Provider, Secret};

use crate::{
    House, arrival,
    login_query::{Answer, LoginQuery},
    notices, refusals, start,
};

pub(crate) async fn callback(
    State(house): State<House>,
    Path(provider): Path<String>,
    query: Result<Query<LoginQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let provider = house.provider(&provider)?;
    answered(&house, &provider, LoginQuery::read(query)?, &headers).await
}

/// Does what GitHub's answer asks for.
pub(crate) async fn answered(
    house: &House,
    provider: &Provider,
    query: LoginQuery,
    headers: &HeaderMap,
) -> Result<Response, ErrorPage> {
    match query.answer() {
        Answer::Code { code, state } => {
            let login = spend(house, provider, &state, headers).await?;
            finish(house, &login, &code, headers).await
        }
        Answer::Refused { error, state } => refused(house, provider, &error, state, headers).await,
        // Whoever installs the App is signed in by a sign-in of our own making: GitHub answers it at once, and its
        // state proves whose browser this is. The code that came along is worth nothing and is not used.
        Answer::Installed => start::begin(house, provider, None, headers).await,
        Answer::InstallationRequested => Ok(notices::installation_requested(house)),
        Answer::Malformed => Err(refusals::malformed(house, provider)),
    }
}

/// Takes the state out of the table, if it is this browser's and this GitHub's.
async fn spend(house: &House, provider: &Provider, state: &Secret, headers: &HeaderMap) -> Result<Login, ErrorPage> {
    let browser = house.site.cookies().read(headers, CookieName::Login);
    let browser = browser.ok_or_else(|| refusals::no_cookie(house, provider))?;
    let login = house.app.table.take_login(&Hashed::of(state), house.app.clock.now()).await?;
    let login = login.ok_or_else(|| refusals::expired(house, provider))?;
    if login.browser != Hashed::of(&browser) || login.provider != *provider {
        return Err(refusals::foreign(house, provider));
    }
    Ok(login)
}

/// GitHub said no. The state, if there is one, is spent all the same and says where the person wanted to go.
async fn refused(
    house: &House,
    provider: &Provider,
    error: &str,
    state: Option<Secret>,
    headers: &HeaderMap,
) -> Result<Response, ErrorPage> {
    if error != "access_denied" {
        return Err(refusals::refused(house, provider, error));
    }
    let next = match state {
        // Whatever is wrong with the state, "you cancelled" stays true.
        Some(state) => spend(house, provider, &state, headers).await.ok().and_then(|login| next(house, &login)),
        None => None,
    };
    Ok(notices::cancelled(house, provider, next.as_ref()))
}

async fn finish(house: &House, login: &Login, code: &Secret, headers: &HeaderMap) -> Result<Response, ErrorPage> {
    let next = next(house, login);
    let signed_in = arrival::sign_in(house, login, code, next.as_ref(), headers).await?;
    tracing::info!(provider = %login.provider, user = %signed_in.session.user, "signed in");
    let cookie = signed_in.cookie.map(|cookie| (header::SET_COOKIE, cookie));
    let next = next.unwrap_or_else(|| LocalPath::of(&house.site, "account"));
    Ok((AppendHeaders(cookie), Redirect::to(next.as_str())).into_response())
}

/// Where the login wanted to go: read again as strictly as when it was stored.
fn next(house: &House, login: &Login) -> Option<LocalPath> {
    LocalPath::parse(login.return_to.as_deref()?, &house.site)
}
