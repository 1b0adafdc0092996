//! The state is level with GitHub's, whatever became of the webhooks: random histories of two organisations, told by
//! deliveries that are doubled, shuffled and lost, worked on in any order while GitHub fails now and then.

#[path = "level/checks.rs"]
mod checks;
#[path = "level/history.rs"]
mod history;
#[path = "level/house.rs"]
mod house;

use std::{
    io::Write as _,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use history::{History, Step};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use tokio::runtime::Runtime;

use crate::{checks::Differences, house::House};

/// How many histories are played; more with COVERMARK_HISTORIES.
const HISTORIES: u32 = 40;

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"));

/// What was played in all.
#[derive(Default)]
struct Totals {
    steps: AtomicU64,
    deliveries: AtomicU64,
    lost: AtomicU64,
    doubled: AtomicU64,
    faults: AtomicU64,
    jobs: AtomicU64,
    retried: AtomicU64,
    compared: AtomicU64,
}

impl Totals {
    fn add(&self, house: &House, history: &History, compared: u64) {
        let count = |total: &AtomicU64, number: u64| total.fetch_add(number, Ordering::Relaxed);
        count(&self.steps, history.steps);
        count(&self.deliveries, house.counts.deliveries);
        count(&self.lost, house.counts.lost);
        count(&self.doubled, house.counts.doubled);
        count(&self.faults, house.counts.faults);
        count(&self.jobs, house.counts.jobs);
        count(&self.retried, house.counts.retried);
        count(&self.compared, compared);
    }

    fn print(&self, histories: u32, what: &str) {
        let read = |total: &AtomicU64| total.load(Ordering::Relaxed);
        let said = writeln!(
            std::io::stdout(),
            "{what}: {histories} histories, {} steps, {} deliveries ({} doubled, {} lost), {} faults, {} jobs ({} tried \
             again), {} rows compared",
            read(&self.steps),
            read(&self.deliveries),
            read(&self.doubled),
            read(&self.lost),
            read(&self.faults),
            read(&self.jobs),
            read(&self.retried),
            read(&self.compared),
        );
        said.expect("standard output takes a line");
    }
}

fn histories() -> u32 {
    std::env::var("COVERMARK_HISTORIES").ok().and_then(|text| text.parse().ok()).unwrap_or(HISTORIES)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((any::<u8>(), any::<u8>(), any::<u8>()), 8..40)
        .prop_map(|raw| raw.into_iter().map(|(kind, one, other)| Step { kind, one, other }).collect())
}

/// Plays histories, and fails with the shortest one that leaves a difference.
fn play(what: &str, lossy: bool) {
    let totals = Totals::default();
    let config = Config { cases: histories(), failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&steps(), |steps| {
        RUNTIME.block_on(async {
            let (house, history, compared, differences) = one(&steps, lossy).await;
            totals.add(&house, &history, compared);
            prop_assert!(differences.is_empty(), "{differences:#?}\n{:#?}", history.told);
            Ok(())
        })
    });
    totals.print(histories(), what);
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

async fn one(steps: &[Step], lossy: bool) -> (House, History, u64, Vec<String>) {
    let mut house = House::new(steps, lossy).await;
    let mut history = History::new(&house);
    for step in steps {
        history.play(&mut house, *step).await;
    }
    let mut all = Vec::new();
    house.deliver().await;
    house.work_off().await;
    let mut differences = Differences::of(&history);
    if lossy {
        house.github.calm_down();
        house.reconcile().await;
        all.extend(differences.installations(&house).await);
        // Pull requests are too many to be read over and over: those that were lost are asked for again.
        house.redeliver().await;
    }
    all.extend(differences.installations(&house).await);
    all.extend(differences.pulls(&house).await);
    let compared = differences.compared;
    (house, history, compared, all)
}

#[test]
fn when_nothing_was_lost_the_state_is_githubs_without_a_reconciliation() {
    play("nothing lost", false);
}

#[test]
fn whatever_was_lost_one_reconciliation_and_one_look_through_the_deliveries_make_it_level() {
    play("lost", true);
}
