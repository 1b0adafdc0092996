//! The doors that people come in by: the front page, signing in with GitHub and out again, and the page that says who is
//! signed in and what they may see.
//!
//! One sign-in: `/login/{provider}` remembers a state (hashed, single use, ten minutes, bound to the browser by a cookie)
//! and sends the browser to GitHub; the callback takes the state out, exchanges the code, asks GitHub who came, looks at
//! the operator's rules, and starts a session, which keeps the person's token sealed: what they may see is asked with it.
//!
//! Credentials are only read here; the functions' common frame (pages, cookies, sessions, who may see what) is
//! `covermark_service`'s.

use std::sync::Arc;

use axum::{
    Json, Router,
    middleware::from_fn_with_state,
    routing::{get, post},
};
use covermark_service::{
    access::Access,
    credentials::Apps,
    pages::{self, ErrorPage, Site},
};
use covermark_state::Table;
use covermark_types::{Clock, Random};
use serde_json::{Value, json};
use url::Url;

mod account;
mod arrival;
mod browsers;
mod callback;
mod landing;
mod login_query;
mod logout;
mod notices;
mod providers;
mod refusals;
mod sessions;
mod start;

/// What the function works with.
pub struct OAuth {
    /// Where logins and sessions are remembered.
    pub table: Table,
    /// The connected Apps.
    pub apps: Arc<Apps>,
    /// Who is signed in, and who may.
    pub access: Access,
    /// Where people reach us; callbacks come back to it.
    pub public_url: Url,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where states and session ids come from.
    pub random: Arc<dyn Random>,
}

/// What every handler has at hand.
#[derive(Clone)]
struct House {
    app: Arc<OAuth>,
    site: Site,
    access: Access,
}

/// The function's addresses, without a fallback, so that they can be merged with those of other functions.
pub fn routes(app: Arc<OAuth>) -> Router {
    dressed(app, |router, _| router)
}

/// The function's addresses, and the page for every address that there is not.
pub fn router(app: Arc<OAuth>) -> Router {
    dressed(app, |router, site| router.fallback(move || not_found(site.clone())))
}

fn dressed(app: Arc<OAuth>, finish: impl FnOnce(Router<House>, Site) -> Router<House>) -> Router {
    let site = Site::new(&app.public_url);
    let house = House { access: app.access.clone(), app, site: site.clone() };
    let router = Router::new()
        .route("/", get(landing::show))
        .route("/health", get(health))
        .route("/login", get(providers::show))
        .route("/login/{provider}", get(start::login))
        .route("/login/{provider}/callback", get(callback::callback))
        .route("/account", get(account::show))
        .route("/account/refresh", post(account::refresh))
        .route("/account/sessions", post(sessions::end))
        .route("/logout", get(logout::ask).merge(post(logout::end)))
        .merge(pages::assets())
        .method_not_allowed_fallback(refusals::wrong_method);
    finish(router, site.clone()).layer(from_fn_with_state(site, pages::dress)).with_state(house)
}

async fn not_found(site: Site) -> ErrorPage {
    ErrorPage::not_found(&site)
}

/// Ready as soon as it answers: what it needs was built before.
async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}
