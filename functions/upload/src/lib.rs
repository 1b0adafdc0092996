//! The upload function: CI's upload clients ask here where to put a report, in the calls that codecov-cli makes.
//!
//! It authenticates, remembers the upload and answers with an address for a PUT; the report itself never passes through.
//! `feedback` hears of an upload from the storage, once the report is there, so that an upload that was opened and never
//! made costs a row for a week and nothing else. A client that asks again is given another address: no call fails for
//! having been made before.

mod access;
mod body;
mod call;
mod commit;
mod complete;
mod fields;
mod opening;
mod reply;
mod slug;
mod token;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
    routing::any,
};
use covermark_service::problem::Problem;
use covermark_state::{Table, blobs::Blobs, queue::Queue};
use covermark_types::{Clock, Random, Secret};
use url::Url;

use crate::{
    access::Access,
    call::{Action, Call},
    fields::{CommitFields, Fields},
};

/// The secret's name, in the vault, that holds the global upload token of a deployment. Read when a function starts: a
/// new value holds once the environments of the old one are gone.
pub const GLOBAL_TOKEN_SECRET: &str = "upload/global";

/// What the function needs.
pub struct Upload {
    /// Repositories and tokens are read from it, commits and uploads written to it.
    pub table: Table,
    /// Where reports are put.
    pub blobs: Blobs,
    /// The queue that `feedback` drains.
    pub feedback: Arc<dyn Queue>,
    /// Where CI jobs reach us; its path, if it has one, may stand before every call's.
    pub public_url: Url,
    /// A token that may upload for every repository.
    pub global_token: Option<Secret>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Upload ids are made from it.
    pub random: Arc<dyn Random>,
}

/// The calls of the upload API, below `/upload/`, at the root and below the public address's path, with one slash
/// before them or two.
pub fn routes(app: Arc<Upload>) -> Router {
    let prefix = app.public_url.path().trim_end_matches('/').to_owned();
    let mut roots = vec![String::new()];
    if !prefix.is_empty() {
        roots.push(prefix);
    }
    let paths = roots.iter().flat_map(|root| ["/", "//"].map(|slashes| format!("{root}{slashes}upload/{{*call}}")));
    paths.fold(Router::new(), |router, path| router.route(&path, any(serve))).with_state(app)
}

/// The calls, and an answer to what is none: the deployment sends here whatever matches no route of its own.
pub fn router(app: Arc<Upload>) -> Router {
    let nothing = "There is nothing at this address. Uploads go to PUBLIC_URL/upload/…; pages begin at PUBLIC_URL/.";
    routes(app).fallback(move || async move { Problem::not_found(nothing) })
}

async fn serve(State(app): State<Arc<Upload>>, request: Request) -> Response {
    // Boxed: what waits for AWS is 17 KB of state, too much for every connection's task to hold.
    Box::pin(answer(&app, request)).await.unwrap_or_else(Problem::into_response)
}

async fn answer(app: &Upload, request: Request) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    // The body goes first: a server that answers and closes while a client still sends is a broken pipe to the client,
    // and it would print that instead of our sentence.
    let body = body::read(&head.headers, body).await?;
    let call = call::read(&head.method, head.uri.path(), app.public_url.path())?;
    let access = access::admit(app, &head.headers, &call).await?;
    let fields = Fields::read(&body)?;
    act(app, call, access, &fields).await
}

async fn act(app: &Upload, call: Call, access: Access, fields: &Fields) -> Result<Response, Problem> {
    let repository = &access.repository;
    match call.action {
        Action::UploadCoverage => opening::in_one_call(app, &access, fields).await,
        Action::CreateCommit => {
            let row = commit::remember(app, repository, &fields.sha()?, &fields.commit()?).await?;
            Ok(reply::created(reply::commit(&row, repository)))
        }
        Action::CreateReport(sha) => {
            fields.check_code()?;
            let row = commit::remember(app, repository, &sha, &CommitFields::default()).await?;
            Ok(reply::created(reply::report(&row)))
        }
        Action::OpenUpload(sha) => opening::of_known_commit(app, &access, &sha, fields).await,
        Action::Results(_) => Ok(Json(reply::results()).into_response()),
        Action::Complete(sha) => complete::complete(app, repository, &sha).await,
    }
}
