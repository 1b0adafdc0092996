//! The commit's statuses: set when they say something else than what we set last.

use std::collections::BTreeMap;

use covermark_github::{Error, NewStatus, StatusState};
use futures::future;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{Outcome, ShownVerdict};
use crate::{
    Feedback, FeedbackError, Skip,
    app::CommitKey,
    commit,
    evidence::Site,
    render::{VerdictState, WantedVerdict},
};

/// Makes the commit's statuses say `wanted`.
pub(super) async fn post(
    app: &Feedback,
    site: &Site,
    key: &CommitKey,
    wanted: &[WantedVerdict],
    target: Option<&Url>,
) -> Result<Outcome, FeedbackError> {
    let mut outcome = Outcome::default();
    if !site.rights.statuses {
        outcome.skipped.push(Skip::NoStatuses);
        return Ok(outcome);
    }
    let before = super::remembered(app, key).await?.statuses;
    let calls = wanted.iter().map(|verdict| {
        let same = before.get(&verdict.context).is_some_and(|posted| *posted == digest(verdict));
        async move { if same { Ok(false) } else { set(site, key, verdict, target).await.map(|()| true) } }
    });
    let mut now = BTreeMap::new();
    let mut error = None;
    for (verdict, answer) in wanted.iter().zip(future::join_all(calls).await) {
        match answer {
            Ok(new) => {
                outcome.shown.push(ShownVerdict::of(verdict));
                if new {
                    now.insert(verdict.context.clone(), digest(verdict));
                } else {
                    outcome.skipped.push(Skip::StatusUnchanged);
                }
            }
            Err(refused) => match reason(&refused) {
                Some(skip) => {
                    tracing::warn!(cause = %refused, reason = skip.code(), "GitHub refused a status");
                    outcome.skipped.push(skip);
                }
                None => error = Some(refused),
            },
        }
    }
    // What was set is remembered also when another one failed: it need not be set again.
    if !now.is_empty() {
        commit::note(app, key, move |posted| posted.statuses.extend(now.clone())).await?;
    }
    error.map_or(Ok(outcome), |error| Err(error.into()))
}

async fn set(site: &Site, key: &CommitKey, verdict: &WantedVerdict, target_url: Option<&Url>) -> Result<(), Error> {
    let state = match verdict.state {
        VerdictState::Pending => StatusState::Pending,
        // A status cannot be neutral; it must not stand in the way.
        VerdictState::Success | VerdictState::Neutral => StatusState::Success,
        VerdictState::Failure => StatusState::Failure,
        VerdictState::Error => StatusState::Error,
    };
    let WantedVerdict { context, description, .. } = verdict.clone();
    let status = NewStatus { context, state, description, target_url: target_url.cloned() };
    site.client.create_status(&key.sha, &status).await.map(drop)
}

fn reason(error: &Error) -> Option<Skip> {
    match error {
        Error::Forbidden(_) => Some(Skip::StatusForbidden),
        error if super::is_commit_unknown(error) => Some(Skip::CommitUnknown),
        Error::Rejected(_) => Some(Skip::StatusRejected),
        _ => None,
    }
}

fn digest(verdict: &WantedVerdict) -> String {
    let text = format!("{:?}\n{}", verdict.state, verdict.description);
    hex::encode(Sha256::digest(text.as_bytes()))
}
