//! The worst day: two hundred uploads at once, in any order, some told twice, workers that die anywhere, a GitHub that fails
//! every fifth call. The end is one comment, one verdict for each context, the right numbers, and no upload lost.
//!
//! The queue here has SQS's manners: what was taken and not deleted comes again.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use covermark_feedback::handle;
use covermark_standin::Fault;
use covermark_state::{
    jobs::{FeedbackJob, Job as _},
    queue::Queue as _,
    rows::upload::UploadState,
};
use covermark_types::{Clock as _, Fault as _, FaultClass, Provider};

use crate::house::{House, PATH, job, lcov};

/// A small generator that a seed repeats.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// A worker that dies after so many polls: its future is dropped wherever it waits then.
pub(crate) struct Mortal<F> {
    pub(crate) work: Pin<Box<F>>,
    pub(crate) polls: u64,
}

impl<F: Future> Future for Mortal<F> {
    type Output = Option<F::Output>;
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        self.polls -= 1;
        self.work.as_mut().poll(context).map(Some)
    }
}

/// How long a taken message stays unseen when its worker died.
const VISIBILITY: u64 = 130;

#[derive(Default)]
struct Tally {
    handled: AtomicUsize,
    died: AtomicUsize,
    failed: AtomicUsize,
}

struct Storm {
    house: Arc<House>,
    dice: Arc<Mutex<Dice>>,
    tally: Arc<Tally>,
    deaths: bool,
}

impl Storm {
    fn roll(&self, sides: u64) -> u64 {
        self.dice.lock().expect("unpoisoned").roll(sides)
    }

    /// One message, by a worker who may die.
    async fn work(&self, body: String) {
        let message = FeedbackJob::from_body(&body).expect("a job");
        // A whole run is polled some forty times, and most jobs are taken along after ten; every third worker dies on its way.
        let polls = if self.deaths && self.roll(3) == 0 { 1 + self.roll(30) } else { u64::MAX };
        let work = Box::pin(handle(&self.house.feedback, message));
        self.tally.handled.fetch_add(1, Ordering::Relaxed);
        let again = match (Mortal { work, polls }).await {
            Some(Ok(())) => return,
            None => {
                self.tally.died.fetch_add(1, Ordering::Relaxed);
                VISIBILITY
            }
            Some(Err(error)) => {
                self.tally.failed.fetch_add(1, Ordering::Relaxed);
                match error.class() {
                    FaultClass::Retry(after) => after.map_or(2, |after| after.as_secs().max(1)),
                    class => panic!("{class:?}: {error}"),
                }
            }
        };
        self.house.queue.send(&body, std::time::Duration::from_secs(again)).await.expect("sent");
    }

    /// Four workers at a time, until no message is left.
    async fn rage(&self) {
        for _ in 0..3_000 {
            let mut due = self.house.queue.due();
            if due.is_empty() && self.house.queue.len() == 0 {
                return;
            }
            while !due.is_empty() {
                let hands = due.split_off(due.len().saturating_sub(4));
                futures::future::join_all(hands.into_iter().map(|body| self.work(body))).await;
            }
            self.house.clock.advance(1);
        }
        panic!("the storm never ends: {} messages are left", self.house.queue.len());
    }
}

/// Every fifth call to GitHub fails, in all the ways that there are.
fn bad_weather(house: &House, dice: &mut Dice) {
    for _ in 0..2_000 {
        let fault = Fault::on("* /repos/*").after(u32::try_from(dice.roll(9)).expect("small"));
        house.github.inject(match dice.roll(6) {
            0 => fault.answers(502),
            1 => fault.answers(503),
            2 => fault.resets(),
            3 => fault.answers(502).after_the_effect(),
            4 => fault.resets().after_the_effect(),
            _ => fault.secondary_rate_limited(Some(1)),
        });
    }
}

async fn storm(seed: u64, uploads: u32, deaths: bool, weather: bool) -> (Arc<House>, Arc<Tally>) {
    let house = Arc::new(House::new().await);
    let mut dice = Dice(seed);
    let mut messages = Vec::new();
    for n in 0..uploads {
        let key = house.open(&house.head, &format!("part {n:03}"), true).await;
        // Line `n` is covered by some uploads alone: who loses one shows another number.
        house.store(&key, lcov(PATH, 14, move |line| line == n % 14 + 1)).await;
        let body = job(&key).to_body().expect("a body");
        if dice.roll(5) == 0 {
            messages.push(body.clone());
        }
        messages.push(body);
    }
    for last in (1..messages.len()).rev() {
        messages.swap(last, usize::try_from(dice.roll(last as u64 + 1)).expect("small"));
    }
    for body in &messages {
        house.queue.send(body, std::time::Duration::ZERO).await.expect("sent");
    }
    if weather {
        bad_weather(&house, &mut dice);
    }
    let tally = Arc::new(Tally::default());
    let storm = Storm { house: house.clone(), dice: Arc::new(Mutex::new(dice)), tally: tally.clone(), deaths };
    storm.rage().await;
    let handled = tally.handled.load(Ordering::Relaxed);
    eprintln!(
        "seed {seed}: {uploads} uploads, {} messages sent, {handled} handled, {} died, {} failed, {} calls to GitHub",
        messages.len(),
        tally.died.load(Ordering::Relaxed),
        tally.failed.load(Ordering::Relaxed),
        house.github.call_count(),
    );
    (house, tally)
}

