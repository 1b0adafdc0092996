//! What the figures come to.

use std::time::Duration;

/// The value below which so many per cent of all lie.
pub(crate) fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let index = (times.len() * percent).div_ceil(100).clamp(1, times.len().max(1)) - 1;
    times.get(index).copied().unwrap_or_default()
}

/// `0.123 s`.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

/// Processor time of this process so far, user and system.
pub(crate) fn processor() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The program's name is in brackets and may have spaces in it.
    let fields: Vec<&str> = text.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    // 100 ticks a second, whatever the kernel's own clock is.
    Duration::from_millis((ticks(11) + ticks(12)) * 10)
}

/// The most memory that this process has had, in MiB.
pub(crate) fn peak() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0) / 1024
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::percentile;

    #[test]
    fn the_median_is_in_the_middle() {
        let mut times: Vec<_> = [5, 1, 4, 2, 3].map(Duration::from_secs).to_vec();
        assert_eq!(percentile(&mut times, 50), Duration::from_secs(3));
        assert_eq!(percentile(&mut times, 99), Duration::from_secs(5));
        assert_eq!(percentile(&mut [], 50), Duration::ZERO);
    }
}
