//! The console: pages about installations, repositories and what was reported, for those whom GitHub lets see them.
//!
//! `/{provider}` lists the installations that a person sees, `/{provider}/{owner}` the repositories; `…/settings` is for
//! those who may push, `/doctor` for administrators, and `…/doctor` says why something is not as one expects.
//! `/{provider}/{owner}/{repo}/pull/{n}` and `…/commit/{sha}` show all that the comment folds away or cuts. What was judged
//! is read from the document that `feedback` keeps, uploads from the table, files from the report itself; nothing is
//! judged here. Who may look is GitHub's word, and a private repository looks like none at all to others.

mod admit;
mod apps;
mod badge;
pub mod doctor;
mod doctor_pages;
mod find;
mod links;
mod overview;
mod page;
mod report;
mod repositories;
mod rights;
mod settings;
mod ticked;
mod wiring;
mod words;

use std::sync::Arc;

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{get, post},
};
use covermark_service::{
    access::Access,
    credentials::Apps,
    pages::{self, ErrorPage, Site},
    repository_hooks::RepositoryHooks,
};
use covermark_state::{Table, blobs::Blobs, queue::Queue};
use covermark_types::{Clock, Random};
use url::Url;

use crate::doctor::Doctor;
pub use crate::wiring::{ON_AWS, on_aws};

/// What the function works with.
pub struct Console {
    /// Repositories, commits, uploads, sessions.
    pub table: Table,
    /// Reports and what was judged of them.
    pub blobs: Blobs,
    /// The connected Apps, for their GitHub's addresses.
    pub apps: Arc<Apps>,
    /// Who is signed in, and what they may see.
    pub access: Access,
    /// The webhooks of repositories' own.
    pub hooks: Arc<RepositoryHooks>,
    /// Who says what is wrong.
    pub doctor: Arc<Doctor>,
    /// Where "check now" goes.
    pub sync: Arc<dyn Queue>,
    /// Where people reach us.
    pub public_url: Url,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where tokens come from.
    pub random: Arc<dyn Random>,
}

/// What every handler has at hand.
#[derive(Clone)]
struct House {
    app: Arc<Console>,
    site: Site,
}

/// The function's addresses, without a fallback, so that they can be merged with those of other functions.
pub fn routes(app: Arc<Console>) -> Router {
    dressed(app, |router, _| router)
}

/// The function's addresses, and the page for every address that there is not.
pub fn router(app: Arc<Console>) -> Router {
    dressed(app, |router, site| router.fallback(move || not_found(site.clone())))
}

fn dressed(app: Arc<Console>, finish: impl FnOnce(Router<House>, Site) -> Router<House>) -> Router {
    let site = Site::new(&app.public_url);
    let house = House { app, site: site.clone() };
    let router = Router::new()
        .route("/doctor", get(doctor_pages::of_instance).post(doctor_pages::replay))
        .route("/{provider}", get(apps::show))
        // A hyphen alone is nobody's name at GitHub.
        .route("/{provider}/-/check", post(apps::check))
        .route("/{provider}/{owner}", get(repositories::show))
        .route("/{provider}/{owner}/{repository}", get(overview::show))
        .route("/{provider}/{owner}/{repository}/badge.svg", get(badge::show))
        .route("/{provider}/{owner}/{repository}/settings", get(settings::show).post(settings::change))
        .route("/{provider}/{owner}/{repository}/doctor", get(doctor_pages::of_repository))
        .route("/{provider}/{owner}/{repository}/pull/{number}/doctor", get(doctor_pages::of_pull))
        .route("/{provider}/{owner}/{repository}/pull/{number}", get(report::of_pull))
        .route("/{provider}/{owner}/{repository}/commit/{sha}", get(report::of_commit));
    finish(router, site.clone()).layer(from_fn_with_state(site, pages::dress)).with_state(house)
}

async fn not_found(site: Site) -> ErrorPage {
    ErrorPage::not_found(&site)
}
