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
    // The front page stands even when storage does not: it then greets everybody as a stranger.
    let viewer = house.access.current(&headers).await.unwrap_or_else(|_| {
        tracing::warn!("the front page was shown without looking for a session");
        None
    });
    let viewer = viewer.map(|current| current.session.login);
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
