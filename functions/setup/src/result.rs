//! `/setup/result/{provider}`: what became of it. The stored credentials are tried once more, what GitHub lets the App do is
//! held against what is needed, and the test delivery is waited for; the page asks again by itself until it is here.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue},
    response::Response,
};
use covermark_service::{
    credentials::CredentialsError,
    pages::{ErrorPage, Page},
};
use covermark_types::{Provider, Timestamp};

use crate::{
    check::{Arrival, Check, Outcome, Subject, arrival, check},
    house::{House, github_name},
    refusals,
    steps::{At, Step, steps},
};

const NAME: &str = "Test delivery";

/// How long after the storing the page asks again by itself.
const PATIENCE_SECONDS: i64 = 3 * 60;

#[derive(Template)]
#[template(path = "result.html")]
struct Shown {
    steps: Vec<Step>,
    github: String,
    checks: Vec<Check>,
    complete: bool,
    arrives: bool,
    waiting: bool,
    install: String,
    sign_in: String,
    again: String,
    another: String,
}

pub(crate) async fn show(
    State(house): State<House>,
    Path(provider): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    house.admitted(&headers).await?;
    let provider: Provider = provider.parse().map_err(|_| ErrorPage::not_found(&house.site))?;
    let app = &house.app;
    let credentials = app.apps.credentials(&provider).await.map_err(|error| match error {
        CredentialsError::NotConfigured(_) => refusals::not_connected(&house, &provider),
        other => ErrorPage::from(other),
    })?;
    let subject = Subject {
        provider: &provider,
        app: &credentials,
        public_url: &app.public_url,
        http: app.apps.http_of(&provider).await?,
        clock: app.clock.clone(),
    };
    let mut report = check(&subject).await;
    let usable = report.app.is_some();
    let (delivery, waiting) = if usable { delivery(&house, &provider).await? } else { (None, false) };
    report.checks.extend(delivery);
    let name = report.app.as_ref().map_or_else(|| credentials.slug.clone(), |app| app.name.clone());
    let complete = report.is_complete();
    let arrives = report.checks.last().is_some_and(|check| check.name == NAME && check.outcome == Outcome::Good);
    let body = Shown {
        steps: steps(At::Checks),
        github: github_name(&credentials.endpoints),
        checks: report.checks,
        complete,
        arrives,
        waiting,
        install: credentials.endpoints.installation_page(&credentials.slug).to_string(),
        sign_in: house.site.link(&format!("login/{provider}")),
        again: house.site.link(&format!("setup/result/{provider}")),
        another: house.site.link("setup"),
    };
    let title = if complete { format!("{name} is connected") } else { format!("{name}: what is left to do") };
    let mut response = Page::new(title, body).render(&house.site);
    if waiting {
        // A header, not a script: the page looks again by itself.
        response.headers_mut().insert("refresh", HeaderValue::from_static("3"));
    }
    Ok(response)
}

/// The test delivery as a check, and whether it is worth looking again in a moment.
async fn delivery(house: &House, provider: &Provider) -> Result<(Option<Check>, bool), ErrorPage> {
    let app = &house.app;
    let Some(row) = app.table.provider(provider).await? else { return Ok((None, false)) };
    let now = app.clock.now();
    let github = app.apps.github(provider).await?;
    let young = now.as_second() < row.connected_at.as_second().saturating_add(PATIENCE_SECONDS);
    let check = match arrival(&github, &app.table, &row, now).await {
        Ok(Arrival::Arrived(at)) => Check::of(
            NAME,
            Outcome::Good,
            format!("GitHub’s ping came {}, signed with the stored secret.", ago(at, now)),
            "",
        ),
        Ok(Arrival::Delivered(event, at)) => {
            let seen = format!("GitHub’s last delivery ({event}) was taken in {}.", ago(at, now));
            Check::of(NAME, Outcome::Good, seen, "")
        }
        Ok(Arrival::UnderWay) if young => {
            let seen = "GitHub was asked to send its ping, and it is not here yet. This page looks again by itself.";
            return Ok((Some(Check::of(NAME, Outcome::Waiting, seen, "")), true));
        }
        Ok(Arrival::NothingSent) if young => {
            let seen = "GitHub has not sent its ping yet. This page looks again by itself.";
            return Ok((Some(Check::of(NAME, Outcome::Waiting, seen, "")), true));
        }
        Ok(Arrival::UnderWay) => Check::of(
            NAME,
            Outcome::Lacks,
            "GitHub was asked to send its ping, and it did not come.",
            "Look at the App’s settings at GitHub, Advanced, Recent Deliveries: what was answered there?",
        ),
        Ok(Arrival::Failed(status, words)) => Check::of(NAME, Outcome::Lacks, failed(status, &words), ADVICE),
        Ok(Arrival::NothingSent) => Check::of(
            NAME,
            Outcome::Less,
            "GitHub remembers no ping that it could send again: the App is older than its log.",
            "The first event of a repository will show whether deliveries arrive.",
        ),
        Err(error) => {
            tracing::warn!(cause = %error, "it is not known whether deliveries arrive");
            Check::of(
                NAME,
                Outcome::Lacks,
                "GitHub did not say whether its ping was delivered.",
                "Look again in a minute.",
            )
        }
    };
    Ok((Some(check), false))
}

const ADVICE: &str = "Deliveries come from GitHub’s own machines: the webhook URL must be reachable from there, with a \
                      certificate that is trusted there.";

fn failed(status: u16, words: &str) -> String {
    match status {
        0 => format!("GitHub could not deliver its ping: {words}."),
        403 => "GitHub’s ping came and was refused: it is signed with another secret than the stored one.".to_owned(),
        _ => format!("GitHub’s ping was answered with {status}."),
    }
}

fn ago(at: Timestamp, now: Timestamp) -> String {
    match now.duration_since(at).as_secs() {
        ..=1 => "just now".to_owned(),
        seconds @ 2..120 => format!("{seconds} seconds ago"),
        seconds => format!("{} minutes ago", seconds / 60),
    }
}
