//! `…/settings`: what the people of a repository decide here: upload tokens, what is posted, the badge, and the webhook of
//! the repository's own.
//!
//! One page and one form action: `do` names what a button does. Rights are asked of GitHub anew for every change.

mod change;
mod configuration;
mod page;
mod shown;
mod tokens;
mod webhook;

use axum::{
    extract::{Form, Path, Query, State, rejection::FormRejection, rejection::QueryRejection},
    http::HeaderMap,
    response::Response,
};
use covermark_service::{csrf, pages::ErrorPage};
use serde::Deserialize;

use self::page::Notice;
use crate::{House, find::Address, report::moved, rights};

/// What was done before the page is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Done {
    done: String,
}

/// What a form asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    csrf: String,
    #[serde(rename = "do")]
    action: String,
    name: String,
    comment: Option<String>,
    statuses: Option<String>,
    checks: Option<String>,
}

pub(crate) async fn show(
    State(house): State<House>,
    Path((provider, owner, repository)): Path<(String, String, String)>,
    done: Result<Query<Done>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let address = Address::read(&house.site, &provider, &owner, &repository, "settings")?;
    let (repository, current) = rights::administer(&house, &headers, &address).await?;
    if let Some(moved) = moved(&house, &address, &repository, "settings") {
        return Ok(moved);
    }
    let done = done.map(|Query(done)| done.done).unwrap_or_default();
    page::render(&house, &repository, &current, Notice::of_done(&done), "").await
}

pub(crate) async fn change(
    State(house): State<House>,
    Path((provider, owner, repository)): Path<(String, String, String)>,
    headers: HeaderMap,
    form: Result<Form<Asked>, FormRejection>,
) -> Result<Response, ErrorPage> {
    let address = Address::read(&house.site, &provider, &owner, &repository, "settings")?;
    let Ok(Form(asked)) = form else { return Err(csrf::forged(&house.site)) };
    let (repository, current) = rights::change(&house, &headers, &address, &asked.csrf).await?;
    change::carry_out(&house, &repository, &current, &asked).await
}
