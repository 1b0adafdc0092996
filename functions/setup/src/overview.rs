//! `/setup`: the door to whoever was not let in yet; to everybody else what is connected, and the first step.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use covermark_github::{
    Endpoints,
    manifest::{PERMISSIONS, PermissionNeed},
};
use covermark_service::{
    csrf::CsrfField,
    pages::{ErrorPage, Page},
};
use covermark_state::rows::{provider::ConnectedProvider, setup::Draft};

use crate::{
    choose::ChooseForm,
    entrance,
    guard::Guest,
    house::{House, github_name},
    steps::{At, Step, steps},
};

struct Connected {
    name: String,
    slug: String,
    app: String,
    since: String,
    by: String,
    href: String,
    rotate: String,
}

/// A permission that may be left out.
struct Choice {
    need: &'static PermissionNeed,
    wanted: bool,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview<'a> {
    steps: Vec<Step>,
    connected: Vec<Connected>,
    action: String,
    handover: String,
    csrf: CsrfField,
    problem: Option<&'a str>,
    typed: &'a ChooseForm,
    required: Vec<&'static PermissionNeed>,
    choices: Vec<Choice>,
}

pub(crate) async fn show(State(house): State<House>, headers: HeaderMap) -> Result<Response, ErrorPage> {
    let Some(guest) = house.guest(&headers).await? else { return Ok(entrance::show(&house, &headers).await) };
    let typed = guest.session.draft.as_ref().map_or_else(ChooseForm::default, typed_before);
    page(&house, &guest, &typed, StatusCode::OK, None).await
}

/// The page, with what was typed and what is wrong with it.
pub(crate) async fn page(
    house: &House,
    guest: &Guest,
    typed: &ChooseForm,
    status: StatusCode,
    problem: Option<&str>,
) -> Result<Response, ErrorPage> {
    let connected = house.app.table.providers().await?;
    let wanted: BTreeSet<&str> = typed.optional.iter().map(String::as_str).collect();
    let choices = PERMISSIONS.iter().filter(|need| need.optional);
    let body = Overview {
        steps: steps(At::Choose),
        connected: connected.iter().map(|one| describe(house, one)).collect(),
        action: house.site.link("setup/app"),
        handover: house.site.link("setup/openpgp"),
        csrf: guest.csrf.field(),
        problem,
        typed,
        required: PERMISSIONS.iter().filter(|need| !need.optional).collect(),
        choices: choices.map(|need| Choice { need, wanted: wanted.contains(need.name) }).collect(),
    };
    Ok(Page::new("Connect a GitHub App", body).status(status).render(&house.site))
}

fn describe(house: &House, one: &ConnectedProvider) -> Connected {
    let endpoints = Endpoints { web: one.web_url.clone(), api: one.api_url.clone() };
    Connected {
        name: github_name(&endpoints),
        slug: one.slug.to_string(),
        app: one.app_slug.clone(),
        since: one.connected_at.strftime("%-d %B %Y, %H:%M UTC").to_string(),
        by: one.connected_by.clone(),
        href: house.site.link(&format!("setup/result/{}", one.slug)),
        rotate: house.site.link(&format!("setup/rotate/{}", one.slug)),
    }
}

fn typed_before(draft: &Draft) -> ChooseForm {
    let endpoints = Endpoints { web: draft.web_url.clone(), api: draft.api_url.clone() };
    let other = endpoints != Endpoints::github_com();
    ChooseForm {
        github: if other { "other" } else { "github.com" }.to_owned(),
        address: if other { draft.web_url.to_string() } else { String::new() },
        slug: if other { draft.provider.to_string() } else { "ghe".to_owned() },
        private_ca: draft.private_ca.clone().unwrap_or_default(),
        owner_kind: draft.owner_kind.clone(),
        owner: draft.owner.clone(),
        name: draft.name.clone(),
        public: draft.public,
        optional: draft.optional.clone(),
        csrf: String::new(),
    }
}
