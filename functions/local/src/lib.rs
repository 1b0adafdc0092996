//! Everything in one process: what a person runs on a laptop is what runs on Lambda, the same libraries on embedded
//! parts. Only here do functions meet.

mod blob_store;
mod cli;
mod commands;
mod credentials;
mod database;
mod demo;
mod doctor;
mod house;
mod inspect;
mod prefix;
mod private;
mod reconcile;
mod rooms;
mod serve;
mod upkeep;
mod upload_token;
mod workers;

pub use house::{House, Settings};
pub use rooms::Rooms;
pub use serve::{Running, Start};

use std::{io::Write as _, process::ExitCode};

use clap::Parser as _;
use covermark_service::telemetry;

/// The program: reads the command line, runs the command, says what went wrong in words.
#[must_use]
pub fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    if let cli::Command::Inspect(options) = &cli.command {
        return inspect(options);
    }
    let quiet = matches!(cli.command, cli::Command::Serve(_));
    let level = cli.common.log.as_deref().unwrap_or(if quiet { "info" } else { "error" });
    telemetry::start(telemetry::Format::Text, level);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    match runtime.block_on(commands::run(cli.common, cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

/// Files in, text out: of all commands the one that needs neither logs nor a runtime.
fn inspect(options: &inspect::Options) -> ExitCode {
    let started = std::time::Instant::now();
    let outside = inspect::Outside {
        out: &mut std::io::BufWriter::new(std::io::stdout().lock()),
        err: &mut std::io::stderr().lock(),
        input: &mut std::io::stdin().lock(),
        now: &|| started.elapsed(),
    };
    inspect::run(options, outside)
}

fn fail(error: &anyhow::Error) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "covermark: {error:#}");
    ExitCode::FAILURE
}
