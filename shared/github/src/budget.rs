//! What GitHub says of each caller's rate budget, and before when it must not be asked.
//!
//! Heard with every answer, kept for whoever remembers it between processes ([`GitHub::news`]). A caller that was told to
//! wait is held back here without a request, so that one limit is not met a thousand times.
//!
//! [`GitHub::news`]: crate::GitHub::news

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use covermark_types::{InstallationId, Timestamp};
use jiff::SignedDuration;

use crate::{
    error::{Answer, Error, Limit},
    reply::Reply,
};

/// Callers that are kept; GitHub names their budgets again with every answer.
const KEPT: usize = 10_000;

/// Who asks GitHub, and whose budget it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// The App itself, with its JWT.
    App,
    /// An installation, with its tokens.
    Installation(InstallationId),
}

/// A budget as an answer named it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateBudget {
    /// Requests an hour.
    pub limit: u64,
    /// What is left of them.
    pub remaining: u64,
    /// When all are there again.
    pub reset_at: Timestamp,
    /// When GitHub answered.
    pub seen_at: Timestamp,
}

/// What was heard of a caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BudgetNews {
    /// Its budget, if it was named.
    pub budget: Option<RateBudget>,
    /// Before when it must not ask, and what GitHub said.
    pub not_before: Option<(Timestamp, String)>,
}

/// A budget is news when it shrank by this part of the hour's, or the last news of it are this old: every answer names
/// it, and to remember every answer would be a write for every read.
const WORTH_TELLING: u64 = 50;
const OLD_NEWS: SignedDuration = SignedDuration::from_secs(60);

#[derive(Default)]
struct Known {
    news: BudgetNews,
    /// The budget as it was last told.
    told: Option<RateBudget>,
    /// Whether the caller was told to wait since.
    limited: bool,
}

impl Known {
    fn is_worth_telling(&self, now: Timestamp) -> bool {
        let Some(budget) = self.news.budget else { return self.limited };
        let differs = |told: RateBudget| {
            let step = (budget.limit / WORTH_TELLING).max(1);
            told.limit != budget.limit
                || budget.remaining.abs_diff(told.remaining) >= step
                || (now.duration_since(told.seen_at) >= OLD_NEWS && budget.seen_at > told.seen_at)
        };
        self.limited || self.told.is_none_or(differs)
    }
}

/// The budgets of one App and its installations.
#[derive(Default)]
pub(crate) struct Budgets(Mutex<HashMap<Caller, Known>>);

impl Budgets {
    /// Takes in what an answer's headers say.
    pub(crate) fn heard(&self, caller: Caller, reply: &Reply, now: Timestamp) {
        let number = |name| reply.header(name).and_then(|text| text.parse::<u64>().ok());
        // Other resources (search, GraphQL) have budgets of their own.
        if reply.header("x-ratelimit-resource").is_some_and(|resource| resource != "core") {
            return;
        }
        let (Some(limit), Some(remaining), Some(reset)) =
            (number("x-ratelimit-limit"), number("x-ratelimit-remaining"), number("x-ratelimit-reset"))
        else {
            return;
        };
        let reset = i64::try_from(reset).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let Some(reset_at) = reset else { return };
        let budget = RateBudget { limit, remaining, reset_at, seen_at: now };
        self.change(caller, |known| known.news.budget = Some(budget));
    }

    /// Takes in that the caller has to wait.
    pub(crate) fn limited(&self, caller: Caller, wait: Duration, answer: &Answer, now: Timestamp) {
        let until = now.checked_add(wait).unwrap_or(now);
        self.change(caller, |known| {
            known.news.not_before = Some((until, answer.to_string()));
            known.limited = true;
        });
    }

    /// Holds the caller back until then, as another process was told.
    pub(crate) fn hold(&self, caller: Caller, until: Timestamp, why: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let news = &mut known.entry(caller).or_default().news;
        if news.not_before.as_ref().is_none_or(|(known, _)| *known < until) {
            news.not_before = Some((until, why.to_owned()));
        }
    }

    /// The refusal of a call that must not be made yet.
    pub(crate) fn check(&self, caller: Caller, call: &str, now: Timestamp) -> Result<(), Error> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((until, _)) = known.get(&caller).and_then(|known| known.news.not_before.as_ref()) else {
            return Ok(());
        };
        let wait = until.duration_since(now);
        if wait <= SignedDuration::ZERO {
            return Ok(());
        }
        let message = "not asked: GitHub told this caller to wait".to_owned();
        let answer = Answer {
            call: call.to_owned(),
            status: 429,
            message,
            request_id: None,
            date: None,
            accepted_permissions: None,
        };
        Err(Error::RateLimited { wait: wait.unsigned_abs(), limit: Limit::Secondary, answer: Box::new(answer) })
    }

    /// What was heard since somebody last asked, and is worth telling.
    pub(crate) fn news(&self, now: Timestamp) -> Vec<(Caller, BudgetNews)> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = known.iter_mut().filter(|(_, known)| known.is_worth_telling(now));
        fresh
            .map(|(caller, known)| {
                known.told = known.news.budget;
                known.limited = false;
                (*caller, known.news.clone())
            })
            .collect()
    }

    fn change(&self, caller: Caller, change: impl FnOnce(&mut Known)) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT && !known.contains_key(&caller) {
            known.clear();
        }
        change(known.entry(caller).or_default());
    }
}
