//! `/{provider}/{owner}/{repo}`: the repository at a glance: its newest report, its open pull requests, and the way on.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use covermark_coverage::Rounding;
use covermark_service::pages::{ErrorPage, Page};
use covermark_state::rows::pull::{Pull, PullState};

use crate::{House, admit, badge, doctor::ago, find::Address, report::moved, rights};

/// Pull requests that are looked at, the newest first; what is open among them is listed.
const LOOKED_AT: u16 = 100;

struct PullRow {
    number: String,
    title: String,
    href: String,
    doctor: String,
    state: &'static str,
}

struct Newest {
    coverage: String,
    branch: String,
    commit: String,
    href: String,
    when: String,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Body {
    newest: Option<Newest>,
    branch: String,
    pulls: Vec<PullRow>,
    url: String,
    settings: String,
    doctor: String,
    owner: String,
    owner_href: String,
}

pub(crate) async fn show(
    State(house): State<House>,
    Path((provider, owner, repository)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let address = Address::read(&house.site, &provider, &owner, &repository, "")?;
    let (repository, viewer) = admit::admit(&house, &headers, &address).await?;
    if let Some(moved) = moved(&house, &address, &repository, "") {
        return Ok(moved);
    }
    let (table, now) = (&house.app.table, house.app.clock.now());
    let (report, pulls) = tokio::try_join!(
        table.branch_report(&repository.provider, repository.id, &repository.default_branch),
        table.newest_pulls(&repository.provider, repository.id, LOOKED_AT),
    )?;
    let path = rights::overview(&repository);
    let link = |rest: &str| house.site.link(&format!("{path}{rest}"));
    let newest = report.map(|report| Newest {
        coverage: badge::ratio(&report.totals)
            .percent(2, Rounding::Down)
            .map_or_else(|| "–".to_owned(), |text| format!("{text} %")),
        branch: report.branch.clone(),
        commit: report.sha.short().to_owned(),
        href: link(&format!("/commit/{}", report.sha)),
        when: ago(report.reported_at, now),
    });
    let row = |pull: &Pull| PullRow {
        number: format!("#{}", pull.number),
        title: pull.title.clone(),
        href: link(&format!("/pull/{}", pull.number)),
        doctor: link(&format!("/pull/{}/doctor", pull.number)),
        state: match pull.comment.as_ref().and_then(|comment| comment.id) {
            Some(_) => "commented",
            None => "no comment yet",
        },
    };
    let body = Body {
        newest,
        branch: repository.default_branch.clone(),
        pulls: pulls.iter().filter(|pull| pull.state == PullState::Open).map(row).collect(),
        url: house.site.address("").trim_end_matches('/').to_owned(),
        settings: link("/settings"),
        doctor: link("/doctor"),
        owner: repository.name.owner().to_owned(),
        owner_href: house.site.link(&format!("{}/{}", repository.provider, repository.name.owner())),
    };
    let title = repository.name.to_string();
    Ok(Page::new(title, body).viewer(viewer.map(|current| current.session.login)).render(&house.site))
}
