//! The doctor's pages: `/doctor` for administrators, with the dead letters and their replay, and `…/doctor` for a repository
//! and a pull request, for those who may see it.

use askama::Template;
use axum::{
    extract::{Form, Path, State, rejection::FormRejection},
    http::HeaderMap,
    response::{IntoResponse as _, Redirect, Response},
};
use covermark_service::{
    csrf::{self, Csrf, CsrfField},
    pages::{ErrorPage, Page},
    session::Current,
};
use covermark_state::{
    jobs::{Job as _, SyncJob, SyncMessage},
    rows::dead_letter::{DeadLetter, LetterId, What},
};
use covermark_types::{PullNumber, Timestamp};
use serde::Deserialize;

use crate::{
    House, admit,
    doctor::{Audience, Diagnosis, ago},
    find::Address,
    report::moved,
    rights,
    ticked::Ticked,
};

/// Dead letters on the page.
const LETTERS: usize = 100;

struct Letter {
    id: String,
    what: String,
    why: String,
    since: String,
    attempts: u32,
    state: String,
    lies: bool,
}

#[derive(Template)]
#[template(path = "doctor.html")]
struct Body {
    diagnosis: Diagnosis,
    letters: Vec<Letter>,
    more: usize,
    form: Option<(String, CsrfField)>,
    command: String,
}

#[derive(Deserialize)]
pub(crate) struct ReplayForm {
    csrf: String,
    letter: String,
}

pub(crate) async fn of_instance(State(house): State<House>, headers: HeaderMap) -> Result<Response, ErrorPage> {
    let current = rights::administrator(&house, &headers).await?;
    let now = house.app.clock.now();
    let letters = house.app.table.dead_letters(now).await?;
    let body = Body {
        diagnosis: house.app.doctor.instance().await?,
        more: letters.len().saturating_sub(LETTERS),
        letters: letters.iter().take(LETTERS).map(|letter| shown(letter, now)).collect(),
        form: Some((house.site.link("doctor"), Csrf::of(&current).field())),
        command: "covermark doctor".to_owned(),
    };
    Ok(Page::new("Doctor", body).viewer(Some(current.session.login)).render(&house.site))
}

/// Has a dead letter tried again.
pub(crate) async fn replay(
    State(house): State<House>,
    headers: HeaderMap,
    form: Result<Form<ReplayForm>, FormRejection>,
) -> Result<Response, ErrorPage> {
    let current = rights::administrator(&house, &headers).await?;
    let Ok(Form(form)) = form else { return Err(csrf::forged(&house.site)) };
    Csrf::of(&current).check(&house.site, &form.csrf)?;
    let letter: LetterId = form.letter.parse().map_err(|_| ErrorPage::not_found(&house.site))?;
    let now = house.app.clock.now();
    if house.app.table.dead_letter(&letter, now).await?.is_some() {
        let body = SyncMessage::new(SyncJob::Replay { letter }).to_body()?;
        house.app.sync.send(&body, std::time::Duration::ZERO).await?;
    }
    Ok(Redirect::to(&house.site.link("doctor")).into_response())
}

fn audience(house: &House, viewer: Option<&Current>) -> Audience {
    match viewer {
        Some(current) if house.app.access.is_administrator(current) => Audience::Operator,
        Some(_) => Audience::Member,
        None => Audience::Anybody,
    }
}

pub(crate) async fn of_repository(
    State(house): State<House>,
    Path((provider, owner, repository)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let address = Address::read(&house.site, &provider, &owner, &repository, "doctor")?;
    let (repository, viewer) = admit::admit(&house, &headers, &address).await?;
    if let Some(moved) = moved(&house, &address, &repository, "doctor") {
        return Ok(moved);
    }
    let diagnosis = house.app.doctor.repository(&repository, audience(&house, viewer.as_ref())).await?;
    let command = format!("covermark doctor {}", repository.name);
    let body = Body { diagnosis, letters: Vec::new(), more: 0, form: None, command };
    let title = format!("Doctor: {}", repository.name);
    Ok(Page::new(title, body).viewer(viewer.map(|current| current.session.login)).render(&house.site))
}

pub(crate) async fn of_pull(
    State(house): State<House>,
    Path((provider, owner, repository, number)): Path<(String, String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let rest = format!("pull/{number}/doctor");
    let address = Address::read(&house.site, &provider, &owner, &repository, &rest)?;
    let number: PullNumber = number.parse().map_err(|_| ErrorPage::not_found(&house.site))?;
    let (repository, viewer) = admit::admit(&house, &headers, &address).await?;
    if let Some(moved) = moved(&house, &address, &repository, &rest) {
        return Ok(moved);
    }
    let diagnosis = house.app.doctor.pull(&repository, number, audience(&house, viewer.as_ref())).await?;
    let command = format!("covermark doctor '{}#{number}'", repository.name);
    let body = Body { diagnosis, letters: Vec::new(), more: 0, form: None, command };
    let title = format!("Doctor: {}#{number}", repository.name);
    Ok(Page::new(title, body).viewer(viewer.map(|current| current.session.login)).render(&house.site))
}

fn shown(letter: &DeadLetter, now: Timestamp) -> Letter {
    let what = match &letter.what {
        What::Delivery { provider, event, action, delivery, .. } => {
            let action = action.as_deref().map(|action| format!(".{action}")).unwrap_or_default();
            format!("delivery {event}{action} of {provider} ({delivery})")
        }
        What::Job { queue, body } => format!("{} job {}", queue.as_str(), body.chars().take(200).collect::<String>()),
    };
    Letter {
        id: letter.id.to_string(),
        what,
        why: letter.why.clone(),
        since: ago(letter.since, now),
        attempts: letter.attempts,
        lies: letter.lies(),
        state: match letter.replayed_at {
            Some(at) if !letter.lies() => format!("replayed {}", ago(at, now)),
            _ => "given up".to_owned(),
        },
    }
}
