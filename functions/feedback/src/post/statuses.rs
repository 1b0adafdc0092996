//! The commit's statuses: set when they say something else than what we set last.

use std::collections::BTreeMap;

use covermark_github::{Error, NewStatus};
use futures::future;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{Posted, ShownStatus};
use crate::{Feedback, FeedbackError, Skip, app::CommitKey, commit, evidence::Site, render::WantedStatus};

/// What became of the statuses.
#[derive(Default)]
pub(crate) struct Outcome {
    shown: Vec<ShownStatus>,
    skipped: Vec<Skip>,
}

impl Outcome {
    pub(crate) fn into(self, posted: &mut Posted) {
        posted.statuses = self.shown;
        posted.skipped.extend(self.skipped);
    }
}

/// Makes the commit's statuses say `wanted`.
pub(crate) async fn post(
    app: &Feedback,
    site: &Site,
    key: &CommitKey,
    wanted: &[WantedStatus],
    target: Option<Url>,
) -> Result<Outcome, FeedbackError> {
    let mut outcome = Outcome::default();
    if wanted.is_empty() {
        return Ok(outcome);
    }
    if !site.rights.statuses {
        outcome.skipped.push(Skip::NoStatuses);
        return Ok(outcome);
    }
    let before = remembered(app, key).await?;
    let calls = wanted.iter().map(|status| {
        let same = before.get(&status.context).is_some_and(|posted| *posted == digest(status));
        let target = target.clone();
        async move { if same { Ok(false) } else { set(site, key, status, target).await.map(|()| true) } }
    });
    let mut now = BTreeMap::new();
    let mut error = None;
    for (status, answer) in wanted.iter().zip(future::join_all(calls).await) {
        match answer {
            Ok(new) => {
                outcome.shown.push(ShownStatus::of(status));
                if new {
                    now.insert(status.context.clone(), digest(status));
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
    remember(app, key, now).await?;
    error.map_or(Ok(outcome), |error| Err(error.into()))
}

async fn set(site: &Site, key: &CommitKey, status: &WantedStatus, target_url: Option<Url>) -> Result<(), Error> {
    let WantedStatus { context, state, description } = status.clone();
    site.client.create_status(&key.sha, &NewStatus { context, state, description, target_url }).await.map(drop)
}

fn reason(error: &Error) -> Option<Skip> {
    match error {
        Error::Forbidden(_) => Some(Skip::StatusForbidden),
        Error::NotFound(_) => Some(Skip::CommitUnknown),
        Error::Rejected(_) => Some(Skip::StatusRejected),
        _ => None,
    }
}

fn digest(status: &WantedStatus) -> String {
    let text = format!("{:?}\n{}", status.state, status.description);
    hex::encode(Sha256::digest(text.as_bytes()))
}

async fn remembered(app: &Feedback, key: &CommitKey) -> Result<BTreeMap<String, String>, FeedbackError> {
    let row = app.table.commit(&key.provider, key.repository, &key.sha).await?;
    Ok(row.and_then(|row| row.posted).map(|posted| posted.statuses).unwrap_or_default())
}

async fn remember(app: &Feedback, key: &CommitKey, now: BTreeMap<String, String>) -> Result<(), FeedbackError> {
    if now.is_empty() {
        return Ok(());
    }
    commit::note(app, key, move |posted| posted.statuses.extend(now.clone())).await
}
