//! Failures in sentences: what was seen, and what whoever sets the App up can do.

use covermark_github::{Error, oauth::OAuthError};

use super::{Check, Outcome, Subject};

pub(super) fn key(error: &Error) -> Check {
    let seen = match error {
        Error::PrivateKey(problem) => format!("The key cannot be used: {problem}."),
        _ => "The key cannot be used.".to_owned(),
    };
    let advice =
        "On the App’s settings page press Generate a private key. The browser downloads a .pem file: give that one.";
    Check::of("Private key", Outcome::Bad, seen, advice)
}

/// `GET /app` failed.
pub(super) fn app(subject: &Subject<'_>, error: &Error) -> Check {
    const NAME: &str = "App";
    let given = subject.app;
    match error {
        Error::NotFound(_) => Check::of(
            NAME,
            Outcome::Bad,
            format!("GitHub knows no App with the App ID {}.", given.app_id),
            "Copy the App ID from the App’s settings page, section About; it is a number, and not the client ID.",
        ),
        Error::Unauthorized(_) => Check::of(
            NAME,
            Outcome::Bad,
            format!(
                "GitHub does not accept the key for the App ID {}: it is another App’s, or was deleted.",
                given.app_id
            ),
            "Give the App ID and a private key of one and the same App. A key cannot be looked at again: generate a new one \
             when in doubt.",
        ),
        Error::ClockSkew { skew_seconds, .. } => Check::of(
            NAME,
            Outcome::Bad,
            format!(
                "This machine’s clock differs from GitHub’s by {} seconds, and GitHub refuses its times.",
                skew_seconds.abs()
            ),
            "Set the clock, or let the machine take its time from the network (NTP).",
        ),
        other => silent_github(NAME, subject, other),
    }
}

/// A clock that is off, though one look at GitHub's was enough to go on.
pub(super) fn clock(skew_seconds: i64) -> Option<Check> {
    (skew_seconds != 0).then(|| {
        Check::of(
            "Clock",
            Outcome::Less,
            format!("This machine’s clock differs from GitHub’s by {} seconds. GitHub’s time is used.", skew_seconds.abs()),
            "Set the clock, or let the machine take its time from the network (NTP): sign-ins and tokens have ends, too.",
        )
    })
}

/// GitHub did not answer a question about the client.
pub(super) fn silent(name: &'static str, subject: &Subject<'_>, error: &OAuthError) -> Check {
    match error {
        OAuthError::GitHub(error) => silent_github(name, subject, error),
        OAuthError::Refused { code, .. } => Check::of(
            name,
            Outcome::Bad,
            format!("GitHub answered with “{code}”."),
            "Look at the App’s settings page: it may be suspended.",
        ),
    }
}

/// GitHub did not answer.
pub(super) fn silent_github(name: &'static str, subject: &Subject<'_>, error: &Error) -> Check {
    tracing::warn!(check = name, cause = %error, "a check was not answered");
    let host = subject.app.endpoints.api.host_str().unwrap_or("GitHub").to_owned();
    let seen = match error {
        Error::Unreachable { reason, .. } => format!("{host} cannot be reached: {reason}."),
        Error::Unavailable { answer, .. } => format!("{host} is in trouble: it answered {}.", answer.status),
        Error::RateLimited { wait, .. } => {
            format!("{host} asks us to wait {} s: its rate limit is reached.", wait.as_secs())
        }
        Error::Redirected { to, .. } => format!("{host} sends us on to {to}, where credentials are not taken."),
        Error::Forbidden(answer) | Error::Rejected(answer) | Error::Unauthorized(answer) | Error::NotFound(answer) => {
            format!("{host} answered {}: {}.", answer.status, answer.message.trim_end_matches('.'))
        }
        _ => format!("{host} answered in a way that GitHub does not."),
    };
    Check::of(
        name,
        Outcome::Bad,
        seen,
        "Nothing is wrong with what you gave, as far as is known. Try again in a minute.",
    )
}
