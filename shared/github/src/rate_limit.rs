//! Whether an answer is a rate limit, and how long to wait, by the order that GitHub documents
//! (<https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit>):
//! `retry-after`; else, with nothing remaining, until `x-ratelimit-reset`; else at least a minute.

use std::time::Duration;

use covermark_types::Timestamp;

use crate::{error::Limit, reply::Reply};

/// The least wait after a secondary limit that names none.
pub(crate) const SECONDARY_WAIT: Duration = Duration::from_secs(60);
/// The longest wait that is believed: the primary window is an hour long.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// The limit that `reply` reports, with the time to wait; `None` when it reports none. `now` is our clock, used only when
/// the answer has no date of its own.
pub(crate) fn limit_of(reply: &Reply, now: Timestamp) -> Option<(Limit, Duration)> {
    if !matches!(reply.status, 403 | 429) {
        return None;
    }
    let exhausted = reply.header("x-ratelimit-remaining") == Some("0");
    let limit = if exhausted { Limit::Primary } else { Limit::Secondary };
    if let Some(wait) = retry_after(reply, now) {
        return Some((limit, wait));
    }
    if exhausted {
        let reset = reply.header("x-ratelimit-reset").and_then(|text| text.parse::<i64>().ok());
        // Against GitHub's own clock, so that ours may be wrong; a second more, since the window ends within one.
        let now = reply.date().unwrap_or(now).as_second();
        let seconds = reset.map_or(SECONDARY_WAIT.as_secs(), |reset| seconds_between(now, reset) + 1);
        return Some((limit, Duration::from_secs(seconds).min(LONGEST_WAIT)));
    }
    (reply.status == 429 || says_limit(&reply.message())).then_some((limit, SECONDARY_WAIT))
}

/// `retry-after`, in seconds or as a date.
pub(crate) fn retry_after(reply: &Reply, now: Timestamp) -> Option<Duration> {
    let text = reply.header("retry-after")?.trim();
    let seconds = match text.parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => seconds_between(reply.date().unwrap_or(now).as_second(), crate::reply::http_date(text)?.as_second()),
    };
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

fn seconds_between(from: i64, to: i64) -> u64 {
    u64::try_from(to.saturating_sub(from)).unwrap_or(0)
}

fn says_limit(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("rate limit") || message.contains("abuse detection")
}
