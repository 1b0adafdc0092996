//! The worst day over the whole line: two hundred CI jobs upload for one commit at once through the server's own door, in any
//! order, the server is restarted in the middle, the queue brings messages twice, and GitHub fails every fifth call in every
//! way there is. The end is one comment, one verdict for each context, the right numbers, and no upload lost.
//!
//! Workers that die at any await are in the storm of `feedback` itself, where time can be moved.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use covermark_standin::{Fault, PullRequest};
use covermark_state::{
    jobs::{FeedbackJob, Job as _},
    queue::Queue as _,
    rows::upload::{Upload, UploadState},
};
use covermark_stories::{CiJob, Town, uploaded};
use futures::{StreamExt as _, stream};

/// Jobs, and how many of them upload before the restart.
const JOBS: usize = 200;
const BEFORE: usize = 90;
/// Jobs that talk to the server at the same time.
const AT_ONCE: usize = 32;

/// A small generator that a seed repeats.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// All jobs, in any order.
    fn order(&mut self) -> Vec<usize> {
        let mut order: Vec<_> = (0..JOBS).collect();
        for last in (1..order.len()).rev() {
            order.swap(last, usize::try_from(self.roll(last as u64 + 1)).expect("small"));
        }
        order
    }
}

fn bad_weather(town: &Town, dice: &mut Dice) {
    for _ in 0..1_000 {
        let fault = Fault::on("* /repos/*").after(u32::try_from(dice.roll(9)).expect("small"));
        town.github.inject(match dice.roll(6) {
            0 => fault.answers(502),
            1 => fault.answers(503),
            2 => fault.resets(),
            3 => fault.answers(502).after_the_effect(),
            4 => fault.resets().after_the_effect(),
            _ => fault.secondary_rate_limited(Some(1)),
        });
    }
}

/// These jobs upload; line `n` of the four is covered by every fourth job alone, so who loses jobs shows other numbers.
async fn upload(town: &Town, pull: &PullRequest, jobs: &[usize]) {
    let (commit, number) = (pull.head_sha(), pull.state().number.0);
    let done = AtomicUsize::new(0);
    let one = async |job: &usize| {
        let lines: String = (1..=4).map(|line| format!("DA:{line},{}\n", u8::from(line == job % 4 + 1))).collect();
        let report = format!("TN:job{job}\nSF:src/parser.py\n{lines}end_of_record\n");
        let flag = format!("part-{job}");
        let upload =
            CiJob { commit: &commit, pull: Some(number), flag: &flag, file: "lcov.info", report: report.as_bytes() };
        uploaded(town, &upload).await;
        done.fetch_add(1, Ordering::Relaxed);
    };
    stream::iter(jobs.iter().map(one)).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
    assert_eq!(done.load(Ordering::Relaxed), jobs.len());
}

async fn rows(town: &Town, pull: &PullRequest) -> Vec<Upload> {
    let rooms = &town.running().house.rooms;
    let rows = rooms.table.uploads_of(&town.provider, town.repository(), &pull.head_sha(), rooms.clock.now()).await;
    rows.expect("the table")
}

/// The queue brings every fifth message again.
async fn redeliver(town: &Town, pull: &PullRequest, dice: &mut Dice) -> usize {
    let mut again = 0;
    for row in rows(town, pull).await {
        if dice.roll(5) == 0 {
            let body = FeedbackJob::from(row.key).to_body().expect("a job");
            town.running().house.feedback_queue.send(&body, Duration::ZERO).await.expect("sent");
            again += 1;
        }
    }
    again
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_jobs_at_once_on_the_worst_day_make_one_comment_with_the_right_numbers() {
    let mut town = Town::new().await;
    let pull = town.open_pull_request().await;
    let mut dice = Dice(7);
    let order = dice.order();
    let calls = town.github.call_count();
    bad_weather(&town, &mut dice);
    upload(&town, &pull, &order[..BEFORE]).await;
    town.stop().await;
    town.start().await;
    upload(&town, &pull, &order[BEFORE..]).await;
    let again = redeliver(&town, &pull, &mut dice).await;
    // Longer than elsewhere: what GitHub refused comes again after seconds, and other tests run beside this one.
    let patience = Duration::from_secs(300);
    tokio::time::timeout(patience, town.running().settled()).await.expect("the storm ends");
    eprintln!(
        "{JOBS} uploads, a restart after {BEFORE}, {again} messages brought again, {} calls to GitHub of which every fifth \
         failed",
        town.github.call_count() - calls,
    );

    let comments = pull.comments();
    assert_eq!(comments.len(), 1, "{comments:#?}");
    let body = &comments[0].body;
    assert!(body.contains("All 2 changed lines are covered"), "{body}");
    assert!(body.contains("Project **100 %**") && body.contains(&format!("· {JOBS} uploads ·")), "{body}");
    let mut verdicts: Vec<_> = town.widgets.check_runs(&pull.head_sha()).into_iter().map(|run| run.name).collect();
    verdicts.sort_unstable();
    assert_eq!(verdicts, ["covermark/patch", "covermark/project"]);
    for run in town.widgets.check_runs(&pull.head_sha()) {
        assert_eq!(run.conclusion.as_deref(), Some("success"), "{run:?}");
    }
    let rows = rows(&town, &pull).await;
    assert_eq!(rows.len(), JOBS);
    assert!(rows.iter().all(|row| row.state == UploadState::Processed));
    town.github.calm_down();
    town.github.disregard_effects();
    town.end().await;
}
