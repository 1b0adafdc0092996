//! `POST /account/sessions`: ends one of the person's other sessions, or all of them. The page is [`crate::account`]'s.

use axum::{
    extract::{Form, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};
use covermark_service::{
    csrf::{self, Csrf},
    pages::ErrorPage,
};
use serde::Deserialize;

use crate::House;

/// The form behind each of the buttons.
#[derive(Deserialize)]
pub(crate) struct EndForm {
    csrf: String,
    /// The hash of one session; all others, when there is none.
    session: Option<String>,
}

pub(crate) async fn end(
    State(house): State<House>,
    headers: HeaderMap,
    form: Result<Form<EndForm>, FormRejection>,
) -> Result<Response, ErrorPage> {
    let Some(current) = house.access.current(&headers).await? else {
        return Ok(Redirect::to(&house.site.link("login?next=%2Faccount")).into_response());
    };
    let form = form.ok().filter(|Form(form)| Csrf::of(&current).matches(&form.csrf));
    let Some(Form(form)) = form else {
        let page = csrf::forged(&house.site).way_on("Your account", house.site.link("account"));
        return Err(page.viewer(current.session.login));
    };
    match form.session {
        Some(session) if !house.access.end_other(&current, &session).await? => Err(ErrorPage::new(
            StatusCode::NOT_FOUND,
            "That session has ended already",
            "It is not among your other sessions any more: it was ended elsewhere, or its two weeks are over.",
            "Look at the list again.",
        )
        .way_on("Your account", house.site.link("account"))
        .viewer(current.session.login)),
        Some(_) => Ok(Redirect::to(&house.site.link("account?ended=1#sessions")).into_response()),
        None => {
            let ended = house.access.end_others(&current).await?;
            Ok(Redirect::to(&house.site.link(&format!("account?ended={ended}#sessions"))).into_response())
        }
    }
}
