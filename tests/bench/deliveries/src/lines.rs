//! A line of a table of speeds.

use std::time::Duration;

use covermark_bench::stats::{milliseconds, percentile};

/// The heads of the columns.
pub(crate) const HEAD: &str =
    "| | deliveries | at once | deliveries/s | p50 ms | p99 ms |\n|---|---:|---:|---:|---:|---:|\n";

/// What was measured of one way.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) at_once: usize,
    /// From the first delivery to the end of the last.
    pub(crate) all: Duration,
    /// Each delivery's own.
    pub(crate) times: Vec<Duration>,
}

impl Line {
    pub(crate) fn render(&self) -> String {
        let Self { name, at_once, times, .. } = self;
        format!(
            "| {name} | {} | {at_once} | {:.0} | {} | {} |\n",
            times.len(),
            self.rate(),
            milliseconds(percentile(times, 50)),
            milliseconds(percentile(times, 99)),
        )
    }

    /// Deliveries a second.
    pub(crate) fn rate(&self) -> f64 {
        self.times.len() as f64 / self.all.as_secs_f64()
    }
}
