//! How far the commit's set of uploads is, with a look at CI where the rule needs one; and what is noted of it.

use std::time::Duration;

use covermark_github::Error;
use covermark_policy::Policy;
use covermark_state::rows::timing::{Settled, Timing};
use covermark_types::Timestamp;

use super::{
    ci::{self, Ci},
    complete::{Facts, Set},
    kinds, timer,
    uploads::is_here,
};
use crate::{
    Feedback, FeedbackError, Skip,
    app::CommitKey,
    assemble::Assembled,
    evidence::{Memory, Site},
    judge::{Base, Waiting},
};

/// The set, as a run has seen it.
pub(super) struct Seen {
    pub(super) set: Set,
    /// How many uploads are here.
    pub(super) here: usize,
    /// Why CI was not waited for.
    pub(super) skip: Option<Skip>,
    /// CI failed, and the rules want it to pass: until when it may be run again.
    pub(super) ci_failed: Option<Timestamp>,
    /// GitHub does not know the commit yet: when it is asked again.
    pub(super) again: Option<Timestamp>,
}

/// For how long a commit that GitHub does not know is asked for again: what CI knows and GitHub does not is late by seconds.
const UNKNOWN: Duration = Duration::from_secs(60 * 60);
/// How soon, at first and later.
const SOONEST: Duration = Duration::from_secs(30);
const LATEST: Duration = Duration::from_secs(15 * 60);

/// Looks how far the set is.
pub(super) async fn look(
    app: &Feedback,
    site: &Site,
    key: &CommitKey,
    assembled: &Assembled,
    memory: &Memory,
    timing: &Timing,
) -> Result<Seen, FeedbackError> {
    let before = match memory.compared().map(|compared| &compared.base) {
        Some(Base::Found(base)) => app.table.timing(&key.provider, key.repository, &base.sha).await?,
        _ => None,
    };
    let configuration = memory.rules();
    let policy = &*configuration.policy;
    let facts = Facts {
        uploads: &assembled.uploads,
        before: before.as_ref(),
        policy,
        said_complete: assembled.row.complete_at.is_some() || assembled.row.empty_upload.is_some(),
        since: timing.queued.as_ref().map_or(assembled.row.created_at, |queued| queued.since),
        queued: timing.queued.is_some(),
        now: app.clock.now(),
    };
    let here = assembled.uploads.iter().filter(|upload| is_here(upload)).count();
    if let Some(set) = facts.decide(None) {
        return Ok(Seen { set, here, skip: None, ci_failed: None, again: None });
    }
    let ci = how_far_is_ci(app, site, key, policy).await?;
    let skip = (ci == Ci::Unreadable).then_some(Skip::NoCi);
    // With an answer about CI there is nothing more to ask.
    let set = facts.decide(Some(&ci)).unwrap_or(Set::Complete);
    let failed = policy.notify.require_ci_to_pass && ci == Ci::Ended { well: false };
    let ci_failed = (failed && !matches!(set, Set::Waiting { .. })).then(|| facts.deadline());
    Ok(Seen { set, here, skip, ci_failed, again: None })
}

/// How far CI is.
pub(super) async fn how_far_is_ci(
    app: &Feedback,
    site: &Site,
    key: &CommitKey,
    policy: &Policy,
) -> Result<Ci, FeedbackError> {
    let us = app.apps.credentials(&key.provider).await?.app_id;
    match ci::look(site, &key.sha, us, &policy.context_prefix, &policy.notify.ci).await {
        // Whatever is wrong with the question, it is not worth a verdict.
        Err(FeedbackError::GitHub(Error::Rejected(answer))) if !answer.call.ends_with("/access_tokens") => {
            tracing::warn!(cause = %answer, "GitHub does not say how far CI is");
            Ok(Ci::Unreadable)
        }
        ci => ci,
    }
}

impl Seen {
    /// The same without waiting: what was waited for is missing.
    pub(super) fn at_once(self) -> Self {
        let set = match self.set {
            Set::Waiting { .. } if self.here == 0 => Set::Incomplete(vec!["any upload".to_owned()]),
            Set::Waiting { missing, .. } => Set::Incomplete(missing),
            set => set,
        };
        Self { set, ..self }
    }

    /// For the verdicts: what is waited for.
    pub(super) fn waiting(&self) -> Option<Waiting> {
        match &self.set {
            Set::Waiting { expected, missing, .. } => {
                Some(Waiting { here: self.here, expected: *expected, missing: missing.clone() })
            }
            _ => None,
        }
    }

    /// For the verdicts: what was waited for and never came.
    pub(super) fn incomplete(&self) -> Vec<String> {
        match &self.set {
            Set::Incomplete(missing) => missing.clone(),
            _ => Vec::new(),
        }
    }

    /// Notes when to come again for a commit that GitHub refused as unknown: as long after now as it is known to us, and not
    /// for ever.
    pub(super) fn not_yet(&mut self, refusals: &[Skip], assembled: &Assembled, now: Timestamp) {
        let age = now.duration_since(assembled.row.created_at).unsigned_abs();
        if refusals.contains(&Skip::CommitUnknown) && age < UNKNOWN {
            self.again = Some(now + age.clamp(SOONEST, LATEST));
        }
    }

    /// Until when is waited; for CI that failed until then as well, since it may be run again.
    fn until(&self, now: Timestamp) -> Option<Timestamp> {
        let until = match &self.set {
            Set::Waiting { until, .. } => Some(*until),
            _ => self.ci_failed.filter(|until| now < *until),
        };
        until.into_iter().chain(self.again).min()
    }
}

/// Notes how far the commit is, and sees to it that somebody comes back as long as something is waited for.
pub(super) async fn note(
    app: &Feedback,
    key: &CommitKey,
    assembled: &Assembled,
    seen: &Seen,
    contexts: Vec<String>,
) -> Result<(), FeedbackError> {
    let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let missing = match &seen.set {
        Set::Waiting { expected, .. } => small(expected.saturating_sub(seen.here)),
        _ => 0,
    };
    let now = app.clock.now();
    let until = seen.until(now);
    let settled = Settled {
        concluded: until.is_none(),
        here: small(seen.here),
        missing,
        until,
        kinds: kinds::count(assembled.uploads.iter().filter(|upload| is_here(upload))),
        contexts,
    };
    app.table.settle_verdict(&key.provider, key.repository, &key.sha, &settled, now).await?;
    match until {
        Some(until) => timer::arm(app, key, until).await,
        None => Ok(()),
    }
}

/// Notes that nobody waits for the commit any more, whatever it has.
pub(super) async fn over(app: &Feedback, key: &CommitKey, assembled: &Assembled) -> Result<(), FeedbackError> {
    let here = assembled.uploads.iter().filter(|upload| is_here(upload)).count();
    let seen = Seen { set: Set::Complete, here, skip: None, ci_failed: None, again: None };
    note(app, key, assembled, &seen, Vec::new()).await
}
