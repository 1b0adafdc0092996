//! The console: pages about what was reported, for those who may see the repository.
//!
//! `/{provider}/{owner}/{repo}/pull/{n}` and `…/commit/{sha}` show all that the comment folds away or cuts. What was judged
//! is read from the document that `feedback` keeps, uploads from the table, files from the report itself; nothing is
//! judged here. Who may look is GitHub's word, and a private repository looks like none at all to others.

mod admit;
mod find;
mod links;
mod page;
mod report;
mod words;

use std::sync::Arc;

use axum::{Router, middleware::from_fn_with_state, routing::get};
use covermark_service::{
    access::Access,
    credentials::Apps,
    pages::{self, ErrorPage, Site},
};
use covermark_state::{Table, blobs::Blobs};
use covermark_types::Clock;
use url::Url;

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
    /// Where people reach us.
    pub public_url: Url,
    /// The time.
    pub clock: Arc<dyn Clock>,
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
        .route("/{provider}/{owner}/{repository}/pull/{number}", get(report::of_pull))
        .route("/{provider}/{owner}/{repository}/commit/{sha}", get(report::of_commit));
    finish(router, site.clone()).layer(from_fn_with_state(site, pages::dress)).with_state(house)
}

async fn not_found(site: Site) -> ErrorPage {
    ErrorPage::not_found(&site)
}
