//! CI chooses what a pull request is compared with (`codecov-cli pr-base-picking`): the choice is kept on the pull
//! request, and `feedback` looks at it again.
//!
//! The client sends a form here, with its whole command line in it, key by key.

use axum::{
    Json,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use covermark_service::problem::Problem;
use covermark_types::{CommitSha, Provider, PullNumber, RepositoryName};
use serde_json::{Value, json};

use crate::{Upload, access, complete, fields::Fields, legacy, reply, serve};

pub(crate) async fn choose(
    app: &Upload,
    headers: &HeaderMap,
    provider: Option<Provider>,
    repository: RepositoryName,
    pull: PullNumber,
    body: &Bytes,
) -> Result<Response, Problem> {
    let provider = match provider {
        Some(provider) => provider,
        None => legacy::provider_of(app, &repository).await?,
    };
    let mut fields = Fields::default();
    fields.0.pullid = pull.0.into();
    let access = access::admit(app, &serve::about(headers, &provider, &repository, &fields, None, false)).await?;
    let repository = &access.repository;
    let base = base(body)?;
    if !app.table.choose_base(&repository.provider, repository.id, pull, &base).await?.applied() {
        return Err(Problem::not_found(format!(
            "Covermark does not know pull request {pull} of {}. Look whether `--pr` is right; if it was opened a moment \
             ago, try again in a minute.",
            repository.name
        )));
    }
    let row = app.table.pull(&repository.provider, repository.id, pull).await?;
    if let Some(row) = row {
        complete::tell(app, repository, &row.head_sha).await?;
    }
    let page = reply::page(app, repository, &base, Some(pull));
    Ok(Json(json!({ "pullid": pull, "user_provided_base_sha": base, "url": page })).into_response())
}

/// The commit, from a form as the client sends it, or from JSON as people write it.
fn base(body: &Bytes) -> Result<CommitSha, Problem> {
    const KEY: &str = "user_provided_base_sha";
    let json = serde_json::from_slice::<Value>(body).ok();
    let given = match &json {
        Some(json) => json.get(KEY).and_then(Value::as_str).map(str::to_owned),
        None => url::form_urlencoded::parse(body).find(|(name, _)| name == KEY).map(|(_, value)| value.into_owned()),
    };
    given.and_then(|sha| sha.trim().parse().ok()).ok_or_else(|| {
        Problem::bad_request(
            "`user_provided_base_sha` is not a full SHA: 40 hexadecimal digits are expected. Pass `--base-sha`.",
        )
    })
}
