//! A thousand pull requests at once, of twenty organisations.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::ensure;
use covermark_bench::{
    process::own_processor,
    stats::{percentile, seconds},
};
use covermark_standin::PullRequest;
use covermark_types::{Clock as _, CommitSha, SystemClock, Timestamp};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::{
    reports,
    town::{Place, Town},
};

const OWNERS: usize = 20;
const PULLS: usize = 50;
/// Bytes of each report.
const REPORT: usize = 200 * 1024;
/// CI jobs that upload at the same time.
const CLIENTS: usize = 64;

/// One job's upload.
struct Job {
    place: Arc<Place>,
    head: CommitSha,
    pull: PullRequest,
}

/// All upload as fast as they can; it ends with the last verdict.
pub(crate) async fn measure() -> anyhow::Result<String> {
    let town = Town::new().await?;
    let report = reports::lcov(REPORT);
    let mut jobs = Vec::new();
    for owner in 0..OWNERS {
        let place = Arc::new(town.repository(&format!("acme-{owner}"), 1).await?);
        town.report_main(&place, report.clone()).await?;
        for number in 0..PULLS {
            let branch = format!("topic-{number}");
            place.repository.branch(&branch, &place.main);
            let text = reports::source(10, 0) + &reports::source(50, number + 1);
            let head = place.repository.push(&branch, &[(&*reports::path(0), &*text)]);
            let pull = place.repository.open_pull_request("Faster", &branch, "main");
            jobs.push(Job { place: place.clone(), head, pull });
        }
        town.told().await?;
    }
    town.github.disregard_effects();
    town.go_far();
    let (start, before, calls) = (Instant::now(), own_processor()?, town.github.call_count());
    let upload = async |job: &Job| {
        let slot = town.open(&job.place, &job.head, Some(job.pull.state().number.0)).await?;
        town.put(&slot, report.clone()).await?;
        anyhow::Ok(SystemClock.now())
    };
    let stored: Vec<Timestamp> = stream::iter(jobs.iter().map(upload)).buffered(CLIENTS).try_collect().await?;
    let uploaded = start.elapsed();
    town.running.settled().await;
    let (all, spent) = (start.elapsed(), own_processor()?.saturating_sub(before));
    let made = town.github.call_count() - calls;
    let mut waits = Vec::new();
    for (job, stored) in jobs.iter().zip(stored) {
        let comments = job.pull.comments();
        ensure!(comments.len() == 1, "{} comments on one pull request", comments.len());
        waits.push(comments[0].created_at.duration_since(stored).try_into().unwrap_or_default());
    }
    let verdicts: usize = jobs.iter().map(|job| job.place.repository.check_runs(&job.head).len()).sum();
    let text = summary((uploaded, all, spent), &waits, verdicts, made);
    town.github.disregard_effects();
    town.running.stop().await;
    Ok(text)
}

fn summary(
    (uploaded, all, spent): (Duration, Duration, Duration),
    waits: &[Duration],
    verdicts: usize,
    made: usize,
) -> String {
    let pulls = waits.len();
    format!(
        "{pulls} pull requests of {OWNERS} organisations, {} kB each, uploaded within {}; GitHub at {} ms:\n\n\
         | comments | check runs | all done after | a comment's wait, p50 | p99 | processor, everything | calls each |\n\
         |---:|---:|---:|---:|---:|---:|---:|\n\
         | {pulls} | {verdicts} | {} | {} | {} | {} | {:.1} |\n",
        REPORT / 1024,
        seconds(uploaded),
        crate::town::DISTANCE.as_millis(),
        seconds(all),
        seconds(percentile(waits, 50)),
        seconds(percentile(waits, 99)),
        seconds(spent),
        made as f64 / pulls as f64,
    )
}
