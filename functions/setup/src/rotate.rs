//! `/setup/rotate/{provider}`: a new webhook secret by a button, in two presses with half a minute in between; and what to do
//! for the secrets that only GitHub can make.

use askama::Template;
use axum::{
    extract::{Form, Path, State},
    http::{HeaderMap, HeaderValue},
    response::{IntoResponse, Redirect, Response},
};
use covermark_service::{
    credentials::{CredentialsError, stored_webhook},
    csrf::CsrfField,
    pages::{ErrorPage, Page},
    webhook_document::{OVERLAP, Standing},
};
use covermark_types::{Provider, Timestamp};
use serde::Deserialize;

use crate::{
    house::House,
    refusals,
    rotation::{Progress, Rotation, RotationError, SETTLE},
};

/// The button.
#[derive(Deserialize)]
pub(crate) struct Press {
    csrf: String,
}

#[derive(Template)]
#[template(path = "rotate.html")]
struct Shown<'a> {
    provider: &'a Provider,
    action: String,
    csrf: CsrfField,
    secrets: Vec<String>,
    /// Seconds until GitHub may be told of the prepared secret; none when there is no such.
    wait: Option<u64>,
    overlap_hours: u64,
}

fn rotation<'a>(house: &'a House, provider: &'a Provider) -> Rotation<'a> {
    let app = &house.app;
    Rotation { vault: &*app.vault, provider, http: app.apps.http(), clock: app.clock.clone(), random: &*app.random }
}

fn slug(house: &House, text: &str) -> Result<Provider, ErrorPage> {
    text.parse().map_err(|_| ErrorPage::not_found(&house.site))
}

pub(crate) async fn show(
    State(house): State<House>,
    Path(provider): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let guest = house.admitted(&headers).await?;
    let provider = slug(&house, &provider)?;
    let document = stored_webhook(&*house.app.vault, &provider).await?;
    let document = document.ok_or_else(|| refusals::not_connected(&house, &provider))?;
    let now = house.app.clock.now();
    let wait = document.prepared().map(|(_, since)| remaining(since, now));
    let body = Shown {
        provider: &provider,
        action: house.site.link(&format!("setup/rotate/{provider}")),
        csrf: guest.csrf.field(),
        secrets: document.standings(now).map(|(_, standing)| words(standing)).collect(),
        wait,
        overlap_hours: OVERLAP.as_secs() / 3600,
    };
    let mut response = Page::new("Change the App’s secrets", body).render(&house.site);
    if let Some(seconds) = wait.filter(|seconds| *seconds > 0) {
        // A header, not a script: the page shows the second button by itself.
        if let Ok(value) = HeaderValue::try_from(seconds.min(10).to_string()) {
            response.headers_mut().insert("refresh", value);
        }
    }
    Ok(response)
}

fn remaining(since: Timestamp, now: Timestamp) -> u64 {
    u64::try_from((since + SETTLE).duration_since(now).as_secs()).unwrap_or(0)
}

fn words(standing: Standing) -> String {
    let time = |at: Timestamp| at.strftime("%-d %B %Y, %H:%M UTC").to_string();
    match standing {
        Standing::Current => "GitHub signs with it.".to_owned(),
        Standing::Prepared(since) => format!("New: accepted since {}, GitHub is not told yet.", time(since)),
        Standing::Until(until) => format!("The one before: accepted until {}.", time(until)),
    }
}

pub(crate) async fn press(
    State(house): State<House>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    Form(press): Form<Press>,
) -> Result<Response, ErrorPage> {
    house.admitted_form(&headers, &press.csrf).await?;
    let provider = slug(&house, &provider)?;
    let rotation = rotation(&house, &provider);
    let failed = |error: RotationError| match error {
        RotationError::Credentials(CredentialsError::NotConfigured(_)) => refusals::not_connected(&house, &provider),
        RotationError::TooMany(most) => refusals::too_many_secrets(&house, most),
        other => refusals::rotation_stopped(&house).cause(&other),
    };
    if rotation.advance().await.map_err(failed)? == Progress::Told {
        rotation.finish(OVERLAP).await.map_err(failed)?;
    }
    Ok(Redirect::to(&house.site.link(&format!("setup/rotate/{provider}"))).into_response())
}
