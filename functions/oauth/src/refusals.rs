//! What can go wrong at the door, as pages: each says what happened, why, and the way on. One place, so that the words
//! agree with each other.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};
use covermark_github::AppCredentials;
use covermark_service::{
    credentials::CredentialsError,
    pages::{ErrorPage, LocalPath, Site},
};
use covermark_types::Provider;

use crate::House;

impl House {
    /// The provider's credentials, or the page that says what the operator must do.
    pub(crate) async fn credentials(&self, provider: &Provider) -> Result<Arc<AppCredentials>, ErrorPage> {
        self.app.apps.credentials(provider).await.map_err(|error| unusable_credentials(&self.site, provider, error))
    }

    /// The client that reaches the provider.
    pub(crate) async fn http(&self, provider: &Provider) -> Result<reqwest::Client, ErrorPage> {
        self.app.apps.http_of(provider).await.map_err(|error| unusable_credentials(&self.site, provider, error))
    }

    /// Where a sign-in with `provider` begins, with what comes after it.
    pub(crate) fn sign_in_link(&self, provider: &Provider, next: Option<&LocalPath>) -> String {
        sign_in_link(&self.site, provider, next)
    }
}

fn unusable_credentials(site: &Site, provider: &Provider, error: CredentialsError) -> ErrorPage {
    match &error {
        CredentialsError::NotConfigured(_) => not_connected(site, provider),
        CredentialsError::Malformed(..) => damaged(provider).cause(&error),
        CredentialsError::Vault(_) | CredentialsError::Budgets(_) => ErrorPage::from(error),
    }
}

fn sign_in_link(site: &Site, provider: &Provider, next: Option<&LocalPath>) -> String {
    let link = site.link(&format!("login/{provider}"));
    match next {
        Some(next) => {
            let query =
                url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next.as_str()).finish();
            format!("{link}?{query}")
        }
        None => link,
    }
}

fn not_connected(site: &Site, provider: &Provider) -> ErrorPage {
    ErrorPage::new(
        StatusCode::NOT_FOUND,
        "No GitHub App is connected yet",
        format!("Covermark signs people in through a GitHub App, and none is connected for “{provider}”."),
        "The operator opens the set-up, or imports the App’s credentials. Then come back to this page.",
    )
    .command(import(provider))
    .way_on("Set it up", site.link("setup"))
}

fn damaged(provider: &Provider) -> ErrorPage {
    ErrorPage::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "The GitHub App’s credentials cannot be used",
        format!("What is stored for “{provider}” is not complete, or its key cannot be read."),
        "The operator imports them again.",
    )
    .command(import(provider))
}

fn import(provider: &Provider) -> String {
    format!("covermark credentials import --provider {provider} FILE")
}

pub(crate) fn unknown_provider(site: &Site) -> ErrorPage {
    ErrorPage::new(
        StatusCode::NOT_FOUND,
        "There is no such way to sign in",
        "The address does not name a GitHub: names are “gh”, “ghe”, or what the operator called another one, in lower-case \
         letters, digits and hyphens.",
        "Choose one from the list.",
    )
    .way_on("Ways to sign in", site.link("login"))
}

pub(crate) async fn wrong_method(State(house): State<House>) -> ErrorPage {
    ErrorPage::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "This address does not take that kind of request",
        "It was sent to in a way that it is not made for, by a form of an older page or by a program.",
        "Open it in the browser’s address line, or begin at the front page.",
    )
    .way_on("Front page", house.site.link(""))
}

/// A state of 256 bits was in use: it cannot happen twice.
pub(crate) fn try_again() -> ErrorPage {
    ErrorPage::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "The sign-in could not be started",
        "Its state could not be stored.",
        "Try again.",
    )
}

fn sign_in_again(page: ErrorPage, house: &House, provider: &Provider, next: Option<&LocalPath>) -> ErrorPage {
    page.way_on("Sign in", house.sign_in_link(provider, next))
}