async fn all_is_well(house: &House, uploads: u32) {
    let comment = house.comment();
    assert!(comment.contains("### ✅ All 4 changed lines are covered"), "{comment}");
    assert!(comment.contains("Project **100 %**"), "{comment}");
    assert!(comment.contains(&format!("· {uploads} uploads")), "{comment}");
    for context in ["covermark/project", "covermark/patch"] {
        let (state, text) = house.status(&house.head, context).expect("a status");
        assert_eq!(state, "success", "{context}: {text}");
    }
    let (provider, id) = (Provider::github(), house.widgets.state().id);
    let rows = house.feedback.table.uploads_of(&provider, id, &house.head, house.clock.now()).await.expect("the table");
    assert_eq!(rows.len(), uploads as usize);
    assert!(rows.iter().all(|row| row.state == UploadState::Processed));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_uploads_at_once_cost_two_hundred_jobs_and_a_few_runs() {
    let (house, tally) = storm(1, 200, false, false).await;
    all_is_well(&house, 200).await;
    let handled = tally.handled.load(Ordering::Relaxed);
    // Two hundred, those that were told twice, and what the runs asked for themselves.
    assert!(handled <= 300, "{handled} messages were handled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_uploads_on_the_worst_day_end_as_on_the_best() {
    let (house, tally) = storm(2, 200, true, true).await;
    all_is_well(&house, 200).await;
    assert!(tally.died.load(Ordering::Relaxed) >= 10, "workers died");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn small_storms_of_many_kinds_end_well_too() {
    for seed in 10..14 {
        let uploads = 3 + u32::try_from(seed).expect("small");
        let (house, _) = storm(seed, uploads.max(14), true, true).await;
        all_is_well(&house, uploads.max(14)).await;
    }
}

#[tokio::test]
async fn a_worker_that_dies_at_any_point_leaves_nothing_doubled_and_nothing_lost() {
    let house = House::new().await;
    let key = house.open(&house.head, "part", true).await;
    house.store(&key, lcov(PATH, 14, |_| true)).await;
    let mut uploads = 1;
    house.handle(&key).await.expect("feedback");
    for polls in 1..400 {
        let key = house.open(&house.head, "part", true).await;
        house.store(&key, lcov(PATH, 14, |_| true)).await;
        uploads += 1;
        let finished = (Mortal { work: Box::pin(handle(&house.feedback, job(&key))), polls }).await;
        // The lease of the dead one runs out, its message comes again.
        house.clock.advance(130);
        house.handle(&key).await.expect("feedback");
        assert_eq!(house.pull.comments().len(), 1, "after {polls} polls");
        if finished.is_some() {
            eprintln!("a run is polled {polls} times");
            break;
        }
    }
    house.drain().await;
    assert!(uploads > 20, "a run waits more often than that");
    assert!(house.comment().contains(&format!("· {uploads} uploads")), "{}", house.comment());
}

#[tokio::test]
async fn a_first_run_that_dies_at_any_point_comments_once_when_it_comes_again() {
    let house = House::new().await;
    for polls in 1..400 {
        // Each on a pull request of its own: only the first run makes a comment.
        let branch = format!("topic-{polls}");
        house.widgets.branch(&branch, &house.main);
        let head = house.widgets.push(&branch, &[(PATH, crate::house::source(14))]);
        let pull = house.widgets.open_pull_request("Again", &branch, "main");
        let key = house.open_for(&head, "part", Some(pull.state().number)).await;
        house.store(&key, lcov(PATH, 14, |_| true)).await;
        let finished = (Mortal { work: Box::pin(handle(&house.feedback, job(&key))), polls }).await;
        house.clock.advance(130);
        house.handle(&key).await.expect("feedback");
        assert_eq!(pull.comments().len(), 1, "after {polls} polls");
        let contexts = house.widgets.statuses(&head).len();
        assert_eq!(contexts, 2, "after {polls} polls");
        if finished.is_some() {
            eprintln!("a first run is polled {polls} times");
            return;
        }
    }
    panic!("a run is polled more than 400 times");
}
