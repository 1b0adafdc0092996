//! What the buttons of the settings page do. What succeeds leads back to the page, so that a reload does nothing twice; a new
//! secret is shown in the answer itself, once.

use axum::response::{IntoResponse as _, Redirect, Response};
use covermark_service::{pages::ErrorPage, session::Current};
use covermark_state::rows::{repository::Repository, repository_settings::RepositorySettings};
use covermark_types::random_hex;

use super::{Asked, Notice, page, tokens, webhook};
use crate::{House, apps, rights};

pub(super) async fn carry_out(
    house: &House,
    repository: &Repository,
    current: &Current,
    asked: &Asked,
) -> Result<Response, ErrorPage> {
    let notice = match asked.action.as_str() {
        "switches" => return switches(house, repository, current, asked).await,
        "token-create" => return tokens::create(house, repository, current, asked.name.trim()).await,
        "token-rotate" => return tokens::rotate(house, repository, current, &asked.name).await,
        "token-revoke" => return tokens::revoke(house, repository, current, &asked.name).await,
        "badge-token" => return badge_token(house, repository, current, true).await,
        "badge-close" => return badge_token(house, repository, current, false).await,
        // A ping is had by making sure that the hook is as it should be.
        "hook-create" | "hook-check" => webhook::press(house, repository, false).await?,
        "hook-renew" => webhook::press(house, repository, true).await?,
        "hook-remove" => webhook::remove(house, repository).await?,
        "hook-secret" => return webhook::reveal(house, repository, current).await,
        "check" => return check_now(house, repository, current).await,
        _ => return Err(ErrorPage::not_found(&house.site).viewer(current.session.login.clone())),
    };
    match notice {
        None => Ok(back(house, repository, "hook")),
        Some(notice) => page::render(house, repository, current, Some(notice), "").await,
    }
}

pub(super) fn back(house: &House, repository: &Repository, done: &str) -> Response {
    let path = format!("{}/settings?done={done}", rights::overview(repository));
    Redirect::to(&house.site.link(&path)).into_response()
}

async fn switches(
    house: &House,
    repository: &Repository,
    current: &Current,
    asked: &Asked,
) -> Result<Response, ErrorPage> {
    let wanted = RepositorySettings {
        comment: asked.comment.is_some(),
        statuses: asked.statuses.is_some(),
        checks: asked.checks.is_some(),
        ..settings(house, repository).await?
    };
    put(house, repository, current, wanted, "switches").await
}

async fn badge_token(
    house: &House,
    repository: &Repository,
    current: &Current,
    wanted: bool,
) -> Result<Response, ErrorPage> {
    let badge_token = wanted.then(|| random_hex::<16>(&*house.app.random));
    let wanted = RepositorySettings { badge_token, ..settings(house, repository).await? };
    put(house, repository, current, wanted, "badge").await
}

async fn settings(house: &House, repository: &Repository) -> Result<RepositorySettings, ErrorPage> {
    Ok(house.app.table.repository_settings(&repository.provider, repository.id).await?)
}

async fn put(
    house: &House,
    repository: &Repository,
    current: &Current,
    settings: RepositorySettings,
    done: &str,
) -> Result<Response, ErrorPage> {
    let settings = RepositorySettings {
        changed_by: Some(current.session.login.clone()),
        changed_at: Some(house.app.clock.now()),
        ..settings
    };
    let written = house.app.table.put_repository_settings(&repository.provider, repository.id, &settings).await?;
    if written.applied() {
        return Ok(back(house, repository, done));
    }
    let notice =
        Notice::bad("Somebody else changed the settings at the same time; these are theirs. Look, and save again.");
    page::render(house, repository, current, Some(notice), "").await
}

async fn check_now(house: &House, repository: &Repository, current: &Current) -> Result<Response, ErrorPage> {
    let Some(installation) = repository.installation else { return Ok(back(house, repository, "")) };
    let since = apps::ask(house, &repository.provider, installation).await?;
    // The list of installations shows how far it is, to whoever sees the installation.
    let seen = house.app.access.installations(current).await?.items.iter().any(|one| one.id == installation);
    if !seen {
        return Ok(back(house, repository, "checking"));
    }
    let to = format!("{}?checking={installation}&since={}", repository.provider, since.as_millisecond());
    Ok(Redirect::to(&house.site.link(&to)).into_response())
}
