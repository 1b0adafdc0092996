//! How long it takes from a stored report to the comment, with how many calls and how much memory. Run it with
//! `tests/bench/feedback`; it prints Markdown.
//!
//! Everything is real but GitHub, which is the stand-in at a distance of 100 ms, in this process. The figures are those of
//! this machine, with everything on it: the stand-in, the embedded database and the client share its processors.

mod large;
mod many;
mod one;
mod reports;
mod town;

use std::{io::Write as _, path::PathBuf};

use anyhow::{Context as _, bail};

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().context("say what to measure: one, many or large")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let text = match what.as_str() {
        "one" => runtime.block_on(one::measure())?,
        "many" => runtime.block_on(many::measure())?,
        "large" => runtime.block_on(large::measure())?,
        // A process of its own, whose memory is nobody else's.
        "large-child" => {
            let folder = PathBuf::from(arguments.next().context("the data folder")?);
            let commit = arguments.next().context("the commit")?;
            let upload = arguments.next().context("the upload")?;
            runtime.block_on(large::child(&folder, &commit, &upload, arguments.next().context("the repository")?))?
        }
        other => bail!("there is no benchmark {other}"),
    };
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}
