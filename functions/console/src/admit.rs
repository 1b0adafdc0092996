//! Whom a repository's pages are shown to: everybody a public one's, and a private one's whom GitHub lets read it
//! ([`covermark_service::access`]).

use axum::http::{HeaderMap, StatusCode};
use covermark_service::{pages::ErrorPage, session::Current};
use covermark_state::rows::repository::Repository;

use crate::{House, find::Address, rights::sign_in};

/// The repository at an address with who looks at it; the page to show instead when they may not, or when there is none.
pub(crate) async fn admit(
    house: &House,
    headers: &HeaderMap,
    address: &Address,
) -> Result<(Repository, Option<Current>), ErrorPage> {
    let access = &house.app.access;
    let current = access.current(headers).await?;
    let found = house.app.table.repository_by_name(&address.provider, &address.name).await?;
    let found = found.filter(|repository| repository.removed_at.is_none() && repository.installation.is_some());
    if let Some(repository) = found
        && access.may_see(current.as_ref(), &repository).await?
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
        .way_on("Sign in", sign_in(house, &address.provider, &address.path)),
    })
}
