//! `GET /account`: who is signed in, which installations they can see, and the way to install the App.

use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use covermark_github::AppCredentials;
use covermark_service::{
    pages::{ErrorPage, Page},
    problem::Chain,
    session::Current,
};
use covermark_state::rows::{installation, session::Session};
use covermark_types::{InstallationId, Timestamp};
use url::Url;

use crate::{House, providers::github_name};

/// Installations on the page; the table reads this many at once, and nobody reads more.
const SHOWN: usize = 100;

struct Installation {
    id: InstallationId,
    account: Option<Account>,
}

struct Account {
    name: String,
    href: Option<String>,
    kind: &'static str,
    repositories: &'static str,
    suspended: bool,
}

#[derive(Template)]
#[template(path = "account.html")]
struct Body<'a> {
    login: &'a str,
    github: String,
    since: String,
    until: String,
    seen: String,
    installations: Vec<Installation>,
    more: usize,
    install: Option<String>,
    sign_in: String,
    sign_out: String,
    csrf: String,
    plain_http: bool,
}

pub(crate) async fn show(State(house): State<House>, headers: HeaderMap) -> Result<Response, ErrorPage> {
    let Some(current) = house.sessions.current(&headers).await? else {
        return Ok(Redirect::to(&house.site.link("login?next=%2Faccount")).into_response());
    };
    let session = &current.session;
    let credentials = match house.app.apps.credentials(&session.provider).await {
        Ok(credentials) => Some(credentials),
        // Who is signed in stays so; there is only nothing to install.
        Err(error) => {
            tracing::warn!(cause = %Chain(&error), "the account page was shown without a link to install the App");
            None
        }
    };
    let web = credentials.as_ref().map(|credentials| &credentials.endpoints.web);
    let installations = seen(&house, session, web).await?;
    let body = body(&house, &current, installations, credentials.as_deref());
    Ok(Page::new("Your account", body).viewer(Some(session.login.clone())).render(&house.site))
}

fn body<'a>(
    house: &House,
    current: &'a Current,
    installations: Vec<Installation>,
    credentials: Option<&AppCredentials>,
) -> Body<'a> {
    let session = &current.session;
    Body {
        login: &session.login,
        github: credentials.map_or_else(|| session.provider.to_string(), |app| github_name(&app.endpoints.web)),
        since: moment(session.created_at),
        until: moment(session.expires_at),
        seen: moment(session.seen_at),
        more: session.installations.len().saturating_sub(installations.len()),
        installations,
        install: credentials.map(|credentials| install_address(credentials).to_string()),
        sign_in: house.sign_in_link(&session.provider, None),
        sign_out: house.site.link("logout"),
        csrf: current.csrf_token(),
        plain_http: !house.site.is_https(),
    }
}

/// The session's installations with what we know of them. Which they are is GitHub's word at the sign-in; what they are
/// is our mirror's, which `sync` may not have made yet.
async fn seen(house: &House, session: &Session, web: Option<&Url>) -> Result<Vec<Installation>, ErrorPage> {
    let shown = &session.installations[..session.installations.len().min(SHOWN)];
    let rows = house.app.table.installations_by_id(&session.provider, shown).await?;
    let mut installations: Vec<_> = shown
        .iter()
        .map(|&id| Installation { id, account: rows.iter().find(|row| row.id == id).map(|row| describe(row, web)) })
        .collect();
    installations.sort_by_key(|one| match &one.account {
        Some(account) => (false, account.name.to_lowercase(), one.id),
        None => (true, String::new(), one.id),
    });
    Ok(installations)
}

fn describe(row: &installation::Installation, web: Option<&Url>) -> Account {
    Account {
        name: row.account.clone(),
        href: web.map(|web| page(web, &[&row.account]).to_string()),
        kind: match row.account_type.as_str() {
            "Organization" => "Organisation",
            "User" => "Personal",
            "Enterprise" => "Enterprise",
            _ => "Other",
        },
        repositories: match row.selection {
            installation::Selection::All => "All",
            installation::Selection::Selected => "Selected",
        },
        suspended: row.suspended_at.is_some(),
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
