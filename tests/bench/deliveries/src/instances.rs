//! Instances of a function, fed until there is no more.

use std::{collections::BTreeMap, fs::File, path::PathBuf, process::Stdio, sync::Arc, time::Duration};

use anyhow::Context as _;
use covermark_bench::process::Process;

use crate::{
    arguments::Arguments,
    feed::{Fed, Feed, Work},
};

/// Longer than a million deliveries take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(2 * 60 * 60);

/// What is started.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    /// The program and its arguments.
    pub(crate) command: Vec<PathBuf>,
    /// What it is given.
    pub(crate) environment: BTreeMap<String, String>,
}

impl Subject {
    /// One of our functions.
    pub(crate) fn ours(arguments: &Arguments, name: &'static str, environment: BTreeMap<String, String>) -> Self {
        Self { name, command: vec![arguments.functions.join(name).join("bootstrap")], environment }
    }

    /// The peer, given what `webhook` is given.
    pub(crate) fn probot(arguments: &Arguments, environment: BTreeMap<String, String>) -> Self {
        let command = vec!["node".into(), arguments.script.clone(), arguments.modules.clone()];
        Self { name: "probot", command, environment }
    }
}

/// What an instance needed at most, KiB.
pub(crate) struct Needed {
    pub(crate) fed: Fed,
    pub(crate) peak: u64,
}

/// Feeds `total` events to so many instances.
pub(crate) async fn run(
    arguments: &Arguments,
    subject: &Subject,
    instances: usize,
    (work, total): (Arc<dyn Work>, usize),
) -> anyhow::Result<Needed> {
    let feed = Feed::new(work, total, instances);
    let mut processes = Vec::new();
    for _ in 0..instances {
        // A function writes a line for each delivery: it is made, as on Lambda, and thrown away.
        let log = File::create(arguments.logs.join(format!("{}.log", subject.name))).context("no log file")?;
        let output = (Stdio::null(), Stdio::from(log));
        processes.push(Process::start(&subject.command, &subject.environment, feed.instance()?, output)?);
    }
    let waiting = feed.clone();
    let fed = tokio::task::spawn_blocking(move || waiting.wait(PATIENCE)).await?;
    let fed = fed.with_context(|| format!("{}; see its log in {}", subject.name, arguments.logs.display()))?;
    let peaks = processes.iter().map(Process::peak).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(Needed { fed, peak: peaks.into_iter().max().unwrap_or_default() })
}
