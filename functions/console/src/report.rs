//! `…/pull/{n}` and `…/commit/{sha}`: everything that is known of one commit's coverage.

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::{IntoResponse as _, Redirect, Response},
};
use covermark_coverage::{Report, shard};
use covermark_service::{
    pages::{ErrorPage, Page},
    session::Current,
};
use covermark_state::{
    report_view::ReportView,
    rows::{commit::CommitRow, pull::Pull, repository::Repository, upload::Upload},
};
use covermark_types::{CommitSha, PullNumber};
use serde::Deserialize;

use crate::{House, admit, find::Address, links::Links, page};

/// The largest report that is opened for a page, in bytes as stored.
const MAX_REPORT: u64 = 64 * 1024 * 1024;

/// What of a long list is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Part {
    /// Only files whose path has this in it.
    pub(crate) q: String,
    /// Which hundred files, from 1.
    pub(crate) page: usize,
}

/// All that a page is made of.
pub(crate) struct Found {
    pub(crate) sha: CommitSha,
    pub(crate) pull: Option<Pull>,
    pub(crate) number: Option<PullNumber>,
    pub(crate) row: Option<CommitRow>,
    pub(crate) view: ReportView,
    pub(crate) uploads: Vec<Upload>,
    pub(crate) report: Option<Report>,
}

pub(crate) async fn of_pull(
    State(house): State<House>,
    Path((provider, owner, repository, number)): Path<(String, String, String, String)>,
    part: Result<Query<Part>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let rest = format!("pull/{number}");
    let address = Address::read(&house.site, &provider, &owner, &repository, &rest)?;
    let number = number.parse().ok().filter(|number| *number > 0).map(PullNumber);
    let number = number.ok_or_else(|| ErrorPage::not_found(&house.site))?;
    let (repository, viewer) = admit::admit(&house, &headers, &address).await?;
    if let Some(moved) = moved(&house, &address, &repository, &rest) {
        return Ok(moved);
    }
    let pull = house.app.table.pull(&repository.provider, repository.id, number).await?;
    let title = format!("{}#{number}", repository.name);
    let Some(known) = pull.clone() else {
        return empty(&house, &repository, viewer, title).await;
    };
    let mut found = look(&house, &repository, &known.head_sha).await?;
    // The newest head has no report yet, but an older one has been judged: better than nothing, and it is said.
    let before = known.comment.as_ref().map(|comment| comment.head.clone()).filter(|head| *head != known.head_sha);
    if let (true, Some(before)) = (found.uploads.is_empty(), before) {
        found = look(&house, &repository, &before).await?;
    }
    (found.pull, found.number) = (pull, Some(number));
    shown(&house, &repository, viewer, title, found, part.map(|Query(part)| part).unwrap_or_default(), &address).await
}

pub(crate) async fn of_commit(
    State(house): State<House>,
    Path((provider, owner, repository, sha)): Path<(String, String, String, String)>,
    part: Result<Query<Part>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let rest = format!("commit/{sha}");
    let address = Address::read(&house.site, &provider, &owner, &repository, &rest)?;
    let sha: CommitSha = sha.parse().map_err(|_| ErrorPage::not_found(&house.site))?;
    let (repository, viewer) = admit::admit(&house, &headers, &address).await?;
    if let Some(moved) = moved(&house, &address, &repository, &rest) {
        return Ok(moved);
    }
    let title = format!("{} at {}", repository.name, sha.short());
    let found = look(&house, &repository, &sha).await?;
    shown(&house, &repository, viewer, title, found, part.map(|Query(part)| part).unwrap_or_default(), &address).await
}

/// The page under the repository's present name.
pub(crate) fn moved(house: &House, address: &Address, repository: &Repository, rest: &str) -> Option<Response> {
    if address.name == repository.name {
        return None;
    }
    let name = &repository.name;
    let path = format!("{}/{}/{}/{rest}", repository.provider, name.owner(), name.name());
    let path = path.trim_end_matches('/').to_owned();
    Some(Redirect::temporary(&house.site.link(&path)).into_response())
}

async fn look(house: &House, repository: &Repository, sha: &CommitSha) -> Result<Found, ErrorPage> {
    let (provider, id, now) = (&repository.provider, repository.id, house.app.clock.now());
    let (row, uploads, view) = tokio::try_join!(
        house.app.table.commit(provider, id, sha),
        house.app.table.uploads_of(provider, id, sha, now),
        house.app.blobs.report_view(provider, id, sha),
    )?;
    let report = match row.as_ref().and_then(|row| row.report.as_ref()) {
        Some(key) => house.app.blobs.get(key, MAX_REPORT).await?,
        None => None,
    };
    let report = match report {
        Some(bytes) => tokio::task::spawn_blocking(move || shard::decode(&bytes).ok()).await.unwrap_or_default(),
        None => None,
    };
    let view = view.unwrap_or_default();
    Ok(Found { sha: sha.clone(), pull: None, number: view.pull, row, view, uploads, report })
}

async fn shown(
    house: &House,
    repository: &Repository,
    viewer: Option<Current>,
    title: String,
    found: Found,
    part: Part,
    address: &Address,
) -> Result<Response, ErrorPage> {
    if found.uploads.is_empty() && found.report.is_none() {
        return empty(house, repository, viewer, title).await;
    }
    let links = links(house, repository).await;
    let here = house.site.link(&address.path);
    let body = page::body(&links, &found, &part, here);
    Ok(Page::new(title, body).viewer(viewer.map(|current| current.session.login)).render(&house.site))
}

async fn empty(
    house: &House,
    repository: &Repository,
    viewer: Option<Current>,
    title: String,
) -> Result<Response, ErrorPage> {
    let body =
        page::Empty { name: repository.name.to_string(), url: house.site.address("").trim_end_matches('/').to_owned() };
    Ok(Page::new(title, body).viewer(viewer.map(|current| current.session.login)).render(&house.site))
}

async fn links(house: &House, repository: &Repository) -> Links {
    // Without the App's credentials there are no links; the page is of use all the same.
    let web = house.app.apps.credentials(&repository.provider).await.ok();
    Links::new(web.map(|app| app.endpoints.web.clone()), repository.name.clone())
}
