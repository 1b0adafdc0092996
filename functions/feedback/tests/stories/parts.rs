//! A clock that the story moves, and a queue that goes by it.

use std::sync::{Arc, Mutex};

use covermark_state::queue::Queue;
use covermark_types::{Clock, Timestamp};
use jiff::SignedDuration;

pub(crate) struct TestClock(Mutex<Timestamp>);

impl TestClock {
    pub(crate) fn at(time: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new(time.parse().expect("a time"))))
    }

    pub(crate) fn advance(&self, seconds: i64) {
        *self.0.lock().expect("unpoisoned") += SignedDuration::from_secs(seconds);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("unpoisoned")
    }
}

/// A queue whose messages become due by the story's clock.
pub(crate) struct TestQueue {
    clock: Arc<TestClock>,
    waiting: Mutex<Vec<(Timestamp, String)>>,
}

#[async_trait::async_trait]
impl Queue for TestQueue {
    async fn send(&self, body: &str, delay: std::time::Duration) -> Result<(), covermark_state::Error> {
        self.waiting.lock().expect("unpoisoned").push((self.clock.now() + delay, body.to_owned()));
        Ok(())
    }
}

impl TestQueue {
    pub(crate) fn new(clock: Arc<TestClock>) -> Arc<Self> {
        Arc::new(Self { clock, waiting: Mutex::default() })
    }

    /// Takes the messages whose time has come.
    pub(crate) fn due(&self) -> Vec<String> {
        let now = self.clock.now();
        let mut waiting = self.waiting.lock().expect("unpoisoned");
        let (due, later) = waiting.drain(..).partition(|(at, _)| *at <= now);
        *waiting = later;
        due.into_iter().map(|(_, body): (Timestamp, String)| body).collect()
    }
}
