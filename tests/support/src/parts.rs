//! The arguments that functions take, as tests want them.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU8, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use covermark_state::{Error, queue::Queue, vault::Vault};
use covermark_types::{Clock, Random, Secret, Timestamp};

/// A clock that moves when it is told to.
pub struct StoppedClock(AtomicI64);

impl Default for StoppedClock {
    /// Some moment of the year 2026.
    fn default() -> Self {
        Self(AtomicI64::new(1_790_000_000_000))
    }
}

impl StoppedClock {
    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).expect("a short time"), Ordering::SeqCst);
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).expect("a time")
    }
}

/// Fills with 1, then with 2, and so on.
#[derive(Default)]
pub struct CountingRandom(AtomicU8);

impl Random for CountingRandom {
    fn fill(&self, target: &mut [u8]) {
        target.fill(self.0.fetch_add(1, Ordering::SeqCst).wrapping_add(1));
    }
}

/// Remembers what was sent; refuses while it is told to be down.
#[derive(Default)]
pub struct RecordingQueue {
    sent: Mutex<Vec<String>>,
    down: AtomicBool,
}

impl RecordingQueue {
    /// All messages so far, oldest first.
    pub fn sent(&self) -> Vec<String> {
        locked(&self.sent).clone()
    }

    /// Takes all messages off.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *locked(&self.sent))
    }

    /// Whether sending fails from now on.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }
}

#[async_trait]
impl Queue for RecordingQueue {
    async fn send(&self, body: &str, _: Duration) -> Result<(), Error> {
        if self.down.load(Ordering::SeqCst) {
            return Err(Error::Unavailable { what: "the test's queue", source: "told to be down".into() });
        }
        locked(&self.sent).push(body.to_owned());
        Ok(())
    }
}

/// A vault in memory that counts how often it was asked for something; does not answer while it is told to be down.
#[derive(Default)]
pub struct MemoryVault {
    secrets: Mutex<BTreeMap<String, Secret>>,
    reads: AtomicI64,
    down: AtomicBool,
}

impl MemoryVault {
    /// How often it was read.
    pub fn reads(&self) -> i64 {
        self.reads.load(Ordering::SeqCst)
    }

    /// Whether it fails from now on.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    fn answer(&self) -> Result<(), Error> {
        if self.down.load(Ordering::SeqCst) {
            return Err(Error::Unavailable { what: "the test's vault", source: "told to be down".into() });
        }
        Ok(())
    }
}

#[async_trait]
impl Vault for MemoryVault {
    async fn get(&self, name: &str) -> Result<Option<Secret>, Error> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.answer()?;
        Ok(locked(&self.secrets).get(name).cloned())
    }

    async fn put(&self, name: &str, value: &Secret) -> Result<(), Error> {
        self.answer()?;
        locked(&self.secrets).insert(name.to_owned(), value.clone());
        Ok(())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
