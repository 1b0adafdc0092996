//! Who may upload for the repository in the path: the holder of its own token, or of the instance's global token.
//!
//! Whoever holds neither learns nothing about which repositories there are: an unknown token gets the same sentence
//! for a repository that we know and for one that we do not.

use axum::http::HeaderMap;
use covermark_service::problem::Problem;
use covermark_state::{Hashed, rows::repository::Repository, rows::upload::OpenedBy, rows::upload_token::TokenScope};
use covermark_types::{RepositoryName, Secret};

use crate::{
    Upload,
    call::Call,
    token::{self, Shown},
};

/// A request that may go on.
pub(crate) struct Access {
    /// The repository, as GitHub names it now.
    pub(crate) repository: Repository,
    /// By which kind of token.
    pub(crate) by: OpenedBy,
}

/// Admits a request or says why not.
pub(crate) async fn admit(app: &Upload, headers: &HeaderMap, call: &Call) -> Result<Access, Problem> {
    let token = match token::shown(headers) {
        Shown::Token(token) => token,
        Shown::Nothing => return Err(no_token(&call.repository)),
        Shown::Unreadable => return Err(unreadable_token()),
    };
    if app.global_token.as_ref().is_some_and(|global| !global.is_empty() && global.matches(token.expose())) {
        let known = app.table.repository_by_name(&call.provider, &call.repository).await?;
        return covered(known.ok_or_else(|| unknown_repository(&call.repository))?, OpenedBy::GlobalToken);
    }
    by_repository_token(app, call, &token).await
}

async fn by_repository_token(app: &Upload, call: &Call, token: &Secret) -> Result<Access, Problem> {
    let hash = Hashed::of(token);
    let (owner, named) =
        tokio::join!(app.table.upload_token(&hash), app.table.repository_by_name(&call.provider, &call.repository),);
    let Some(owner) = owner? else { return Err(unknown_token(&call.repository, token)) };
    // By id and not by name: a token outlives its repository's renames, and never follows its former name elsewhere.
    let scope = owner.scope();
    match named?
        .filter(|named| scope == TokenScope::Repository { provider: named.provider.clone(), repository: named.id })
    {
        Some(repository) => covered(repository, OpenedBy::RepositoryToken),
        None => Err(another_repository(&call.repository)),
    }
}

fn covered(repository: Repository, by: OpenedBy) -> Result<Access, Problem> {
    if repository.installation.is_some() {
        return Ok(Access { repository, by });
    }
    Err(Problem::not_found(format!(
        "The GitHub App is no longer installed on {0}, so nothing could be said on its pull requests. Add {0} to the \
         App's installation on GitHub again, then repeat the upload.",
        repository.name
    )))
}

fn no_token(repository: &RepositoryName) -> Problem {
    Problem::unauthorized(format!(
        "No upload token was sent, and uploads for {repository} need one. `covermark upload-token {repository}` prints a \
         new one: keep it as the CI secret CODECOV_TOKEN. Pull requests from forks do not get CI secrets and cannot \
         upload yet."
    ))
}

fn unreadable_token() -> Problem {
    Problem::unauthorized(
        "The upload token cannot be read: the header must be `Authorization: token VALUE`, the value in one word as \
         `covermark upload-token OWNER/REPO` printed it.",
    )
}

fn unknown_token(repository: &RepositoryName, token: &Secret) -> Problem {
    if token::looks_like_oidc(token) {
        return Problem::unauthorized(format!(
            "OIDC tokens are not accepted by this version of Covermark. Leave `use_oidc` away and pass the token that \
             `covermark upload-token {repository}` prints."
        ));
    }
    Problem::unauthorized(format!(
        "The upload token is not valid for {repository}: it is mistyped, or was replaced by a newer one. `covermark \
         upload-token {repository}` prints a new one: keep it as the CI secret CODECOV_TOKEN."
    ))
}

fn another_repository(repository: &RepositoryName) -> Problem {
    Problem::unauthorized(format!(
        "The upload token is not valid for {repository}: it belongs to another repository. Look whether `--slug` names \
         the repository that you mean; `covermark upload-token {repository}` prints a new token for this one."
    ))
}

fn unknown_repository(repository: &RepositoryName) -> Problem {
    Problem::not_found(format!(
        "Covermark does not know {repository}. Install the GitHub App on it, or look whether `--slug` and \
         `--git-service` are right; if it was installed a moment ago, try again in a minute."
    ))
}
