//! `covermark credentials check`: the checks of the set-up page, on what is stored.

use anyhow::bail;
use covermark_setup::{Check, Outcome, Subject, check};

use super::{options, public_url};
use crate::{commands::say, rooms::Rooms};

pub(super) async fn run(rooms: &Rooms, options: &options::Check) -> anyhow::Result<()> {
    let provider = &options.of.provider;
    let app = rooms.apps.credentials(provider).await?;
    let http = rooms.apps.http_of(provider).await?;
    let public_url = public_url(options.reached.public_url.as_ref());
    let report =
        check(&Subject { provider, app: &app, public_url: &public_url, http, clock: rooms.clock.clone() }).await;
    for line in report.checks.iter().flat_map(lines) {
        say(&line);
    }
    if !report.is_complete() {
        bail!("not everything is as it should be (see above)");
    }
    Ok(())
}

/// One answer: a word, what was seen, and below it what to do.
pub(super) fn lines(check: &Check) -> Vec<String> {
    let word = match check.outcome {
        Outcome::Good => "good",
        Outcome::Less => "less",
        Outcome::Lacks => "lacks",
        Outcome::Bad => "bad",
        Outcome::Waiting => "waiting",
        Outcome::Skipped => "skipped",
    };
    let mut lines = vec![format!("{word:8} {}: {}", check.name, check.seen)];
    let more = std::iter::once(&check.advice).chain(&check.items).filter(|text| !text.is_empty());
    lines.extend(more.map(|text| format!("{:8} {text}", "")));
    lines.extend(check.link.iter().map(|link| format!("{:8} {link}", "")));
    lines
}
