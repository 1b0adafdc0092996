//! `GET /login/{provider}`: sends the browser to GitHub. GitHub's answer is taken at the same address too, as the
//! incumbent's Apps have it registered: who begins at one of the incumbent's addresses is sent without naming ours, and comes
//! back to whichever address the App has first.

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use covermark_github::oauth::{OAuth, Pkce};
use covermark_service::{
    cookies::CookieName,
    pages::{ErrorPage, LocalPath},
};
use covermark_state::{Hashed, rows::login::Login};
use covermark_types::{Provider, Secret, random_hex};
use url::Url;

use crate::{House, callback, login_query::LoginQuery, refusals};

/// How long the cookie outlives the start: as long as the state.
const COOKIE_LIFETIME: std::time::Duration = std::time::Duration::from_secs(10 * 60);

pub(crate) async fn login(
    State(house): State<House>,
    Path(door): Path<String>,
    query: Result<Query<LoginQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let provider = house.provider(&door)?;
    let query = LoginQuery::read(query)?;
    if query.is_answer() {
        return callback::answered(&house, &provider, query, &headers).await;
    }
    let next = query.next(&house.site);
    let callback = (door == provider.as_str()).then(|| house.callback_address(&provider));
    send(&house, &provider, callback, next, &headers).await
}

/// Begins a sign-in at one of our own addresses.
pub(crate) async fn begin(
    house: &House,
    provider: &Provider,
    next: Option<LocalPath>,
    headers: &HeaderMap,
) -> Result<Response, ErrorPage> {
    send(house, provider, Some(house.callback_address(provider)), next, headers).await
}

/// Remembers a new state and redirects to GitHub with it.
async fn send(
    house: &House,
    provider: &Provider,
    callback: Option<Url>,
    next: Option<LocalPath>,
    headers: &HeaderMap,
) -> Result<Response, ErrorPage> {
    let github = house.github(provider).await?;
    let random = &*house.app.random;
    let state = Secret::new(random_hex::<32>(random));
    let pkce = Pkce::new(random);
    // One browser may begin in several tabs: they share the cookie, each has a state of its own.
    let cookies = house.site.cookies();
    let browser = cookies.read(headers, CookieName::Login).unwrap_or_else(|| Secret::new(random_hex::<32>(random)));
    let login = Login {
        provider: provider.clone(),
        verifier: pkce.verifier.clone(),
        browser: Hashed::of(&browser),
        callback,
        return_to: next.map(|path| path.to_string()),
    };
    let stored = house.app.table.put_login(&Hashed::of(&state), &login, house.app.clock.now()).await?;
    if !stored.applied() {
        return Err(refusals::try_again());
    }
    let github = github.authorize_url(login.callback.as_ref(), state.expose(), &pkce);
    let cookie = cookies.set(CookieName::Login, &browser, COOKIE_LIFETIME).map(|cookie| (header::SET_COOKIE, cookie));
    let cookie: AppendHeaders<Option<(HeaderName, _)>> = AppendHeaders(cookie);
    Ok((cookie, Redirect::to(github.as_str())).into_response())
}

impl House {
    /// The provider that an address names.
    pub(crate) fn provider(&self, segment: &str) -> Result<Provider, ErrorPage> {
        segment.parse().map_err(|_| refusals::unknown_provider(&self.site))
    }

    /// The sign-in at the provider's GitHub, or the page that says what the operator must do.
    pub(crate) async fn github(&self, provider: &Provider) -> Result<OAuth, ErrorPage> {
        let credentials = self.credentials(provider).await?;
        Ok(OAuth::new(self.http(provider).await?, &credentials, self.app.clock.clone()))
    }

    /// The address that GitHub sends the browser back to.
    pub(crate) fn callback_address(&self, provider: &Provider) -> Url {
        let mut url = self.site.public_url().clone();
        // Only addresses without a host refuse to be extended; a public URL has one.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["login", provider.as_str(), "callback"]);
        }
        url
    }
}
