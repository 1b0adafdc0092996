//! What can go wrong on the way, as pages: each says what happened, why, and the way on.

use axum::{extract::State, http::StatusCode};
use covermark_service::pages::ErrorPage;
use covermark_types::Provider;

use crate::{house::House, openpgp::KeyError};

fn again(house: &House, page: ErrorPage) -> ErrorPage {
    page.way_on("Set-up", house.site.link("setup"))
}

/// Nobody was let in with this browser, or two hours ago.
pub(crate) fn closed(house: &House) -> ErrorPage {
    again(
        house,
        ErrorPage::new(
            StatusCode::FORBIDDEN,
            "The set-up is closed",
            "It opens with the one-time set-up code and closes two hours later, or when the browser’s cookies are deleted.",
            "Open it with a code. A used one can be replaced:",
        )
        .command("covermark setup-code"),
    )
}

pub(crate) fn forged_form(house: &House) -> ErrorPage {
    again(
        house,
        ErrorPage::new(
            StatusCode::FORBIDDEN,
            "The form could not be checked",
            "It is not from a page of Covermark’s in this browser, or that page was opened too long ago.",
            "Open the page again and send the form from there.",
        ),
    )
}

/// A step was left out.
pub(crate) fn nothing_chosen(house: &House) -> ErrorPage {
    again(
        house,
        ErrorPage::new(
            StatusCode::CONFLICT,
            "Choose a GitHub first",
            "This page goes on with what was chosen on the one before, and nothing was chosen in this browser.",
            "Begin with the GitHub and the account.",
        ),
    )
}

/// The state of GitHub's answer is not one of this browser's.
pub(crate) fn foreign_state(house: &House) -> ErrorPage {
    again(
        house,
        ErrorPage::new(
            StatusCode::FORBIDDEN,
            "This App was not begun here",
            "GitHub’s answer does not belong to a creation that this browser began: it was used already, is older than an \
             hour, or comes from another browser. Nothing was stored.",
            "If you have just created an App, delete it in GitHub’s settings (its secrets can no longer be fetched), and begin \
             again.",
        ),
    )
}

/// GitHub does not take the manifest's code.
pub(crate) fn code_refused(house: &House) -> ErrorPage {
    again(
        house,
        ErrorPage::new(
            StatusCode::BAD_GATEWAY,
            "GitHub does not hand out the App’s credentials",
            "It says that the one-time code of this creation is wrong, was used, or is older than an hour. Nothing was stored.",
            "Look at GitHub’s settings, Developer settings, GitHub Apps. If the App is there, either delete it and begin \
             again, or make a client secret and a private key on its page and enter them.",
        ),
    )
}

pub(crate) fn github_is_down(house: &House) -> ErrorPage {
    again(
        house,
        ErrorPage::new(
            StatusCode::BAD_GATEWAY,
            "GitHub did not answer",
            "It could not be reached, or answered in a way that GitHub does not. Nothing was stored.",
            "Try again in a minute. An App that was created meanwhile is in GitHub’s settings: make a client secret and a \
             private key on its page and enter them.",
        ),
    )
}

/// The credentials were made and cannot be stored: the one failure in which something is lost.
pub(crate) fn not_stored(house: &House) -> ErrorPage {
    again(
        house,
        ErrorPage::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "The App was created, and its credentials could not be stored",
            "The storage of this deployment does not take them. They were handed out once, and are gone.",
            "When storage works again (the request id below finds the cause), make a client secret and a private key on the \
             App’s settings page at GitHub and enter them.",
        ),
    )
}

pub(crate) fn not_connected(house: &House, provider: &Provider) -> ErrorPage {
    again(
        house,
        ErrorPage::new(
            StatusCode::NOT_FOUND,
            "No GitHub App is connected under this name",
            format!("There are no credentials for “{provider}”."),
            "Connect an App.",
        ),
    )
}

pub(crate) fn unreadable_form(house: &House) -> ErrorPage {
    again(
        house,
        ErrorPage::new(
            StatusCode::BAD_REQUEST,
            "The form could not be read",
            "It is larger than 256 KiB, or was cut on its way. Credentials are a few kilobytes.",
            "Go back and send it again; for the private key choose the .pem file that GitHub had you download.",
        ),
    )
}

/// An encrypted message that is larger than any, or was cut.
pub(crate) fn message_too_large(house: &House) -> ErrorPage {
    again(
        house,
        ErrorPage::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The message could not be read",
            "It is larger than 256 KiB, or was cut on its way. An encrypted set of credentials has a few kilobytes.",
            "Is it the right file? Go back and send the one that gpg --encrypt wrote.",
        ),
    )
}

/// The deployment's own key cannot be shown.
pub(crate) fn no_key(house: &House, error: &KeyError) -> ErrorPage {
    again(
        house,
        ErrorPage::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "This deployment’s OpenPGP key cannot be read",
            "The storage of secrets does not answer, or what lies there as openpgp/key is no key.",
            "Try again in a minute. The request id below finds the cause in the logs.",
        ),
    )
    .cause(error)
}

/// Rotated again and again within a day.
pub(crate) fn too_many_secrets(house: &House, most: usize) -> ErrorPage {
    again(
        house,
        ErrorPage::new(
            StatusCode::CONFLICT,
            "Too many webhook secrets are accepted at this moment",
            format!("{most} are tried for each delivery, and no more. The oldest end by themselves."),
            "Wait until one has ended.",
        ),
    )
}

/// GitHub or the vault failed in between.
pub(crate) fn rotation_stopped(house: &House) -> ErrorPage {
    again(
        house,
        ErrorPage::new(
            StatusCode::BAD_GATEWAY,
            "The change stopped half-way",
            "GitHub did not take the new secret, or this deployment’s storage did not. Both secrets are accepted, so no \
             delivery is refused.",
            "Go back and press the button again: it goes on from here.",
        ),
    )
}

pub(crate) async fn wrong_method(State(house): State<House>) -> ErrorPage {
    again(
        &house,
        ErrorPage::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "This address does not take that kind of request",
            "It was sent to in a way that it is not made for, by a form of an older page or by a program.",
            "Begin at the set-up’s first page.",
        ),
    )
}
