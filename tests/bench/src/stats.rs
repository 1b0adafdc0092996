//! Order statistics of durations.

use std::time::Duration;

/// The `percent`-th percentile, nearest rank: a value that was measured, not one between two. Zero of an empty list.
#[must_use]
pub fn percentile(durations: &[Duration], percent: usize) -> Duration {
    let mut sorted = durations.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

/// Milliseconds with the digits that such a duration deserves.
#[must_use]
pub fn milliseconds(duration: Duration) -> String {
    let milliseconds = duration.as_secs_f64() * 1000.0;
    match milliseconds {
        large if large >= 100.0 => format!("{large:.0}"),
        middle if middle >= 1.0 => format!("{middle:.1}"),
        small => format!("{small:.3}"),
    }
}

/// Seconds, to the millisecond.
#[must_use]
pub fn seconds(duration: Duration) -> String {
    format!("{:.3} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn durations(milliseconds: impl IntoIterator<Item = u64>) -> Vec<Duration> {
        milliseconds.into_iter().map(Duration::from_millis).collect()
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let hundred = durations((1..=100).rev());
        assert_eq!(percentile(&hundred, 50), Duration::from_millis(50));
        assert_eq!(percentile(&hundred, 99), Duration::from_millis(99));
        assert_eq!(percentile(&durations([7]), 99), Duration::from_millis(7));
        assert_eq!(percentile(&durations([3, 1]), 0), Duration::from_millis(1));
        assert_eq!(percentile(&[], 50), Duration::ZERO);
    }

    #[test]
    fn a_duration_has_three_digits_that_matter() {
        let shown = [648.4, 11.62, 2.72, 0.1432].map(|ms| milliseconds(Duration::from_secs_f64(ms / 1000.0)));
        assert_eq!(shown, ["648", "11.6", "2.7", "0.143"]);
    }
}
