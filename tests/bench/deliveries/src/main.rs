//! Many deliveries, and a large reconciliation. Run it with `tests/bench/load`, which builds what is measured; it prints
//! Markdown.
//!
//! The figures are those of this machine with everything on it: who sends the deliveries, the stand-in GitHub and the
//! embedded DynamoDB share its processors with what is measured.

mod arguments;
mod feed;
mod instances;
mod ledger;
mod lines;
mod mix;
mod plan;
mod queue;
mod reconcile;
mod rows;
mod webhook;
mod whole;

use std::io::Write as _;

use crate::arguments::{Arguments, What};

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::read()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    for (what, count) in &arguments.wanted {
        let text = match what {
            What::Webhook => runtime.block_on(webhook::measure(&arguments, count.unwrap_or(webhook::DELIVERIES)))?,
            What::Million => runtime.block_on(webhook::million(&arguments, count.unwrap_or(webhook::MILLION)))?,
            What::Whole => runtime.block_on(whole::measure(count.unwrap_or(whole::DELIVERIES)))?,
            What::Reconcile => runtime.block_on(reconcile::measure(&arguments, count.unwrap_or(reconcile::MANY)))?,
        };
        writeln!(std::io::stdout(), "{text}")?;
    }
    Ok(())
}
