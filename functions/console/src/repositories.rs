//! `/{provider}/{owner}`: the owner's repositories that the person sees, with search.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::Response,
};
use covermark_coverage::Rounding;
use covermark_service::pages::{ErrorPage, Page};
use covermark_state::rows::{branch::BranchReport, repository::Repository};
use covermark_types::{Provider, RepositoryId, RepositoryName};
use serde::Deserialize;

use crate::{House, badge, rights};

/// Repositories on one page.
const SHOWN: usize = 50;

/// What of the list is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Part {
    q: String,
    page: usize,
}

struct Row {
    name: String,
    href: String,
    private: bool,
    coverage: String,
    settings: Option<String>,
}

#[derive(Template)]
#[template(path = "repositories.html")]
struct Body {
    rows: Vec<Row>,
    found: usize,
    all: usize,
    query: String,
    here: String,
    apps: String,
    earlier: Option<String>,
    later: Option<String>,
}

pub(crate) async fn show(
    State(house): State<House>,
    Path((provider, owner)): Path<(String, String)>,
    part: Result<Query<Part>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let not_found = || ErrorPage::not_found(&house.site);
    let provider: Provider = provider.parse().map_err(|_| not_found())?;
    // A name of GitHub's, or nothing of ours.
    let owner = RepositoryName::new(&owner, "x").map_err(|_| not_found())?.owner().to_owned();
    let path = format!("{provider}/{owner}");
    let current = rights::person(&house, &headers, &provider, &path).await?;
    let installations = house.app.access.installations(&current).await?;
    let Some(installation) = installations.items.iter().find(|one| one.account.eq_ignore_ascii_case(&owner)) else {
        return Err(not_found()
            .viewer(current.session.login)
            .way_on("Installed apps", house.site.link(provider.as_str())));
    };
    let part = part.map(|Query(part)| part).unwrap_or_default();
    let seen =
        house.app.access.repositories(&current, installation.id).await?.map(|seen| seen.items).unwrap_or_default();
    let wanted = part.q.trim().to_lowercase();
    let found: Vec<_> = seen.iter().filter(|one| one.name.to_lowercase().contains(&wanted)).collect();
    let page = part.page.clamp(1, found.len().div_ceil(SHOWN).max(1));
    let shown: Vec<_> = found.iter().skip((page - 1) * SHOWN).take(SHOWN).collect();
    let ids: Vec<RepositoryId> = shown.iter().map(|one| one.id).collect();
    let reports = reports(&house, &provider, &ids).await?;
    let here = house.site.link(&path);
    let other = |number: usize| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        format!("{here}?{}", query.append_pair("q", &part.q).append_pair("page", &number.to_string()).finish())
    };
    let rows = shown.iter().map(|one| {
        let href = house.site.link(&format!("{provider}/{}", one.name));
        let may_change = one.right >= covermark_state::rows::seen::Right::Write;
        Row {
            settings: may_change.then(|| format!("{href}/settings")),
            name: one.name.split_once('/').map_or(one.name.clone(), |(_, name)| name.to_owned()),
            href,
            private: one.private,
            coverage: reports.get(&one.id).and_then(percent).unwrap_or_else(|| "–".to_owned()),
        }
    });
    let body = Body {
        rows: rows.collect(),
        found: found.len(),
        all: seen.len(),
        query: part.q.clone(),
        apps: house.site.link(provider.as_str()),
        earlier: (page > 1).then(|| other(page - 1)),
        later: (page * SHOWN < found.len()).then(|| other(page + 1)),
        here: here.clone(),
    };
    let title = format!("Repositories of {}", installation.account);
    Ok(Page::new(title, body).viewer(Some(current.session.login)).render(&house.site))
}

fn percent(report: &BranchReport) -> Option<String> {
    badge::ratio(&report.totals).percent(2, Rounding::Down).map(|percent| format!("{percent} %"))
}

/// The newest report of each one's default branch.
async fn reports(
    house: &House,
    provider: &Provider,
    ids: &[RepositoryId],
) -> Result<BTreeMap<RepositoryId, BranchReport>, ErrorPage> {
    let known: Vec<Repository> = house.app.table.repositories_by_id(provider, ids).await?;
    let wanted: Vec<_> = known.into_iter().map(|one| (one.id, one.default_branch)).collect();
    let reports = house.app.table.branch_reports(provider, &wanted).await?;
    Ok(reports.into_iter().collect())
}
