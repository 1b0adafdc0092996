//! Start-up, latency and memory of every deployed function, and of Probot's Lambda adapter beside them, under a fake
//! Runtime API on loopback. Run it with `tests/bench/run`, which builds what is measured; it prints a Markdown table.
//!
//! The figures are those of this machine. What carries over to Lambda is the order and the ratio, since both sides run
//! in the same run, with the same event, under the same fake.

mod measure;
mod runtime_api;
mod subject;
mod table;

use std::{fs, io::Write as _, path::PathBuf};

use anyhow::Context as _;
use covermark_bench::{
    aws::Aws,
    events::WEBHOOK_SECRET,
    surroundings::{app_document, environment},
};
use serde_json::json;

use crate::{measure::Surroundings, table::Line};

/// How often each of our functions is started.
const STARTS: usize = 50;
/// Node takes hundreds of milliseconds, so that fewer starts tell as much.
const STARTS_OF_NODE: usize = 10;

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::read()?;
    fs::create_dir_all(&arguments.logs)?;
    let key = fs::read_to_string(&arguments.key).context("no private key; tests/bench/run makes one")?;
    let aws = Aws { app: app_document(&key), webhook: json!({"secrets": [WEBHOOK_SECRET]}).to_string() }.start()?;
    let around = Surroundings { environment: environment(aws, &key), logs: arguments.logs };

    let mut subjects = subject::ours(&arguments.functions, STARTS);
    subjects.push(subject::probot(&arguments.script, &arguments.modules, STARTS_OF_NODE));
    if !arguments.only.is_empty() {
        subjects.retain(|subject| arguments.only.contains(&subject.name));
    }
    let mut lines = Vec::new();
    for subject in subjects {
        writeln!(std::io::stderr(), "measuring {}", subject.name)?;
        let figures = measure::measure(&subject, &around)?;
        let size = table::size(&subject.artefact)?;
        lines.push(Line { name: subject.name, figures, size });
    }
    std::io::stdout().write_all(table::render(&lines).as_bytes())?;
    Ok(())
}

struct Arguments {
    functions: PathBuf,
    script: PathBuf,
    modules: PathBuf,
    key: PathBuf,
    logs: PathBuf,
    /// Names of the lines to measure; empty means all.
    only: Vec<String>,
}

impl Arguments {
    fn read() -> anyhow::Result<Self> {
        let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
        let mut next = || arguments.next().context("run tests/bench/run, which knows the arguments");
        let (functions, script, modules, key, logs) = (next()?, next()?, next()?, next()?, next()?);
        let only = arguments.map(|name| name.to_string_lossy().into_owned()).collect();
        Ok(Self { functions, script, modules, key, logs, only })
    }
}
