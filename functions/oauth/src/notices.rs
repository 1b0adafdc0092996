//! Pages that tell how something ended that is no error: a sign-in cancelled, an installation asked for.

use askama::Template;
use axum::response::Response;
use covermark_service::pages::{LocalPath, Page};
use covermark_types::Provider;

use crate::House;

#[derive(Template)]
#[template(path = "notice.html")]
struct Notice {
    what: &'static str,
    advice: &'static str,
    label: &'static str,
    href: String,
    home: String,
}

/// The person pressed Cancel at GitHub: a page, and no way back there by itself.
pub(crate) fn cancelled(house: &House, provider: &Provider, next: Option<&LocalPath>) -> Response {
    let body = Notice {
        what: "GitHub was not allowed to say who you are. Nothing was stored, and nothing has changed.",
        advice: "If that was not meant, sign in again. Otherwise there is nothing to do.",
        label: "Sign in again",
        href: house.sign_in_link(provider, next),
        home: house.site.link(""),
    };
    Page::new("You cancelled the sign-in", body).render(&house.site)
}

/// A member may only ask: the organisation's owner installs.
pub(crate) fn installation_requested(house: &House) -> Response {
    let body = Notice {
        what: "GitHub has asked an owner of the organisation to approve the App. It begins to work when they do; GitHub \
               tells you.",
        advice: "You can sign in meanwhile.",
        label: "Sign in",
        href: house.site.link("login"),
        home: house.site.link(""),
    };
    Page::new("The installation was requested", body).render(&house.site)
}
