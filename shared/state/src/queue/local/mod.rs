//! The queue on a laptop: a folder that survives a crash, with SQS's manners.
//!
//! One file for each message, written, synced and renamed before `send` returns. A message that is received becomes
//! visible again unless it is deleted in time; the times are kept in memory, so after a restart everything that was in
//! work is visible at once. How often it was received is in the file's name, so that a message which kills the process
//! still reaches the dead letters. One process at a time has the folder.

mod files;

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    path::PathBuf,
    pin::pin,
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use covermark_types::{Clock, Timestamp};
use tokio::{sync::Notify, time::Instant};

use self::files::Folder;
use super::{MAX_DELAY, Queue, bounded};
use crate::Error;

/// A message that was received this often and never deleted goes to the dead letters when it is due again.
pub const MAX_RECEIVES: u32 = 5;
/// What is sent for a time at least this far off is an appointment, which nobody who waits for work to end waits for.
const APPOINTMENT: Duration = Duration::from_secs(15);
/// After a failure of the file system a message rests this long.
const REST: Duration = Duration::from_secs(1);

/// A message's id in its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(u64);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for MessageId {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse().map(Self).map_err(|_| Error::unreadable("the message's id", "a whole number is expected"))
    }
}

/// A received message: delete it, or it comes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalMessage {
    /// Its id.
    pub id: MessageId,
    /// What was sent.
    pub body: String,
    /// How often it was received, this time included.
    pub received: u32,
    /// When it was sent.
    pub sent_at: Timestamp,
}

/// A message that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadMessage {
    /// Its id, to replay it.
    pub id: MessageId,
    /// What was sent.
    pub body: String,
    /// When it was sent.
    pub sent_at: Timestamp,
}

/// A durable queue in a folder. Clones share it.
#[derive(Clone)]
pub struct LocalQueue {
    shared: Arc<Shared>,
}

struct Shared {
    folder: Folder,
    clock: Arc<dyn Clock>,
    visibility: Duration,
    state: Mutex<State>,
    wake: Notify,
}

/// Which messages there are, and when each is to be seen. Bodies stay in their files.
#[derive(Default)]
struct State {
    messages: HashMap<MessageId, Entry>,
    order: BTreeSet<(Instant, MessageId)>,
    next: u64,
}

struct Entry {
    due: Instant,
    received: u32,
    /// Sent for a later time, and that has not come yet.
    appointment: bool,
}

impl State {
    fn insert(&mut self, id: MessageId, entry: Entry) {
        self.order.insert((entry.due, id));
        self.messages.insert(id, entry);
    }

    fn remove(&mut self, id: MessageId) -> Option<Entry> {
        let entry = self.messages.remove(&id)?;
        self.order.remove(&(entry.due, id));
        Some(entry)
    }

    fn move_to(&mut self, id: MessageId, due: Instant) {
        if let Some(entry) = self.messages.get_mut(&id) {
            self.order.remove(&(entry.due, id));
            entry.due = due;
            self.order.insert((due, id));
        }
    }

    fn first(&self) -> Option<(Instant, MessageId)> {
        self.order.first().copied()
    }
}

