//! The upload function: CI's upload clients ask here where to put a report, in the calls that codecov-cli makes.
//!
//! It authenticates, remembers the upload and answers with an address for a PUT; only small reports that people send with
//! curl, and those of the oldest uploaders, pass through. `feedback` hears of an upload from the storage, once the report
//! is there, so that an upload that was opened and never made costs a row for a week and nothing else. A client that asks
//! again is given another address: no call fails for having been made before.

mod access;
mod announce;
mod body;
mod call;
mod choose_base;
mod commit;
mod complete;
mod direct;
mod empty;
mod fields;
mod legacy;
mod opening;
mod query;
mod quota;
mod reply;
mod serve;
mod settings;
mod slug;
mod test_results;
mod token;
mod validate;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use covermark_service::{credentials::Apps, problem::Problem};
use covermark_state::{Table, blobs::Blobs, queue::Queue};
use covermark_types::{Clock, Random, Secret};
use url::Url;

pub use access::Proofs;
pub use settings::Settings;

/// The secret's name, in the vault, that holds the global upload token of a deployment. Read when a function starts: a
/// new value holds once the environments of the old one are gone.
pub const GLOBAL_TOKEN_SECRET: &str = "upload/global";

/// What the keys of test results begin with, in the store of blobs.
pub const TEST_RESULTS: &str = "test-results/";

/// What the function needs.
pub struct Upload {
    /// Repositories and tokens are read from it, commits and uploads written to it.
    pub table: Table,
    /// Where reports are put.
    pub blobs: Blobs,
    /// The queue that `feedback` drains.
    pub feedback: Arc<dyn Queue>,
    /// The connected Apps: who issues OIDC tokens, and who looks at the workflow runs of forks.
    pub apps: Arc<Apps>,
    /// Where CI jobs reach us; its path, if it has one, may stand before every call's.
    pub public_url: Url,
    /// A token that may upload for every repository.
    pub global_token: Option<Secret>,
    /// The limits and liberties of the instance.
    pub settings: Settings,
    /// What is remembered of who was looked at.
    pub proofs: Proofs,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Upload ids are made from it.
    pub random: Arc<dyn Random>,
}

/// The calls, and an answer to what is none: the deployment sends here whatever matches no route of its own.
pub fn router(app: Arc<Upload>) -> Router {
    Router::new().fallback(answer).with_state(app)
}

/// Middleware for a house with more functions: answers the calls of the upload API, below any prefix and with any number
/// of slashes, and passes on what is none.
pub async fn intercept(State(app): State<Arc<Upload>>, request: Request, next: Next) -> Response {
    if call::is_ours(request.uri().path(), app.public_url.path()) {
        answer(State(app), request).await
    } else {
        next.run(request).await
    }
}

async fn answer(State(app): State<Arc<Upload>>, request: Request) -> Response {
    // Boxed: what waits for AWS is 17 KB of state, too much for every connection's task to hold.
    Box::pin(serve::serve(&app, request)).await.unwrap_or_else(Problem::into_response)
}
