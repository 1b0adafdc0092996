//! The primary rate limit: so many requests an hour for each caller, counted and told in every answer.

use std::collections::HashMap;

use covermark_types::Timestamp;

use super::Answer;

/// What each caller has used.
pub(crate) struct RateLimits {
    pub(crate) limit: u64,
    used: HashMap<String, (u64, Timestamp)>,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self { limit: 5_000, used: HashMap::new() }
    }
}

/// What one answer says about the limit.
pub(crate) struct Standing {
    limit: u64,
    used: u64,
    reset: i64,
}

impl RateLimits {
    /// What a caller has used and when it comes back, without counting.
    pub(crate) fn used(&self, caller: &str, now: Timestamp) -> (u64, i64) {
        let hour = now + jiff::SignedDuration::from_hours(1);
        let (used, reset) = self.used.get(caller).filter(|entry| entry.1 > now).map_or((0, hour), |entry| *entry);
        (used.min(self.limit), reset.as_second())
    }

    /// Counts a request. The hour begins with its first.
    pub(crate) fn count(&mut self, caller: &str, now: Timestamp) -> Standing {
        let hour = jiff::SignedDuration::from_hours(1);
        let entry = self.used.entry(caller.to_owned()).or_insert((0, now + hour));
        if now >= entry.1 {
            *entry = (0, now + hour);
        }
        entry.0 += 1;
        Standing { limit: self.limit, used: entry.0, reset: entry.1.as_second() }
    }

    /// Takes a request back that turned out to cost nothing.
    pub(crate) fn give_back(&mut self, caller: &str) {
        if let Some(entry) = self.used.get_mut(caller) {
            entry.0 = entry.0.saturating_sub(1);
        }
    }
}

impl Standing {
    pub(crate) fn exceeded(&self) -> bool {
        self.used > self.limit
    }

    /// As it is when the request turned out to cost nothing.
    pub(crate) fn given_back(self) -> Self {
        Self { used: self.used.saturating_sub(1), ..self }
    }

    /// A standing that is used up until `reset`, in seconds since 1970.
    pub(crate) fn used_up(limit: u64, reset: i64) -> Self {
        Self { limit, used: limit + 1, reset }
    }

    pub(crate) fn refusal(&self, caller: &str) -> Answer {
        Answer::refusal(403, &format!("API rate limit exceeded for {caller}."))
    }

    pub(crate) fn headers(&self) -> [(&'static str, String); 5] {
        [
            ("x-ratelimit-limit", self.limit.to_string()),
            ("x-ratelimit-remaining", self.limit.saturating_sub(self.used).to_string()),
            ("x-ratelimit-reset", self.reset.to_string()),
            ("x-ratelimit-used", self.used.min(self.limit).to_string()),
            ("x-ratelimit-resource", "core".to_owned()),
        ]
    }
}
