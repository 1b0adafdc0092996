//! The door: a form for the one-time code, and a button for an administrator.

use askama::Template;
use axum::{
    extract::{Form, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use covermark_service::{
    csrf::{Csrf, CsrfField},
    pages::{ErrorPage, Page},
};
use covermark_types::Secret;
use serde::Deserialize;

use crate::{code::Tried, house::House, refusals};

/// Longer texts are no code of ours.
const LONGEST_CODE: usize = 200;

#[derive(Template)]
#[template(path = "entrance.html")]
struct Entrance {
    action: String,
    csrf: CsrfField,
    administrator: Option<String>,
    problem: Option<&'static str>,
    plain_http: bool,
}

#[derive(Deserialize)]
pub(crate) struct CodeForm {
    csrf: String,
    #[serde(default)]
    code: String,
    /// Given by the administrator's button.
    #[serde(default)]
    administrator: Option<String>,
}

/// The page for whoever was not let in yet.
pub(crate) async fn show(house: &House, headers: &HeaderMap) -> Response {
    let administrator = house.administrator(headers).await;
    page(house, headers, StatusCode::OK, administrator, None)
}

fn page(
    house: &House,
    headers: &HeaderMap,
    status: StatusCode,
    administrator: Option<String>,
    problem: Option<&'static str>,
) -> Response {
    let (csrf, cookie) = Csrf::for_visitor(&house.site, headers, &*house.app.random);
    let body = Entrance {
        action: house.site.link("setup/open"),
        csrf: csrf.field(),
        administrator,
        problem,
        plain_http: !house.site.is_https(),
    };
    let page = Page::new("Set up Covermark", body).status(status).render(&house.site);
    (AppendHeaders(cookie.map(|cookie| (header::SET_COOKIE, cookie))), page).into_response()
}

/// Somebody brings a code, or is an administrator.
pub(crate) async fn open(
    State(house): State<House>,
    headers: HeaderMap,
    form: Result<Form<CodeForm>, FormRejection>,
) -> Result<Response, ErrorPage> {
    let Ok(Form(form)) = form else { return Err(refusals::forged_form(&house)) };
    if !Csrf::of_visitor(&house.site, &headers).is_some_and(|csrf| csrf.matches(&form.csrf)) {
        return Err(refusals::forged_form(&house));
    }
    let administrator = house.administrator(&headers).await;
    if form.administrator.is_some() && administrator.is_some() {
        return enter(&house, administrator).await;
    }
    let code = form.code.trim();
    let tried = if code.is_empty() || code.len() > LONGEST_CODE {
        Tried::Wrong
    } else {
        house.spend(&Secret::new(code)).await?
    };
    let problem = match tried {
        Tried::LetIn => return enter(&house, None).await,
        Tried::Spent => {
            "This code was used already: it lets one browser in, once. If that was not you, make a new one and look at what \
             was set up."
        }
        Tried::Wrong => {
            "This is not the set-up code. Copy it whole, as it was printed; a newer one replaces those before."
        }
    };
    tracing::warn!("a set-up code was refused");
    Ok(page(&house, &headers, StatusCode::FORBIDDEN, administrator, Some(problem)))
}

async fn enter(house: &House, administrator: Option<String>) -> Result<Response, ErrorPage> {
    tracing::info!(administrator, "somebody was let into the set-up");
    let cookie = house.let_in(administrator).await?.map(|cookie| (header::SET_COOKIE, cookie));
    Ok((AppendHeaders(cookie), Redirect::to(&house.site.link("setup"))).into_response())
}
