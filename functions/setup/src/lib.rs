//! The setup function: from an empty deployment to a connected GitHub App. It is the only one that may write credentials.
//!
//! The way through: the door lets in whoever brings the one-time code or is an administrator; they choose a GitHub and an
//! account; the App is created there by a manifest, by a prefilled link or by hand; its credentials are tried ([`check()`]) and
//! stored ([`store()`]) where the other functions read them; a test delivery is waited for. The command line uses the same two.

pub mod bundle;
mod callback;
mod check;
mod choose;
mod code;
mod connect;
mod create;
mod entrance;
mod guard;
mod handover;
mod house;
pub mod openpgp;
mod overview;
mod reach;
mod refusals;
mod result;
mod rotate;
pub mod rotation;
mod steps;
mod store;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn_with_state,
    routing::{get, post},
};
use covermark_service::pages;

pub use check::{Arrival, ArrivalError, Check, Outcome, Report, Subject, arrival, check};
pub use code::{CODE_SECRET, new_code};
pub use house::Setup;
pub use reach::Reach;
pub use store::{By, store};

use crate::house::House;

/// The largest form that is read: a key, a few words, a certificate authority with its intermediates.
const LARGEST_FORM: usize = 256 * 1024;

/// The function's addresses, without a fallback, so that they can be merged with those of other functions.
pub fn routes(app: Arc<Setup>) -> Router {
    let house = House::new(app);
    let site = house.site.clone();
    Router::new()
        .route("/setup", get(overview::show))
        .route("/setup/open", post(entrance::open))
        .route("/setup/app", post(choose::choose))
        .route("/setup/create", get(create::ways))
        .route("/setup/create/manual", get(create::manual))
        .route("/setup/callback", get(callback::callback))
        .route("/setup/credentials", get(connect::form).merge(post(connect::connect)))
        .route("/setup/result/{provider}", get(result::show))
        .route("/setup/rotate/{provider}", get(rotate::show).merge(post(rotate::press)))
        .route("/setup/openpgp", get(handover::show).merge(post(handover::import)))
        .route("/setup/openpgp.asc", get(handover::key))
        .route("/setup/openpgp/bundle.txt", get(handover::template))
        .method_not_allowed_fallback(refusals::wrong_method)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(from_fn_with_state(site, pages::dress))
        .with_state(house)
}

/// The function's addresses, and the page for every address that there is not.
pub fn router(app: Arc<Setup>) -> Router {
    let site = pages::Site::new(&app.public_url);
    let rest = site.clone();
    let not_found = Router::new()
        .fallback(move || async move { pages::ErrorPage::not_found(&rest) })
        .layer(from_fn_with_state(site, pages::dress));
    routes(app).fallback_service(not_found)
}
