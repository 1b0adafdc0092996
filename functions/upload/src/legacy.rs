//! The protocol of the uploaders before codecov-cli, and of `codecov-cli --legacy`: one POST whose query says everything.
//! `v4` is answered with two lines (the page of the results, the address for the PUT), `v2` brings the report along.
//!
//! The two lines have no third: the client splits at line breaks and expects two parts.

use axum::{
    Json,
    http::request::Parts,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use covermark_service::problem::Problem;
use covermark_types::{Provider, RepositoryName};
use serde_json::json;

use crate::{
    Upload,
    access::{self, Ask},
    call::Legacy,
    direct,
    fields::Fields,
    opening, query, reply, serve,
    token::{self, Shown},
};

pub(crate) async fn open(app: &Upload, head: &Parts, version: Legacy, body: Bytes) -> Result<Response, Problem> {
    let fields = serve::query_of(head);
    let repository = repository(&fields)?;
    let provider = provider_of(app, &repository).await?;
    let shown = shown(head);
    let ask = Ask { shown, ..serve::about(&head.headers, &provider, &repository, &fields, None, true) };
    let access = access::admit(app, &ask).await?;
    if version == Legacy::Direct {
        direct::check(&body)?;
    }
    let opened = opening::with_commit(app, &access, &fields).await?;
    let page = reply::page(app, &access.repository, &opened.row.key.commit, opened.row.pull);
    if version == Legacy::Slot {
        let lines = format!("{page}\n{}", opened.location);
        return Ok(([("content-type", "text/plain; charset=utf-8")], lines).into_response());
    }
    direct::store(app, &opened.row.key, body).await?;
    let message = format!("The report was stored. Its results will be at {page}");
    Ok(Json(json!({ "id": opened.row.key.upload, "url": page, "uploaded": true, "queued": true, "message": message }))
        .into_response())
}

/// A header of its own, or the query; newer ones send the usual header.
fn shown(head: &Parts) -> Shown {
    let own = head.headers.get("x-upload-token").and_then(|value| value.to_str().ok()).map(str::trim);
    let own = own.filter(|token| !token.is_empty()).map(str::to_owned);
    match own.or_else(|| query::token(head.uri.query().unwrap_or_default())) {
        Some(token) => Shown::Token(token::as_given_out(token.trim())),
        None => token::shown(&head.headers),
    }
}

fn repository(fields: &Fields) -> Result<RepositoryName, Problem> {
    fields.0.slug.as_str().and_then(|slug| slug.parse().ok()).ok_or_else(|| {
        Problem::bad_request("The query names no repository: `slug` must be OWNER/NAME. Pass `--slug OWNER/NAME`.")
    })
}

/// This protocol does not say which GitHub it is about: the one that knows the repository, the first if none does.
pub(crate) async fn provider_of(app: &Upload, repository: &RepositoryName) -> Result<Provider, Problem> {
    for provider in app.apps.providers().await? {
        if app.table.repository_by_name(&provider, repository).await?.is_some() {
            return Ok(provider);
        }
    }
    Ok(Provider::github())
}
