//! Whether key, ids and client secret belong to one App, and which.

use covermark_github::{App, GitHub, oauth::OAuth};
use covermark_service::config::below;
use url::Url;

use super::{Check, Outcome, Subject, explain};

/// Asks GitHub who the key is, and holds the answer against the ids that were given.
pub(super) async fn app(subject: &Subject<'_>, github: &GitHub, checks: &mut Vec<Check>) -> Option<App> {
    match github.app().await {
        Ok(found) => {
            let owner = found.owner.as_ref().map_or_else(String::new, |owner| format!(", owned by {}", owner.login));
            checks.push(Check::good("App", format!("GitHub knows the key as “{}”{owner}.", found.name)));
            let ids = ids(subject, &found);
            let same = ids.outcome == Outcome::Good;
            checks.push(ids);
            same.then_some(found)
        }
        Err(error) => {
            checks.push(explain::app(subject, &error));
            checks.push(Check::skipped("App ID and client ID"));
            None
        }
    }
}

fn ids(subject: &Subject<'_>, found: &App) -> Check {
    let given = subject.app;
    let client = found.client_id.as_deref();
    if found.id == given.app_id && client.is_none_or(|client| client == given.client_id) {
        let seen = match client {
            Some(client) => format!("App ID {} and client ID {client} are this App’s.", found.id),
            None => format!("App ID {} is this App’s. This GitHub does not tell an App’s client ID.", found.id),
        };
        return Check::good("App ID and client ID", seen);
    }
    let real = client.map_or_else(String::new, |client| format!(" and its client ID {client}"));
    Check::of(
        "App ID and client ID",
        Outcome::Bad,
        format!(
            "The key is of the App “{}”, whose App ID is {}{real}. Given were App ID {} and client ID {}.",
            found.name, found.id, given.app_id, given.client_id
        ),
        "Copy both from the App’s settings page, section About. They are two different values.",
    )
}

/// Whether GitHub takes client ID and client secret for a pair.
pub(super) async fn client(subject: &Subject<'_>, oauth: &OAuth) -> Check {
    const NAME: &str = "Client ID and secret";
    match oauth.accepts_client(&callback(subject)).await {
        Ok(true) => Check::good(NAME, "GitHub accepts them as a pair: people can sign in."),
        Ok(false) => Check::of(
            NAME,
            Outcome::Bad,
            "GitHub does not accept client ID and client secret as a pair.",
            "Press Generate a new client secret on the App’s settings page and copy it before leaving the page: GitHub shows \
             it once.",
        ),
        Err(error) => explain::silent(NAME, subject, &error),
    }
}

fn callback(subject: &Subject<'_>) -> Url {
    let address = below(subject.public_url, &format!("login/{}/callback", subject.provider));
    Url::parse(&address).unwrap_or_else(|_| subject.public_url.clone())
}
