//! Whoever works on a commit may die with its lease, and its message need not come again: somebody comes back all the same.

use covermark_feedback::handle;
use covermark_state::jobs::{FeedbackJob, Job as _};
use covermark_types::{Clock as _, Provider};

use crate::{
    house::{House, PATH, job, lcov},
    storm::Mortal,
};

const PATCH: &str = "covermark/patch";

impl House {
    /// A worker takes the head's lease and dies: nobody gives it back, and no message of it comes again.
    async fn a_worker_dies(&self) {
        let name = format!("verdict/gh/{}/{}", self.widgets.state().id, self.head);
        let now = self.clock.now();
        let until = now + std::time::Duration::from_secs(120);
        assert!(self.feedback.table.acquire_lease(&name, "the dead", until, now).await.expect("the table"));
    }

    /// Time passes second by second, and messages come when they are due.
    async fn seconds(&self, seconds: i64) {
        for _ in 0..seconds {
            self.clock.advance(1);
            for body in self.queue.due() {
                handle(&self.feedback, FeedbackJob::from_body(&body).expect("a job")).await.expect("done");
            }
        }
    }

    fn state(&self) -> String {
        self.status(&self.head, PATCH).expect("a status").0
    }
}

#[tokio::test]
async fn a_deadline_that_comes_while_a_worker_dies_is_made_up_for() {
    let house = House::new().await;
    house.widgets.start_suite(&house.head, "github-actions");
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    assert_eq!(house.state(), "pending");
    house.seconds(60 * 60 - 1).await;
    house.a_worker_dies().await;
    house.seconds(2).await;
    assert_eq!(house.state(), "pending");
    house.seconds(130).await;
    assert_eq!(house.state(), "success");
    house.seconds(300).await;
    assert_eq!(house.queue.len(), 0, "and then nobody comes any more");
}

#[tokio::test]
async fn a_timer_that_a_living_worker_overlooks_is_taken_along() {
    // The worker has decided to wait and armed nothing, since the timer was still to come; then the timer comes.
    for polls in (1..400).step_by(3) {
        let house = House::new().await;
        house.widgets.start_suite(&house.head, "github-actions");
        house.report("unit", lcov(PATH, 14, |_| true)).await;
        house.seconds(60 * 60 - 1).await;
        let hint = FeedbackJob::Wake {
            provider: Provider::github(),
            repository: house.widgets.state().id,
            commit: house.head.clone(),
            at: None,
        };
        let mut worker = Box::pin(handle(&house.feedback, hint));
        let begun = (Mortal { work: Box::pin(worker.as_mut()), polls }).await;
        house.seconds(2).await;
        let finished = begun.is_some();
        match begun {
            Some(done) => done.expect("done"),
            None => worker.await.expect("done"),
        }
        house.seconds(300).await;
        assert_eq!(house.state(), "success", "after {polls} polls");
        if finished {
            assert!(polls > 5, "a look at CI waits more often than that");
            return;
        }
    }
    panic!("a look at CI is polled more than 400 times");
}

#[tokio::test]
async fn a_report_that_came_after_the_verdict_and_was_left_to_a_dying_worker_counts() {
    let house = House::new().await;
    house.report("unit", lcov(PATH, 14, |line| line != 12)).await;
    assert!(house.comment().contains("3 of 4"), "{}", house.comment());
    house.a_worker_dies().await;
    let late = house.open(&house.head, "e2e", true).await;
    house.store(&late, lcov(PATH, 14, |_| true)).await;
    house.handle(&late).await.expect("taken along");
    house.seconds(130).await;
    assert!(house.comment().contains("All 4 changed lines are covered"), "{}", house.comment());
    assert_eq!(house.queue.len(), 0);
}

#[tokio::test]
async fn wherever_a_worker_dies_that_no_queue_repeats_the_reports_left_to_it_are_shown() {
    for polls in (1..400).step_by(3) {
        let house = House::new().await;
        let (one, two) = (house.open(&house.head, "one", true).await, house.open(&house.head, "two", true).await);
        house.store(&one, lcov(PATH, 14, |line| line <= 12)).await;
        house.store(&two, lcov(PATH, 14, |_| true)).await;
        let finished = (Mortal { work: Box::pin(handle(&house.feedback, job(&one))), polls }).await;
        house.handle(&two).await.expect("taken along, or done");
        house.seconds(200).await;
        assert!(house.comment().contains("All 4 changed lines are covered"), "{polls}: {}", house.comment());
        assert_eq!(house.state(), "success", "after {polls} polls");
        if finished.is_some() {
            assert!(polls > 20, "a run waits more often than that");
            return;
        }
    }
    panic!("a run is polled more than 400 times");
}
