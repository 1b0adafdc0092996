//! The repository's upload tokens: made, rotated, revoked. A token is seen once, by whoever made it.

use axum::response::Response;
use covermark_service::{pages::ErrorPage, session::Current};
use covermark_state::{
    Hashed,
    rows::{
        repository::Repository,
        upload_token::{DEFAULT_TOKEN, TokenScope},
    },
};
use covermark_types::Secret;

use super::{Notice, change::back, page, shown::Shown};
use crate::House;

/// Tokens of one repository; more would be a mistake or mischief.
const MOST: usize = 50;

/// What the repository's tokens are for.
pub(super) fn scope(repository: &Repository) -> TokenScope {
    TokenScope::Repository { provider: repository.provider.clone(), repository: repository.id }
}

/// The form of a UUID: today's uploaders and scripts check for it.
fn new_token(house: &House) -> Secret {
    let mut bytes = [0_u8; 16];
    house.app.random.fill(&mut bytes);
    Secret::new(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string())
}

/// Names are shown in tables and are part of a key.
fn is_name(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    (1..=50).contains(&text.len()) && text.bytes().all(fits)
}

pub(super) async fn create(
    house: &House,
    repository: &Repository,
    current: &Current,
    name: &str,
) -> Result<Response, ErrorPage> {
    let name = if name.is_empty() { DEFAULT_TOKEN } else { name };
    let refused = |text: String| page::render(house, repository, current, Some(Notice::bad(text)), name);
    if !is_name(name) {
        return refused("A token's name is 1 to 50 letters, digits, dots, dashes and underscores.".to_owned()).await;
    }
    let scope = scope(repository);
    if house.app.table.upload_tokens_of(&scope).await?.len() >= MOST {
        return refused(format!("The repository has {MOST} tokens already. Revoke one that is not used.")).await;
    }
    let token = new_token(house);
    let made = house.app.table.create_upload_token(&scope, name, &Hashed::of(&token), house.app.clock.now()).await?;
    if !made.applied() {
        return refused(format!("There is a token “{name}” already. Rotate it, or choose another name.")).await;
    }
    Ok(Shown::token(house, repository, name, &token).render_for(house, current))
}

pub(super) async fn rotate(
    house: &House,
    repository: &Repository,
    current: &Current,
    name: &str,
) -> Result<Response, ErrorPage> {
    let scope = scope(repository);
    let known = house.app.table.upload_tokens_of(&scope).await?.iter().any(|token| token.name == name);
    if !known {
        let notice = Notice::bad("That token was revoked meanwhile.");
        return page::render(house, repository, current, Some(notice), "").await;
    }
    let token = new_token(house);
    house.app.table.replace_upload_token(&scope, name, &Hashed::of(&token), house.app.clock.now()).await?;
    Ok(Shown::token(house, repository, name, &token).render_for(house, current))
}

pub(super) async fn revoke(
    house: &House,
    repository: &Repository,
    current: &Current,
    name: &str,
) -> Result<Response, ErrorPage> {
    if !is_name(name) {
        return Err(ErrorPage::not_found(&house.site).viewer(current.session.login.clone()));
    }
    // One that is void already is as good.
    house.app.table.revoke_upload_token(&scope(repository), name).await?;
    Ok(back(house, repository, "revoked"))
}