impl LocalQueue {
    /// Opens the queue in `folder`, making it if need be. A received message stays invisible for `visibility`.
    ///
    /// # Errors
    /// When the folder cannot be made or read, or another process has it.
    pub fn open(folder: impl Into<PathBuf>, clock: Arc<dyn Clock>, visibility: Duration) -> Result<Self, Error> {
        let folder = Folder::open(folder.into())?;
        let now = (Instant::now(), clock.now());
        let mut state = State { next: folder.highest()?.map_or(1, |id| id.0 + 1), ..State::default() };
        for stored in folder.stored()? {
            let wait = Duration::try_from(now.1.duration_until(stored.due_at)).unwrap_or_default();
            // A clock that was set back must not hide a message for years.
            let due = now.0 + wait.min(MAX_DELAY);
            let appointment = wait >= APPOINTMENT && stored.received == 0;
            state.insert(stored.id, Entry { due, received: stored.received, appointment });
        }
        let shared = Shared { folder, clock, visibility, state: Mutex::new(state), wake: Notify::new() };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Waits until a message is due and takes it. Any number of tasks may wait; each message goes to one.
    ///
    /// # Errors
    /// When the folder cannot be read or written; the message concerned rests for a second.
    pub async fn next(&self) -> Result<LocalMessage, Error> {
        loop {
            let mut woken = pin!(self.shared.wake.notified());
            // Enlisted before the look: a message that is sent between the look and the wait wakes us all the same.
            woken.as_mut().enable();
            if let Some(message) = self.receive(1)?.pop() {
                return Ok(message);
            }
            let first = self.state().first();
            match first {
                None => woken.await,
                Some((due, _)) => tokio::select! {
                    () = woken => {}
                    () = tokio::time::sleep_until(due) => {}
                },
            }
        }
    }

    /// Takes up to `max` messages that are due, without waiting.
    ///
    /// # Errors
    /// When the folder cannot be read or written; the message concerned rests for a second.
    pub fn receive(&self, max: usize) -> Result<Vec<LocalMessage>, Error> {
        let mut taken = Vec::new();
        let now = Instant::now();
        let mut state = self.state();
        while taken.len() < max {
            let Some((_, id)) = state.first().filter(|(due, _)| *due <= now) else { break };
            match self.take(&mut state, id, now) {
                Ok(message) => taken.extend(message),
                // What was taken before is handed out; the failure shows again when it is the first.
                Err(_) if !taken.is_empty() => break,
                Err(error) => return Err(error),
            }
        }
        Ok(taken)
    }

    /// Takes one message, or buries it (`None`). Under the lock: a rename and a small read of a warm file.
    fn take(&self, state: &mut State, id: MessageId, now: Instant) -> Result<Option<LocalMessage>, Error> {
        // First of all, so that whatever fails below cannot make a busy loop.
        state.move_to(id, now + REST);
        let received = state.messages.get(&id).map_or(0, |entry| entry.received);
        let body = if received < MAX_RECEIVES { self.shared.folder.receive(id, received)? } else { None };
        let Some(stored) = body else {
            tracing::warn!(message = %id, received, "a queue message goes to the dead letters");
            self.shared.folder.bury(id, received)?;
            state.remove(id);
            return Ok(None);
        };
        if let Some(entry) = state.messages.get_mut(&id) {
            entry.received = received + 1;
            entry.appointment = false;
        }
        state.move_to(id, now + self.shared.visibility);
        Ok(Some(LocalMessage { id, body: stored.body, received: received + 1, sent_at: stored.sent_at }))
    }

    /// Deletes a message: its work is done. A message that is gone already is no error.
    ///
    /// # Errors
    /// When its file cannot be removed; it will come again.
    pub fn delete(&self, id: MessageId) -> Result<(), Error> {
        let mut state = self.state();
        let Some(entry) = state.messages.get(&id) else { return Ok(()) };
        self.shared.folder.delete(id, entry.received)?;
        state.remove(id);
        self.shared.wake.notify_waiters();
        Ok(())
    }

    /// Waits until no message is in work and none waits but for a time that is far off.
    pub async fn drained(&self) {
        loop {
            let mut woken = pin!(self.shared.wake.notified());
            woken.as_mut().enable();
            if self.unsettled() == 0 {
                return;
            }
            woken.await;
        }
    }

    /// Makes a received message come again after `after` and not before; until a restart, that is.
    pub fn retry_after(&self, id: MessageId, after: Duration) {
        self.state().move_to(id, Instant::now() + after);
        self.shared.wake.notify_waiters();
    }

    /// How many messages are in work or wait, those aside that were sent for a time that is far off.
    #[must_use]
    pub fn unsettled(&self) -> usize {
        self.state().messages.values().filter(|entry| !entry.appointment).count()
    }

    /// How many messages wait or are in work.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.state().messages.len()
    }

    /// The oldest `limit` dead letters.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn list_dead(&self, limit: usize) -> Result<Vec<DeadMessage>, Error> {
        self.shared.folder.dead(limit)
    }

    /// Takes a dead letter away for good; one that is gone already is no error.
    ///
    /// # Errors
    /// When its file cannot be removed.
    pub fn forget_dead(&self, id: MessageId) -> Result<(), Error> {
        self.shared.folder.forget_dead(id)
    }

    /// Gives a dead letter a new life: due at once, never received. `false` when there is no such letter.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn replay(&self, id: MessageId) -> Result<bool, Error> {
        let mut state = self.state();
        if !self.shared.folder.raise(id)? {
            return Ok(false);
        }
        state.insert(id, Entry { due: Instant::now(), received: 0, appointment: false });
        drop(state);
        self.shared.wake.notify_waiters();
        Ok(true)
    }

    /// The maps are whole at every await-free step, so a panic elsewhere does not spoil them.
    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Queue for LocalQueue {
    async fn send(&self, body: &str, delay: Duration) -> Result<(), Error> {
        bounded(body)?;
        let delay = delay.min(MAX_DELAY);
        let id = {
            let mut state = self.state();
            state.next += 1;
            MessageId(state.next - 1)
        };
        let due = Instant::now() + delay;
        let sent_at = self.shared.clock.now();
        let stored = files::Stored { id, received: 0, body: body.to_owned(), sent_at, due_at: sent_at + delay };
        let queue = self.clone();
        // Syncing takes milliseconds; the reactor has other things to do. A caller that gives up meanwhile does not
        // stop it, so the message is made known there too and not after the wait.
        let written = tokio::task::spawn_blocking(move || {
            queue.shared.folder.write(&stored)?;
            queue.state().insert(id, Entry { due, received: 0, appointment: delay >= APPOINTMENT });
            queue.shared.wake.notify_waiters();
            Ok(())
        });
        written.await.map_err(|error| Error::Unavailable { what: "the queue's folder", source: error.into() })?
    }
}

#[cfg(test)]
mod tests;
