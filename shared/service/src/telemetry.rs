//! Logs: one line an event, JSON on Lambda, text for people. What a line belongs to (a request, a job) is its span, whose
//! fields every line within carries; the README has the table of keys.

use std::io::IsTerminal as _;

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    prelude::*,
};

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line, without a time: CloudWatch has it.
    Json,
    /// For people, on standard error.
    Text,
}

/// Starts logging for the process. `level` is `error`, `warn`, `info`, `debug` or `trace`; anything else means `info`.
/// A second call changes nothing.
pub fn start(format: Format, level: &str) {
    let level: LevelFilter = level.parse().unwrap_or(LevelFilter::INFO);
    // Targets, not an `EnvFilter`: that one brings a regular-expression engine into every cold start. The embedded
    // database warns of every condition that does not hold, which is how conditions work.
    let level = Targets::new().with_default(level).with_target("dynoxide", LevelFilter::ERROR);
    let started = match format {
        Format::Json => {
            let layer =
                fmt::layer().json().flatten_event(true).with_current_span(true).with_span_list(false).without_time();
            tracing_subscriber::registry().with(layer.with_filter(level)).try_init()
        }
        Format::Text => {
            let layer =
                fmt::layer().with_target(false).with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr);
            tracing_subscriber::registry().with(layer.with_filter(level)).try_init()
        }
    };
    if started.is_err() {
        tracing::debug!("logging was already started");
    }
}

/// Starts logging as Lambda's logging controls ask for it.
pub fn start_on_lambda() {
    start(Format::Json, &std::env::var("AWS_LAMBDA_LOG_LEVEL").unwrap_or_default().to_ascii_lowercase());
}
