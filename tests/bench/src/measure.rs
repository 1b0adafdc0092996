//! Starts a subject again and again under the fake Runtime API, then once for many warm invocations.

use std::{
    collections::BTreeMap,
    fs::File,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use covermark_bench::{process::Process, stats::percentile};

use crate::{
    runtime_api::{Finished, RuntimeApi},
    subject::Subject,
};

/// Longer than any start on a busy machine; a subject that needs longer is broken, not slow.
const PATIENCE: Duration = Duration::from_secs(120);

/// Warm invocations that are measured; as many again go before them.
const WARM: usize = 1_000;

/// The figures of one line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    /// Process started → first poll.
    pub(crate) start_p50: Duration,
    /// The fastest of these.
    pub(crate) start_min: Duration,
    /// First event handed out → response posted.
    pub(crate) first_p50: Duration,
    /// Later ones.
    pub(crate) warm_p50: Duration,
    /// Their slow end.
    pub(crate) warm_p99: Duration,
    /// Resident memory after the first invocation, KiB.
    pub(crate) resident_first: u64,
    /// Resident memory at the end, KiB.
    pub(crate) resident_last: u64,
}

/// What every process gets.
pub(crate) struct Surroundings {
    /// The environment; nothing is inherited but PATH.
    pub(crate) environment: BTreeMap<String, String>,
    /// Where processes log to.
    pub(crate) logs: std::path::PathBuf,
}

/// Measures one subject.
///
/// # Errors
/// When it cannot be started, fails, or answers anything but what is expected.
pub(crate) fn measure(subject: &Subject, around: &Surroundings) -> anyhow::Result<Figures> {
    let mut starts = Vec::new();
    let mut firsts = Vec::new();
    let mut figures = Figures::default();
    // One more than counted: the first start reads the executable from the disk, which Lambda's figure contains and
    // ours could not repeat.
    for round in 0..=subject.starts {
        let (start, finished, resident) = run(subject, around, 1)?;
        if round > 0 {
            starts.push(start);
            firsts.extend(finished.invocations);
            figures.resident_first = figures.resident_first.max(resident);
        }
    }
    let (_, finished, resident) = run(subject, around, 2 * WARM)?;
    let warm = &finished.invocations[WARM..];
    figures.start_p50 = percentile(&starts, 50);
    figures.start_min = percentile(&starts, 0);
    figures.first_p50 = percentile(&firsts, 50);
    figures.warm_p50 = percentile(warm, 50);
    figures.warm_p99 = percentile(warm, 99);
    figures.resident_last = resident;
    Ok(figures)
}

/// One process for `rounds` invocations: the time to its first poll, what it did, and its memory in KiB at the end.
fn run(subject: &Subject, around: &Surroundings, rounds: usize) -> anyhow::Result<(Duration, Finished, u64)> {
    let (api, address) = RuntimeApi::start(subject.event.to_string().into_bytes(), rounds)?;
    let log = File::create(around.logs.join(format!("{}.log", subject.name))).context("no log file")?;
    let output = (Stdio::from(log.try_clone()?), Stdio::from(log));
    let started = Instant::now();
    let process = Process::start(&subject.command, &around.environment, address, output)?;
    let finished =
        api.wait(PATIENCE).with_context(|| format!("{}; see its log in {}", subject.name, around.logs.display()))?;
    let resident = process.resident()?;
    if !subject.expected.is_met_by(&finished.response) {
        bail!(
            "{} answered {} instead of {:?}",
            subject.name,
            String::from_utf8_lossy(&finished.response),
            subject.expected
        );
    }
    Ok((finished.first_poll - started, finished, resident))
}
