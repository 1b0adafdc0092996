//! What became of every delivery: the answers that its sender got, and the jobs that were made of it.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use anyhow::ensure;

use crate::{
    mix::{Cost, kind_of},
    plan::copies,
};

/// One delivery's counts.
#[derive(Default)]
struct Entry {
    queued: AtomicU8,
    known: AtomicU8,
    nothing: AtomicU8,
    jobs: AtomicU8,
}

/// The counts of all.
pub(crate) struct Ledger {
    entries: Vec<Entry>,
    strange: AtomicUsize,
}

impl Ledger {
    pub(crate) fn new(deliveries: usize) -> Self {
        Self { entries: (0..deliveries).map(|_| Entry::default()).collect(), strange: AtomicUsize::new(0) }
    }

    /// The answer to one copy.
    pub(crate) fn answered(&self, index: usize, status: u16, body: &str) {
        let Some(entry) = self.entries.get(index) else { return self.is_strange() };
        let count = match (status, body) {
            (202, "queued") => &entry.queued,
            (202, "already known") => &entry.known,
            (202, "nothing to do") => &entry.nothing,
            _ => return self.is_strange(),
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// A job was made of it.
    pub(crate) fn job(&self, index: Option<usize>) {
        match index.and_then(|index| self.entries.get(index)) {
            Some(entry) => drop(entry.jobs.fetch_add(1, Ordering::Relaxed)),
            None => self.is_strange(),
        }
    }

    fn is_strange(&self) {
        self.strange.fetch_add(1, Ordering::Relaxed);
    }

    /// The deliveries that cost a row.
    pub(crate) fn rows(&self) -> impl Iterator<Item = usize> + use<> {
        (0..self.entries.len()).filter(|index| kind_of(*index).cost == Cost::Row)
    }

    /// What must be true of every single delivery: taken in once, its other copies known, or nothing to do for all of
    /// them. `jobs`: whether messages were counted too.
    pub(crate) fn verify(&self, jobs: bool) -> anyhow::Result<()> {
        let strange = self.strange.load(Ordering::Relaxed);
        ensure!(strange == 0, "{strange} answers or messages were none that should be");
        for (index, entry) in self.entries.iter().enumerate() {
            let [queued, known, nothing, made] = [&entry.queued, &entry.known, &entry.nothing, &entry.jobs]
                .map(|count| usize::from(count.load(Ordering::Relaxed)));
            let (copies, row) = (copies(index), kind_of(index).cost == Cost::Row);
            let expected = if row { (1, copies - 1, 0) } else { (0, 0, copies) };
            ensure!(
                (queued, known, nothing) == expected && (!jobs || made == usize::from(row)),
                "delivery {index} ({}) of {copies} copies: {queued} queued, {known} known, {nothing} nothing to do, \
                 {made} jobs",
                kind_of(index).event
            );
        }
        Ok(())
    }
}
