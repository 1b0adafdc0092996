//! `/{provider}`: the installations of the App that the person sees, how each is doing, and a button that makes each level
//! with GitHub now.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Form, Path, Query, State, rejection::FormRejection, rejection::QueryRejection},
    http::HeaderMap,
    response::{IntoResponse as _, Redirect, Response},
};
use covermark_github::{AppCredentials, manifest};
use covermark_service::{
    csrf::{self, Csrf, CsrfField},
    pages::{ErrorPage, Page},
    session::Current,
};
use covermark_state::{
    jobs::{Job as _, SyncJob, SyncMessage},
    rows::{
        budget::{Budget, Whose},
        installation::Installation,
        last_delivery::{Concerned, Fate, LastDelivery},
        reconcile::{Outcome, Reconcile},
        seen::SeenInstallation,
    },
};
use covermark_types::{InstallationId, Provider, Timestamp, random_hex};
use serde::Deserialize;
use url::Url;

use crate::{
    House,
    doctor::{ago, budget_in_words},
    rights,
};

/// Installations on one page.
const SHOWN: usize = 100;
/// Names of repositories that are listed with an installation.
const NAMES: usize = 12;
/// How long one press of "check now" keeps others out.
const PRESSED: std::time::Duration = std::time::Duration::from_secs(10);

/// What is being waited for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Waiting {
    /// The installation that was to be made level.
    checking: Option<u64>,
    /// When, in epoch milliseconds.
    since: Option<i64>,
}

#[derive(Deserialize)]
pub(crate) struct CheckForm {
    csrf: String,
    installation: u64,
}

struct Row {
    id: InstallationId,
    account: String,
    page: String,
    kind: &'static str,
    since: String,
    selection: String,
    names: Vec<(String, String)>,
    more: usize,
    suspended: Option<String>,
    lacking: Vec<String>,
    less: Vec<String>,
    last: String,
    level: String,
    budget: String,
    progress: Option<String>,
    configure: Option<String>,
    known: bool,
}

#[derive(Template)]
#[template(path = "apps.html")]
struct Body {
    refreshing: bool,
    rows: Vec<Row>,
    more: usize,
    install: Option<String>,
    here: String,
    check: String,
    csrf: CsrfField,
}

pub(crate) async fn show(
    State(house): State<House>,
    Path(provider): Path<String>,
    waiting: Result<Query<Waiting>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let provider = known(&house, &provider).await?;
    let current = rights::person(&house, &headers, &provider, provider.as_str()).await?;
    let waiting = waiting.map(|Query(waiting)| waiting).unwrap_or_default();
    let seen = house.app.access.installations(&current).await?;
    let credentials = house.app.apps.credentials(&provider).await.ok();
    let shown = &seen.items[..seen.items.len().min(SHOWN)];
    let facts = Facts::read(&house, &provider, shown).await?;
    let mut rows = Vec::with_capacity(shown.len());
    for one in shown {
        rows.push(row(&house, &current, one, &facts, &waiting, credentials.as_deref()).await?);
    }
    let body = Body {
        refreshing: rows.iter().any(|row| row.progress.is_some()),
        more: seen.items.len() - shown.len(),
        rows,
        install: credentials.as_deref().map(|app| install_address(app).to_string()),
        here: house.site.link(provider.as_str()),
        check: house.site.link(&format!("{provider}/-/check")),
        csrf: Csrf::of(&current).field(),
    };
    Ok(Page::new("Installed apps", body).viewer(Some(current.session.login)).render(&house.site))
}

/// "Check now".
pub(crate) async fn check(
    State(house): State<House>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    form: Result<Form<CheckForm>, FormRejection>,
) -> Result<Response, ErrorPage> {
    let provider = known(&house, &provider).await?;
    let current = rights::person(&house, &headers, &provider, provider.as_str()).await?;
    let Ok(Form(form)) = form else { return Err(csrf::forged(&house.site)) };
    Csrf::of(&current).check(&house.site, &form.csrf)?;
    let installation = InstallationId(form.installation);
    // The number in a form proves nothing: it must be in the person's own list.
    if !house.app.access.installations(&current).await?.items.iter().any(|one| one.id == installation) {
        return Err(ErrorPage::not_found(&house.site).viewer(current.session.login));
    }
    let since = ask(&house, &provider, installation).await?;
    let to = format!("{provider}?checking={installation}&since={}", since.as_millisecond());
    Ok(Redirect::to(&house.site.link(&to)).into_response())
}

