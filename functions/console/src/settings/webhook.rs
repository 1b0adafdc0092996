//! The Webhook section: how GitHub's events about the repository reach us, and the button that makes a webhook of its own.

use axum::response::Response;
use covermark_github::Error as GitHubError;
use covermark_service::{
    pages::ErrorPage,
    repository_hooks::{Coverage, HookError, Pressed},
    session::Current,
};
use covermark_state::{
    Hashed,
    rows::{
        last_delivery::{Concerned, Fate},
        repository::Repository,
        repository_hook::RepositoryHook,
    },
};
use covermark_types::Timestamp;

use super::{Notice, shown::Shown};
use crate::{House, doctor::ago};

/// How long the page refreshes itself while it waits for a ping, in seconds.
const PATIENCE: i64 = 120;

/// What the section shows.
pub(super) struct Webhook {
    pub(super) address: String,
    pub(super) state: State,
    pub(super) last: Option<String>,
    pub(super) fingerprint: Option<String>,
    pub(super) refreshing: bool,
}

/// How things stand.
pub(super) enum State {
    /// The App's webhook does it.
    App,
    /// The repository's own does it.
    Own { heard: String },
    /// The repository's own was made, and its ping has not come.
    Waiting { since: String, long: bool },
    /// Nothing does, and a hook can be made.
    Nothing { why: String },
    /// Nothing does, and no hook would help.
    Hopeless { why: &'static str },
    /// Nobody knows.
    Unknown { why: &'static str },
}

pub(super) async fn look(house: &House, repository: &Repository) -> Result<Webhook, ErrorPage> {
    let (hooks, table, now) = (&house.app.hooks, &house.app.table, house.app.clock.now());
    let own = table.repository_hook(&repository.provider, repository.id).await?;
    // One that GitHub was asked for and did not make is none.
    let own = own.filter(|hook| hook.retired_at.is_none() && hook.hook.is_some());
    let coverage = hooks.coverage(repository).await;
    let covered = matches!(coverage, Ok(Coverage::App));
    // The App reaches us by now: the repository's own hook would only tell everything twice.
    if let Some(hook) = own.as_ref().filter(|_| covered)
        && let Err(error) = hooks.retire(repository, hook).await
    {
        tracing::warn!(cause = %error, "a repository's webhook could not be taken away; it is tried again");
    }
    let own = own.filter(|_| !covered);
    let fingerprint = match &own {
        Some(hook) => Some(fingerprint(house, hook).await?),
        None => None,
    };
    let state = state(coverage, own.as_ref(), now);
    let last = table.last_delivery(&repository.provider, Concerned::Repository(repository.id)).await?;
    let fate = |fate: Fate| match fate {
        Fate::Done => "worked on",
        Fate::Waiting => "waits, is tried again",
        Fate::Failed => "failed",
    };
    Ok(Webhook {
        address: hooks.address(&repository.provider),
        refreshing: matches!(state, State::Waiting { long: false, .. }),
        state,
        last: last.map(|last| format!("{}, {}: {}", last.event, ago(last.received_at, now), fate(last.fate))),
        fingerprint,
    })
}

async fn fingerprint(house: &House, hook: &RepositoryHook) -> Result<String, ErrorPage> {
    let secret = house.app.hooks.secret(hook).await?;
    Ok(Hashed::of(&secret).as_str().chars().take(8).collect())
}

fn state(coverage: Result<Coverage, HookError>, own: Option<&RepositoryHook>, now: Timestamp) -> State {
    let coverage = match coverage {
        Ok(coverage) => coverage,
        Err(error) => {
            tracing::warn!(cause = %error, "how a repository's events come could not be looked at");
            return State::Unknown { why: "GitHub does not say at the moment where the App's webhook sends to." };
        }
    };
    match (coverage, own) {
        (Coverage::App, _) => State::App,
        (Coverage::NotInstalled, _) => State::Hopeless {
            why: "The App is not installed on this repository. Without it nothing could be posted here.",
        },
        (Coverage::Suspended, _) => State::Hopeless { why: "The installation is suspended; GitHub sends nothing." },
        (Coverage::HookElsewhere { .. }, Some(hook)) if hook.heard() => {
            State::Own { heard: hook.pinged_at.map(|at| ago(at, now)).unwrap_or_default() }
        }
        (Coverage::HookElsewhere { .. }, Some(hook)) => State::Waiting {
            since: ago(hook.asked_at, now),
            long: now.duration_since(hook.asked_at).as_secs() > PATIENCE,
        },
        (Coverage::HookElsewhere { to: Some(to) }, None) => {
            State::Nothing { why: format!("The App's webhook sends to {to}, not here.") }
        }
        (Coverage::HookElsewhere { to: None }, None) => {
            State::Nothing { why: "The App's webhook is switched off.".to_owned() }
        }
    }
}

/// Create Web Hook, or a new secret for it; a notice when it did not work.
pub(super) async fn press(house: &House, repository: &Repository, renew: bool) -> Result<Option<Notice>, ErrorPage> {
    let hooks = &house.app.hooks;
    let pressed = if renew { hooks.renew(repository).await } else { hooks.create(repository).await };
    match pressed {
        Ok(Pressed::Made | Pressed::Adopted | Pressed::UnderWay) => Ok(None),
        Err(error) => refused(error).map(Some),
    }
}

pub(super) async fn remove(house: &House, repository: &Repository) -> Result<Option<Notice>, ErrorPage> {
    let known = house.app.table.repository_hook(&repository.provider, repository.id).await?;
    let Some(hook) = known.filter(|hook| hook.retired_at.is_none()) else { return Ok(None) };
    match house.app.hooks.retire(repository, &hook).await {
        Ok(()) => Ok(None),
        Err(error) => refused(error).map(Some),
    }
}

/// The secret, for who asked to see it.
pub(super) async fn reveal(house: &House, repository: &Repository, current: &Current) -> Result<Response, ErrorPage> {
    let known = house.app.table.repository_hook(&repository.provider, repository.id).await?;
    let Some(hook) = known.filter(|hook| hook.retired_at.is_none()) else {
        return Err(ErrorPage::not_found(&house.site).viewer(current.session.login.clone()));
    };
    let secret = house.app.hooks.secret(&hook).await?;
    tracing::info!(github_repository_id = %repository.id, login = %current.session.login, "a webhook secret was shown");
    Ok(Shown::hook(house, repository, &secret).render_for(house, current))
}

/// Why there is no hook, in words; failures of our own are pages of their own.
fn refused(error: HookError) -> Result<Notice, ErrorPage> {
    tracing::info!(cause = %error, "no webhook was made");
    let text = match error {
        HookError::NotNeeded(Coverage::App) => {
            "The App's webhook sends to this Covermark: no webhook of the repository's own is needed.".to_owned()
        }
        HookError::NotNeeded(Coverage::Suspended) => {
            "The installation is suspended. Unsuspend it at GitHub first.".to_owned()
        }
        HookError::NotNeeded(_) => {
            "The App is not installed on this repository. Install it at GitHub first.".to_owned()
        }
        HookError::NotGranted => "A permission is missing: “Webhooks: Read and write” (repository_hooks: write). Whoever owns \
                                  the App adds it in its settings at GitHub; an owner of this account then accepts it, and \
                                  Create Web Hook works."
            .to_owned(),
        HookError::GitHub(error) => github(&error),
        HookError::Credentials(error) => return Err(error.into()),
        HookError::Key(error) => return Err(error.into()),
        HookError::State(error) => return Err(error.into()),
    };
    Ok(Notice::bad(text))
}

fn github(error: &GitHubError) -> String {
    let id = error.request_id().map(|id| format!(" GitHub's request id: {id}.")).unwrap_or_default();
    let text = match error {
        GitHubError::Forbidden(answer) => match answer.missing_permission() {
            Some(permission) => {
                format!("GitHub refused it (403): the App needs {permission}. Accept the permission, then press again.")
            }
            None => "GitHub refused it (403): the App may not change this repository's webhooks.".to_owned(),
        },
        GitHubError::NotFound(_) => "GitHub does not find the repository for the App (404): it was deleted, renamed or taken \
                                     out of the installation a moment ago. Press “Check now” in Installed apps, and look \
                                     again."
            .to_owned(),
        GitHubError::Rejected(answer) => {
            format!("GitHub refused the webhook ({}): {}.", answer.status, answer.message.trim_end_matches('.'))
        }
        GitHubError::RateLimited { .. } => "GitHub limits our requests at the moment. Press again later.".to_owned(),
        GitHubError::Unavailable { answer, .. } => {
            format!("GitHub is in trouble ({}). Nothing was lost; press again in a minute.", answer.status)
        }
        GitHubError::Unreachable { .. } => "GitHub could not be reached. Press again in a minute.".to_owned(),
        GitHubError::Redirected { .. } => {
            "The repository was renamed a moment ago. Press “Check now” in Installed apps first.".to_owned()
        }
        _ => "GitHub's answer could not be used. Press again; if it stays, tell the operator the time.".to_owned(),
    };
    format!("{text}{id}")
}
