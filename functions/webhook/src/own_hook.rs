//! Deliveries of a repository's own hook: each repository has its own secret, so what comes through it may speak of that
//! repository and of nothing else.

use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};
use bytes::Bytes;
use covermark_github::webhook::{Delivery, Event, Refused, Verified, verify};
use covermark_service::{
    hints::{self, Hinted},
    problem::Problem,
};
use covermark_state::jobs::SyncJob;
use covermark_types::{Provider, RepositoryId};

use crate::{
    Webhook,
    handler::{accepted, refusal},
};

/// The hook that a delivery is proven to come from.
pub(crate) struct OwnHook {
    repository: RepositoryId,
    /// Which of its secrets it was signed with.
    generation: u32,
}

/// The delivery, once one of the repository's secrets is known to have signed it. A repository without a hook costs a
/// stranger's request one read, and no secret is made for it.
pub(crate) async fn verified(
    app: &Webhook,
    provider: &Provider,
    repository: RepositoryId,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<(Verified<Delivery>, OwnHook), Problem> {
    let known = app.table.repository_hook(provider, repository).await?;
    let generations = known.map(|hook| hook.generations()).unwrap_or_default();
    let mut refused = None;
    for generation in generations {
        let secret = app.hooks.of(provider, repository, generation).await?;
        match verify(&[secret], headers, body.clone()) {
            Ok(delivery) => return Ok((delivery, OwnHook { repository, generation })),
            Err(Refused::SignatureMismatch) => refused = Some(Refused::SignatureMismatch),
            Err(other) => return Err(refusal(other)),
        }
    }
    match refused {
        None => {
            tracing::warn!(metric = "webhook_refused", reason = "hook_unknown", github_repository_id = %repository,
                "a delivery of a repository's own hook was refused");
            Err(Problem::new(
                StatusCode::FORBIDDEN,
                "This repository has no webhook of its own here. Delete this one at GitHub, or press Create Web Hook in the \
                 repository's settings on Covermark.",
            ))
        }
        Some(_) => {
            tracing::warn!(metric = "webhook_refused", reason = "hook_signature", github_repository_id = %repository,
                "a delivery of a repository's own hook was refused");
            Err(Problem::new(
                StatusCode::FORBIDDEN,
                "The signature does not fit. Press Create Web Hook in the repository's settings on Covermark: it sets the \
                 secret right.",
            ))
        }
    }
}

/// GitHub was heard through the hook: the settings page waits for it.
pub(crate) async fn ping(app: &Webhook, provider: &Provider, hook: &OwnHook) -> Result<Response, Problem> {
    let noted = app.table.pinged_repository_hook(provider, hook.repository, hook.generation, app.clock.now()).await?;
    Ok(accepted(if noted.applied() { "pong" } else { "signed with a former secret" }))
}

/// The hook was deleted on GitHub: its secret is void, and the settings page offers to make another.
pub(crate) async fn gone(app: &Webhook, provider: &Provider, hook: &OwnHook) -> Result<Response, Problem> {
    let noted = app.table.retire_repository_hook(provider, hook.repository, app.clock.now()).await?;
    Ok(accepted(if noted.applied() { "retired" } else { "nothing to do" }))
}

/// What a delivery hints at. An installation that it names is not believed: the hook is the repository's.
pub(crate) fn job(
    provider: &Provider,
    delivery: &Delivery,
    event: &Event,
    hook: &OwnHook,
) -> Result<Option<Hinted>, Problem> {
    let about = match event {
        Event::Repository { repository, .. }
        | Event::PullRequest { repository, .. }
        | Event::Push { repository, .. } => repository.id,
        Event::Ci(event) => event.repository.id,
        Event::Reference(event) => event.repository.id,
        _ => return Ok(None),
    };
    if about != hook.repository {
        tracing::warn!(metric = "webhook_refused", reason = "hook_of_another", github_repository_id = %hook.repository,
            "a delivery speaks of another repository than its hook belongs to");
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "The delivery speaks of another repository than the one that its hook belongs to.",
        ));
    }
    let mut hinted = hints::of(provider, delivery, event);
    if let Some(SyncJob::Repository { installation, .. } | SyncJob::Pull { installation, .. }) =
        hinted.as_mut().map(|hinted| &mut hinted.job)
    {
        *installation = None;
    }
    Ok(hinted)
}
