//! The door: a form for the one-time code, or a button for an administrator.

use askama::Template;
use axum::{
    extract::{Form, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use covermark_service::{
    cookies::CookieName,
    pages::{ErrorPage, Page},
};
use covermark_types::{Secret, random_hex};
use serde::Deserialize;

use crate::{code::Tried, guard, house::House, refusals};

/// Longer texts are no code of ours.
const LONGEST_CODE: usize = 200;

#[derive(Template)]
#[template(path = "entrance.html")]
struct Entrance {
    action: String,
    csrf: String,
    problem: Option<&'static str>,
    plain_http: bool,
}

#[derive(Deserialize)]
pub(crate) struct CodeForm {
    csrf: String,
    #[serde(default)]
    code: String,
}

/// The page for whoever was not let in yet. The form is bound to the browser by a cookie, like every other.
pub(crate) fn show(house: &House, headers: &HeaderMap) -> Response {
    page(house, headers, StatusCode::OK, None)
}

fn page(house: &House, headers: &HeaderMap, status: StatusCode, problem: Option<&'static str>) -> Response {
    let cookies = house.site.cookies();
    let known = cookies.read(headers, CookieName::Setup);
    let id = known.clone().unwrap_or_else(|| Secret::new(random_hex::<32>(&*house.app.random)));
    let body = Entrance {
        action: house.site.link("setup/open"),
        csrf: guard::token(&id).expose().to_owned(),
        problem,
        plain_http: !house.site.is_https(),
    };
    let page = Page::new("Set up Covermark", body).status(status).render(&house.site);
    if known.is_some() {
        return page;
    }
    let lifetime = std::time::Duration::from_secs(60 * 60);
    let cookie = cookies.set(CookieName::Setup, &id, lifetime).map(|cookie| (header::SET_COOKIE, cookie));
    (AppendHeaders(cookie), page).into_response()
}

/// Somebody brings a code.
pub(crate) async fn open(
    State(house): State<House>,
    headers: HeaderMap,
    form: Result<Form<CodeForm>, FormRejection>,
) -> Result<Response, ErrorPage> {
    let Ok(Form(form)) = form else { return Err(refusals::forged_form(&house)) };
    let id = house.site.cookies().read(&headers, CookieName::Setup);
    if !id.is_some_and(|id| guard::token(&id).matches(&form.csrf)) {
        return Err(refusals::forged_form(&house));
    }
    let code = form.code.trim();
    let tried = if code.is_empty() || code.len() > LONGEST_CODE {
        Tried::Wrong
    } else {
        house.spend(&Secret::new(code)).await?
    };
    let problem = match tried {
        Tried::LetIn => {
            let cookie = house.let_in(None).await?.map(|cookie| (header::SET_COOKIE, cookie));
            tracing::info!("somebody was let into the set-up with the code");
            return Ok((AppendHeaders(cookie), Redirect::to(&house.site.link("setup"))).into_response());
        }
        Tried::Spent => {
            "This code was used already: it lets one browser in, once. If that was not you, make a new one and look at what \
             was set up."
        }
        Tried::Wrong => {
            "This is not the set-up code. Copy it whole, as it was printed; a newer one replaces those before."
        }
    };
    tracing::warn!("a set-up code was refused");
    Ok(page(&house, &headers, StatusCode::FORBIDDEN, Some(problem)))
}
