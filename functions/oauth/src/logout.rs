//! `/logout`: a button on a page for whoever types the address, and the form that ends the session. Nothing ends by a
//! link alone: any site could have one loaded.

use askama::Template;
use axum::{
    extract::{Form, State, rejection::FormRejection},
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use covermark_service::{
    csrf::{Csrf, CsrfField},
    pages::{ErrorPage, Page},
};
use serde::Deserialize;

use crate::{House, refusals};

/// The form of every sign-out button.
#[derive(Deserialize)]
pub(crate) struct LogoutForm {
    csrf: String,
}

#[derive(Template)]
#[template(path = "logout.html")]
struct Ask<'a> {
    action: String,
    csrf: CsrfField,
    login: &'a str,
    account: String,
}

pub(crate) async fn ask(State(house): State<House>, headers: HeaderMap) -> Result<Response, ErrorPage> {
    let Some(current) = house.access.unconfirmed(&headers).await? else {
        return Ok(Redirect::to(&house.site.link("login")).into_response());
    };
    let body = Ask {
        action: house.site.link("logout"),
        csrf: Csrf::of(&current).field(),
        login: &current.session.login,
        account: house.site.link("account"),
    };
    Ok(Page::new("Sign out?", body).viewer(Some(current.session.login.clone())).render(&house.site))
}

pub(crate) async fn end(
    State(house): State<House>,
    headers: HeaderMap,
    form: Result<Form<LogoutForm>, FormRejection>,
) -> Result<Response, ErrorPage> {
    let signed_out = Redirect::to(&house.site.link("login?signed-out"));
    // Who is not signed in needs no token to stay so.
    let Some(current) = house.access.unconfirmed(&headers).await? else { return Ok(signed_out.into_response()) };
    let genuine = form.is_ok_and(|Form(form)| Csrf::of(&current).matches(&form.csrf));
    if !genuine {
        return Err(refusals::forged_form(&house).viewer(current.session.login));
    }
    let cookie = house.access.end(&current).await?.map(|cookie| (header::SET_COOKIE, cookie));
    Ok((AppendHeaders(cookie), signed_out).into_response())
}