/// Queues the job that makes an installation level, at most once in a while; answers when it was asked for.
pub(crate) async fn ask(
    house: &House,
    provider: &Provider,
    installation: InstallationId,
) -> Result<Timestamp, ErrorPage> {
    let now = house.app.clock.now();
    let (lease, holder) = (format!("check {provider}/{installation}"), random_hex::<16>(&*house.app.random));
    let until = now.saturating_add(PRESSED).unwrap_or(now);
    if house.app.table.acquire_lease(&lease, &holder, until, now).await? {
        let job = SyncJob::Installation { provider: provider.clone(), installation };
        let body = SyncMessage::new(job).to_body()?;
        house.app.sync.send(&body, std::time::Duration::ZERO).await?;
    }
    Ok(now)
}

async fn known(house: &House, provider: &str) -> Result<Provider, ErrorPage> {
    let provider: Provider = provider.parse().map_err(|_| ErrorPage::not_found(&house.site))?;
    let providers = house.app.apps.providers().await?;
    if providers.contains(&provider) { Ok(provider) } else { Err(ErrorPage::not_found(&house.site)) }
}

/// What our rows say, read in batches.
struct Facts {
    rows: HashMap<InstallationId, Installation>,
    deliveries: HashMap<Concerned, LastDelivery>,
    reconciles: HashMap<InstallationId, Reconcile>,
    budgets: HashMap<Whose, Budget>,
    now: Timestamp,
}

impl Facts {
    async fn read(house: &House, provider: &Provider, shown: &[SeenInstallation]) -> Result<Self, ErrorPage> {
        let table = &house.app.table;
        let ids: Vec<InstallationId> = shown.iter().map(|one| one.id).collect();
        let heard: Vec<_> = ids.iter().map(|id| Concerned::Installation(*id)).collect();
        let whose: Vec<_> = ids.iter().map(|id| Whose::Installation(*id)).collect();
        // Behind a pointer: four requests of the SDK at once are a large future.
        let asked = Box::pin(async {
            tokio::try_join!(
                table.installations_by_id(provider, &ids),
                table.last_deliveries(provider, &heard),
                table.last_reconciles(provider, &ids),
                table.budgets(provider, &whose),
            )
        });
        let (rows, deliveries, reconciles, budgets) = asked.await?;
        Ok(Self {
            rows: rows.into_iter().map(|row| (row.id, row)).collect(),
            deliveries: deliveries.into_iter().collect(),
            reconciles: reconciles.into_iter().collect(),
            budgets: budgets.into_iter().collect(),
            now: house.app.clock.now(),
        })
    }
}

