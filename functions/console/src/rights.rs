//! Who may do something here, and the pages for those who may not.

use axum::http::{HeaderMap, StatusCode};
use covermark_service::{credentials::CredentialsError, csrf, pages::ErrorPage, session::Current};
use covermark_state::rows::repository::Repository;
use covermark_types::Provider;

use crate::{House, admit, find::Address};

/// The person who is signed in with this GitHub.
pub(crate) async fn person(
    house: &House,
    headers: &HeaderMap,
    provider: &Provider,
    path: &str,
) -> Result<Current, ErrorPage> {
    match house.app.access.current(headers).await? {
        Some(current) if current.session.provider == *provider => Ok(current),
        other => {
            connected(house, provider).await?;
            let page = ErrorPage::new(
                StatusCode::UNAUTHORIZED,
                "Sign in to see this",
                "What is shown here depends on what GitHub lets you see.",
                "Sign in; you come back to this page.",
            )
            .way_on("Sign in", sign_in(house, provider, path));
            Err(match other {
                Some(current) => page.viewer(current.session.login),
                None => page,
            })
        }
    }
}

/// Whether there is such a GitHub here: nobody is asked to sign in with one that is not.
async fn connected(house: &House, provider: &Provider) -> Result<(), ErrorPage> {
    match house.app.apps.credentials(provider).await {
        Err(CredentialsError::NotConfigured(_)) => Err(ErrorPage::not_found(&house.site)),
        // What else is wrong with it is told by the sign-in.
        _ => Ok(()),
    }
}

/// Where to sign in, and to come back from to `path`.
pub(crate) fn sign_in(house: &House, provider: &Provider, path: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let query = query.append_pair("next", &format!("/{path}")).finish();
    house.site.link(&format!("login/{provider}?{query}"))
}

/// The repository at an address, for somebody who may change its settings. To those who may not even see it there is none.
pub(crate) async fn administer(
    house: &House,
    headers: &HeaderMap,
    address: &Address,
) -> Result<(Repository, Current), ErrorPage> {
    let (repository, current) = admit::admit(house, headers, address).await?;
    let Some(current) = current else {
        return Err(ErrorPage::new(
            StatusCode::UNAUTHORIZED,
            "Sign in to see this",
            "Settings are for those who may push to the repository.",
            "Sign in; you come back to this page.",
        )
        .way_on("Sign in", sign_in(house, &address.provider, &address.path)));
    };
    if house.app.access.may_administer(&current, &repository).await? {
        return Ok((repository, current));
    }
    Err(ErrorPage::new(
        StatusCode::FORBIDDEN,
        "These settings are not yours to change",
        "They are for those who may push to the repository, as GitHub says at this moment.",
        "Ask somebody who administers the repository, or for the right to push.",
    )
    .viewer(current.session.login)
    .way_on("The repository", house.site.link(&overview(&repository))))
}

/// The same for a form that was sent: it must be of a page of ours, and GitHub is asked anew, because the right may have
/// ended since the page was shown.
pub(crate) async fn change(
    house: &House,
    headers: &HeaderMap,
    address: &Address,
    token: &str,
) -> Result<(Repository, Current), ErrorPage> {
    let Some(current) = house.app.access.current(headers).await? else {
        return Err(csrf::forged(&house.site));
    };
    csrf::Csrf::of(&current).check(&house.site, token).map_err(|page| page.viewer(current.session.login.clone()))?;
    house.app.access.ask_anew(&current).await?;
    administer(house, headers, address).await
}

/// Somebody who administers the instance; the page is not there for others.
pub(crate) async fn administrator(house: &House, headers: &HeaderMap) -> Result<Current, ErrorPage> {
    match house.app.access.current(headers).await? {
        Some(current) if house.app.access.is_administrator(&current) => Ok(current),
        Some(current) => Err(ErrorPage::not_found(&house.site).viewer(current.session.login)),
        None => Err(ErrorPage::new(
            StatusCode::UNAUTHORIZED,
            "Sign in to see this",
            "This page is for those who administer this Covermark.",
            "Sign in.",
        )
        .way_on("Sign in", house.site.link("login?next=%2Fdoctor"))),
    }
}

/// The path of a repository's page.
pub(crate) fn overview(repository: &Repository) -> String {
    let name = &repository.name;
    format!("{}/{}/{}", repository.provider, name.owner(), name.name())
}
