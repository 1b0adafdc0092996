//! One pull request after the other: a report of 20 MB, 500 changed lines.

use std::time::{Duration, Instant};

use covermark_bench::stats::{percentile, seconds};

use crate::{reports, town::Town};

/// Pull requests that are measured.
const PULLS: usize = 20;
/// Bytes of the report.
const REPORT: usize = 20 * 1024 * 1024;
/// Files that each pull request changes, and lines that it adds to each.
const FILES: usize = 5;
const ADDED: usize = 100;

/// Measures twice: the report is stored right after the upload was opened, and after the verdicts stand as pending.
pub(crate) async fn measure() -> anyhow::Result<String> {
    let town = Town::new().await?;
    let place = town.repository("acme", FILES).await?;
    let report = reports::lcov(REPORT);
    town.report_main(&place, report.clone()).await?;
    let mut text = format!(
        "A report of {} MB, {} changed lines, GitHub at {} ms, {PULLS} pull requests:\n\n\
         | stored → comment | p50 | p95 | calls after it was stored, p50 |\n|---|---:|---:|---:|\n",
        report.len() / 1_000_000,
        FILES * ADDED,
        crate::town::DISTANCE.as_millis(),
    );
    for (name, at_once) in [("right after the upload was opened", true), ("once the verdicts stand as pending", false)]
    {
        let (mut times, mut calls) = (Vec::new(), Vec::new());
        for number in 0..PULLS {
            let (time, made) = one(&town, &place, &report, number + usize::from(at_once) * PULLS, at_once).await?;
            times.push(time);
            // Counted as times are, so that one function sorts both.
            calls.push(Duration::from_secs(made));
        }
        text.push_str(&format!(
            "| {name} | {} | {} | {} |\n",
            seconds(percentile(&times, 50)),
            seconds(percentile(&times, 95)),
            percentile(&calls, 50).as_secs(),
        ));
    }
    town.running.stop().await;
    Ok(text)
}

async fn one(
    town: &Town,
    place: &crate::town::Place,
    report: &str,
    number: usize,
    at_once: bool,
) -> anyhow::Result<(Duration, u64)> {
    town.github.set_distance(Duration::ZERO);
    let branch = format!("topic-{number}");
    place.repository.branch(&branch, &place.main);
    let changed: Vec<_> = (0..FILES)
        .map(|file| (reports::path(file), reports::source(10, 0) + &reports::source(ADDED, number + 1)))
        .collect();
    let listed: Vec<_> = changed.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let head = place.repository.push(&branch, &listed);
    let pull = place.repository.open_pull_request("Faster", &branch, "main");
    town.told().await?;
    town.go_far();
    let slot = town.open(place, &head, Some(pull.state().number.0)).await?;
    if !at_once {
        town.running.settled().await;
    }
    town.put(&slot, report.to_owned()).await?;
    let (stored, before) = (Instant::now(), town.github.call_count());
    pull.expect_comment().await;
    let time = stored.elapsed();
    town.running.settled().await;
    let made = town.github.call_count() - before;
    town.github.disregard_effects();
    Ok((time, made as u64))
}
