//! `GET /`: what this is, in a few lines, and the way in.

use askama::Template;
use axum::{extract::State, http::HeaderMap, response::Response};
use covermark_service::pages::Page;

use crate::House;

#[derive(Template)]
#[template(path = "landing.html")]
struct Landing {
    connected: bool,
    signed_in: bool,
    account: String,
    sign_in: String,
    setup: String,
    upload_url: String,
}

pub(crate) async fn show(State(house): State<House>, headers: HeaderMap) -> Response {
    let viewer = viewer(&house, &headers).await;
    let body = Landing {
        connected: house.is_connected().await,
        signed_in: viewer.is_some(),
        account: house.site.link("account"),
        sign_in: house.site.link("login"),
        setup: house.site.link("setup"),
        upload_url: house.site.public_url().as_str().trim_end_matches('/').to_owned(),
    };
    Page::new("Code coverage on your pull requests", body).viewer(viewer).render(&house.site)
}

/// Who is signed in. The front page and the ways in stand even when storage or GitHub does not: they then greet everybody
/// as a stranger.
pub(crate) async fn viewer(house: &House, headers: &HeaderMap) -> Option<String> {
    let current = house.access.current(headers).await;
    let current = current.unwrap_or_else(|page| {
        page.note();
        None
    });
    current.map(|current| current.session.login)
}
