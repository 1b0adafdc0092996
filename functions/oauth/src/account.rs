//! `GET /account`: who is signed in, which installations they see, the way to install the App, and their sessions.

use askama::Template;
use axum::{
    extract::{
        Form, Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use covermark_github::AppCredentials;
use covermark_service::{
    csrf::{Csrf, CsrfField},
    pages::{ErrorPage, Page},
    problem::Chain,
    session::Current,
};
use covermark_state::rows::{
    seen::{Seen, SeenInstallation},
    session::Session,
};
use covermark_types::Timestamp;
use serde::Deserialize;
use url::Url;

use crate::{House, browsers, providers::github_name};

/// Installations on the page.
const SHOWN: usize = 100;

/// What the page may say at its head, after a button.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Said {
    /// So many sessions were ended.
    ended: Option<usize>,
}

struct Installation {
    account: String,
    href: Option<String>,
    kind: &'static str,
    repositories: &'static str,
    suspended: bool,
}

struct Device {
    hash: String,
    name: String,
    since: String,
    used: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "account.html")]
struct Body<'a> {
    login: &'a str,
    github: String,
    administrator: bool,
    until: String,
    seen: Option<String>,
    installations: Vec<Installation>,
    more: usize,
    install: Option<String>,
    apps: String,
    sessions: Vec<Device>,
    ended: Option<usize>,
    sign_out: String,
    refresh: String,
    end: String,
    csrf: CsrfField,
    plain_http: bool,
}

pub(crate) async fn show(
    State(house): State<House>,
    said: Result<Query<Said>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let Some(current) = house.access.current(&headers).await? else {
        return Ok(Redirect::to(&house.site.link("login?next=%2Faccount")).into_response());
    };
    let seen = match house.access.installations(&current).await {
        Ok(seen) => Some(seen),
        Err(page) if page.status() == StatusCode::UNAUTHORIZED => return Err(page),
        // Who is signed in stays so, and must be able to sign out.
        Err(page) => {
            page.note();
            None
        }
    };
    let sessions = house.access.sessions(&current).await?;
    let credentials = match house.app.apps.credentials(&current.session.provider).await {
        Ok(credentials) => Some(credentials),
        Err(error) => {
            tracing::warn!(cause = %Chain(&error), "the account page was shown without a link to install the App");
            None
        }
    };
    let mut body = body(&house, &current, seen, sessions, credentials.as_deref());
    body.ended = said.ok().and_then(|Query(said)| said.ended);
    Ok(Page::new("Your account", body).viewer(Some(current.session.login.clone())).render(&house.site))
}

/// `POST /account/refresh`: GitHub is asked anew for what the person sees.
pub(crate) async fn refresh(
    State(house): State<House>,
    headers: HeaderMap,
    form: Result<Form<Button>, FormRejection>,
) -> Result<Response, ErrorPage> {
    if let Some(current) = house.access.current(&headers).await? {
        Csrf::of(&current).check(&house.site, form.as_ref().map_or("", |Form(form)| &form.csrf))?;
        house.access.ask_anew(&current).await?;
    }
    Ok(Redirect::to(&house.site.link("account")).into_response())
}

/// A form that is a button and no more.
#[derive(Deserialize)]
pub(crate) struct Button {
    csrf: String,
}

fn body<'a>(
    house: &House,
    current: &'a Current,
    seen: Option<Seen<SeenInstallation>>,
    sessions: Vec<Session>,
    credentials: Option<&AppCredentials>,
) -> Body<'a> {
    let session = &current.session;
    let web = credentials.map(|credentials| &credentials.endpoints.web);
    let all = seen.as_ref().map_or(0, |seen| seen.items.len());
    Body {
        login: &session.login,
        github: web.map_or_else(|| session.provider.to_string(), github_name),
        administrator: house.access.is_administrator(current),
        until: moment(session.expires_at),
        seen: seen.as_ref().map(|seen| moment(seen.at)),
        more: all.saturating_sub(SHOWN),
        installations: seen.into_iter().flat_map(|seen| seen.items).take(SHOWN).map(|one| describe(one, web)).collect(),
        install: credentials.map(|credentials| install_address(credentials).to_string()),
        apps: house.site.link(session.provider.as_str()),
        sessions: sessions.iter().map(|one| device(one, one.id == session.id)).collect(),
        ended: None,
        sign_out: house.site.link("logout"),
        refresh: house.site.link("account/refresh"),
        end: house.site.link("account/sessions"),
        csrf: Csrf::of(current).field(),
        plain_http: !house.site.is_https(),
    }
}

fn describe(seen: SeenInstallation, web: Option<&Url>) -> Installation {
    Installation {
        href: web.filter(|_| !seen.account.is_empty()).map(|web| page(web, &[&seen.account]).to_string()),
        account: if seen.account.is_empty() { format!("Installation {}", seen.id) } else { seen.account },
        kind: match seen.account_type.as_str() {
            "Organization" => "Organisation",
            "User" => "Personal",
            "Enterprise" => "Enterprise",
            _ => "Other",
        },
        repositories: if seen.all_repositories { "All" } else { "Selected" },
        suspended: seen.suspended,
    }
}

fn device(session: &Session, current: bool) -> Device {
    Device {
        hash: session.id.as_str().to_owned(),
        name: browsers::name(&session.agent),
        since: moment(session.created_at),
        used: moment(session.used_at),
        current,
    }
}

/// Where GitHub asks on which account to install the App. Enterprise Server keeps Apps at another path; its API, unlike
/// github.com's and ghe.com's, is below `/api/v3` of the same host.
fn install_address(credentials: &AppCredentials) -> Url {
    let endpoints = &credentials.endpoints;
    let apps = if endpoints.api.path().starts_with("/api/v3") { "github-apps" } else { "apps" };
    page(&endpoints.web, &[apps, &credentials.slug, "installations", "new"])
}

fn page(web: &Url, segments: &[&str]) -> Url {
    let mut url = web.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

fn moment(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}