/// GitHub's other words for no; which are about the App's set-up is the operator's to know.
pub(crate) fn refused(house: &House, provider: &Provider, error: &str) -> ErrorPage {
    let page =
        |why: String, advice: &str| ErrorPage::new(StatusCode::BAD_GATEWAY, "GitHub refused the sign-in", why, advice);
    let page = match error {
        "redirect_uri_mismatch" => page(
            "The address that GitHub should send you back to is not among the App’s callback URLs.".to_owned(),
            "The operator adds this one to the App’s settings on GitHub:",
        )
        .command(house.callback_address(provider)),
        "application_suspended" => page(
            "The GitHub App is suspended.".to_owned(),
            "The App’s owner finds the reason in GitHub’s messages to them.",
        ),
        "incorrect_client_credentials" => page(
            "GitHub does not accept the App’s client ID and secret.".to_owned(),
            "The operator makes a new client secret in the App’s settings on GitHub and imports it:",
        )
        .command(import(provider)),
        "bad_verification_code" => page(
            "GitHub says that its one-time code is wrong, was used, or is older than ten minutes.".to_owned(),
            "Sign in again.",
        ),
        "unverified_user_email" => page(
            "The e-mail address of your GitHub account is not verified.".to_owned(),
            "Verify it in GitHub’s settings, then sign in again.",
        ),
        other => page(
            format!("GitHub gave this reason: {}.", word(other)),
            "Sign in again. If it stays like this, give the operator the request id below.",
        ),
    };
    sign_in_again(page, house, provider, None)
}

/// A foreign error's name as far as it is one: letters and underscores. Anything longer is text of a stranger's making.
fn word(error: &str) -> &str {
    let is_word = error.len() <= 64 && error.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if is_word && !error.is_empty() { error } else { "unknown" }
}

pub(crate) fn no_cookie(house: &House, provider: &Provider) -> ErrorPage {
    let page = ErrorPage::new(
        StatusCode::BAD_REQUEST,
        "This sign-in was not started in this browser",
        "The cookie that ties a sign-in to its browser did not come along: it was started elsewhere or more than ten \
         minutes ago, or the browser does not keep cookies of this site.",
        "Allow cookies for this site, then sign in again in this browser.",
    );
    sign_in_again(page, house, provider, None)
}

pub(crate) fn foreign(house: &House, provider: &Provider) -> ErrorPage {
    let page = ErrorPage::new(
        StatusCode::BAD_REQUEST,
        "This sign-in does not belong to this browser",
        "It was started in another browser, or for another GitHub. Somebody may have sent you the end of their own \
         sign-in, so that you would work in their name.",
        "Sign in again in this browser.",
    );
    sign_in_again(page, house, provider, None)
}

pub(crate) fn expired(house: &House, provider: &Provider) -> ErrorPage {
    let page = ErrorPage::new(
        StatusCode::BAD_REQUEST,
        "This sign-in is over",
        "A sign-in works once and for ten minutes. This one was used already or took longer; going back in the browser \
         does that.",
        "Sign in again.",
    );
    sign_in_again(page, house, provider, None)
}

pub(crate) fn malformed(house: &House, provider: &Provider) -> ErrorPage {
    let page = ErrorPage::new(
        StatusCode::BAD_REQUEST,
        "This is not an answer of GitHub’s",
        "The address lacks the code or the state that GitHub sends, or they are not of the form it sends them in.",
        "Sign in again.",
    );
    sign_in_again(page, house, provider, None)
}

pub(crate) fn github_is_down(house: &House, provider: &Provider, next: Option<&LocalPath>) -> ErrorPage {
    let page = ErrorPage::new(
        StatusCode::BAD_GATEWAY,
        "GitHub does not answer",
        "Covermark asked GitHub who you are and got no usable answer. Nothing was stored, and nothing has changed.",
        "Sign in again in a minute. GitHub’s own state is at githubstatus.com; for an Enterprise Server, ask its \
         administrators.",
    );
    sign_in_again(page.retry_after(60), house, provider, next)
}

/// GitHub answered, but not with what was asked for, and asking again would bring the same.
pub(crate) fn unusable(house: &House, provider: &Provider, next: Option<&LocalPath>) -> ErrorPage {
    let page = ErrorPage::new(
        StatusCode::BAD_GATEWAY,
        "GitHub did not say who you are",
        "It took the sign-in but refused what was asked with it, or answered in a form that Covermark cannot read.",
        "Sign in again. If it stays like this, give the operator the request id below.",
    );
    sign_in_again(page, house, provider, next)
}

pub(crate) fn forged_form(house: &House) -> ErrorPage {
    ErrorPage::new(
        StatusCode::FORBIDDEN,
        "You are still signed in",
        "The form to sign out came from a page of an earlier session, or from another site.",
        "Press the button on this session’s own page.",
    )
    .way_on("To that page", house.site.link("logout"))
}