async fn row(
    house: &House,
    current: &Current,
    seen: &SeenInstallation,
    facts: &Facts,
    waiting: &Waiting,
    credentials: Option<&AppCredentials>,
) -> Result<Row, ErrorPage> {
    let provider = &current.session.provider;
    let known = facts.rows.get(&seen.id);
    // Only the names that the person sees at GitHub: an installation may cover private ones that they do not.
    let repositories =
        house.app.access.repositories(current, seen.id).await?.map(|seen| seen.items).unwrap_or_default();
    let more = repositories.len().saturating_sub(NAMES);
    let name = |name: &str| (name.to_owned(), house.site.link(&format!("{provider}/{name}")));
    let lacking = known.map(|row| manifest::lacking(&row.permissions, &[])).unwrap_or_default();
    let reconcile = facts.reconciles.get(&seen.id);
    let count = repositories.len();
    Ok(Row {
        id: seen.id,
        account: seen.account.clone(),
        page: house.site.link(&format!("{provider}/{}", seen.account)),
        kind: match seen.account_type.as_str() {
            "Organization" => "Organisation",
            "User" => "Personal",
            "Enterprise" => "Enterprise",
            _ => "Other",
        },
        since: known.map(|row| row.created_at.strftime("%-d %B %Y").to_string()).unwrap_or_default(),
        selection: match (seen.all_repositories, count) {
            (true, count) => format!("All repositories ({count} that you see)"),
            (false, count) => format!("Selected repositories ({count} that you see)"),
        },
        names: repositories.iter().take(NAMES).map(|one| name(&one.name)).collect(),
        more,
        suspended: known
            .and_then(|row| row.suspended_at)
            .map(|at| at.strftime("%-d %B %Y").to_string())
            .or_else(|| seen.suspended.then(|| "a moment ago".to_owned())),
        lacking: lacking
            .required
            .iter()
            .map(|need| format!("{}: {} ({})", need.label, need.level_label(), need.why))
            .collect(),
        less: lacking
            .optional
            .iter()
            .map(|need| format!("{}: {}. {}", need.label, need.level_label(), need.without))
            .collect(),
        last: last(facts.deliveries.get(&Concerned::Installation(seen.id)), facts.now),
        level: level(reconcile, facts.now),
        budget: budget_in_words(facts.budgets.get(&Whose::Installation(seen.id)), facts.now),
        progress: progress(seen.id, reconcile, waiting, facts.now),
        configure: credentials.map(|app| configure_address(app, seen).to_string()),
        known: known.is_some(),
    })
}

fn last(delivery: Option<&LastDelivery>, now: Timestamp) -> String {
    let Some(delivery) = delivery else { return "None yet".to_owned() };
    let fate = match delivery.fate {
        Fate::Done => "worked on",
        Fate::Waiting => "waits, is tried again",
        Fate::Failed => "failed, is asked for again",
    };
    format!("{}, {}: {fate}", delivery.event, ago(delivery.received_at, now))
}

fn level(last: Option<&Reconcile>, now: Timestamp) -> String {
    match last {
        None => "Not yet".to_owned(),
        Some(last) if last.outcome == Outcome::Failed => format!("Failed {}", ago(last.at, now)),
        Some(last) => match last.complete_at {
            Some(at) => format!("Complete, {}", ago(at, now)),
            None => format!("Under way, begun {}", ago(last.started_at, now)),
        },
    }
}

/// How far the check is that was asked for; `None` when none was, or it has ended.
fn progress(id: InstallationId, last: Option<&Reconcile>, waiting: &Waiting, now: Timestamp) -> Option<String> {
    if waiting.checking != Some(id.0) {
        return None;
    }
    let since = Timestamp::from_millisecond(waiting.since?).ok()?;
    // Nobody waits for ever: after a quarter of an hour the page stands still.
    if now.duration_since(since).as_secs() > 15 * 60 {
        return None;
    }
    let Some(last) = last.filter(|last| last.at >= since) else { return Some("Waits for its turn.".to_owned()) };
    match last.outcome {
        Outcome::Running => {
            let of = last.counts.expected.map(|all| format!(" of {all}")).unwrap_or_default();
            Some(format!("{}{of} repositories read.", last.counts.repositories))
        }
        Outcome::Complete | Outcome::Failed => None,
    }
}

/// Where GitHub asks on which account to install the App. Enterprise Server keeps Apps at another path.
fn install_address(app: &AppCredentials) -> Url {
    let apps = if app.endpoints.api.path().starts_with("/api/v3") { "github-apps" } else { "apps" };
    page(&app.endpoints.web, &[apps, &app.slug, "installations", "new"])
}

/// Where an installation is configured, and new permissions are accepted.
fn configure_address(app: &AppCredentials, seen: &SeenInstallation) -> Url {
    let id = seen.id.to_string();
    match seen.account_type.as_str() {
        "Organization" => page(&app.endpoints.web, &["organizations", &seen.account, "settings", "installations", &id]),
        _ => page(&app.endpoints.web, &["settings", "installations", &id]),
    }
}

fn page(web: &Url, segments: &[&str]) -> Url {
    let mut url = web.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}
