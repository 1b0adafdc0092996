//! The local queue's files. `messages/{id}.{received}.json`, `dead/{id}.json`, `draft/{id}.json`, `lock`.
//!
//! A name tells all that a restart must know fast; the content is read when the message is.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use covermark_types::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DeadMessage, MessageId};
use crate::Error;

/// A message as its file has it.
pub(super) struct Stored {
    pub(super) id: MessageId,
    pub(super) received: u32,
    pub(super) body: String,
    pub(super) sent_at: Timestamp,
    pub(super) due_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Content {
    v: u32,
    sent_at: Timestamp,
    due_at: Timestamp,
    body: String,
}

/// The queue's folder, locked for this process.
pub(super) struct Folder {
    root: PathBuf,
    /// Held for its lock, which the system lifts when the process ends, however it ends.
    _lock: File,
}

fn failed(error: std::io::Error) -> Error {
    Error::io("the queue's folder", error)
}

impl Folder {
    pub(super) fn open(root: PathBuf) -> Result<Self, Error> {
        for part in ["messages", "dead", "draft"] {
            fs::create_dir_all(root.join(part)).map_err(failed)?;
        }
        let lock = File::create(root.join("lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(Error::InUse { path: root.display().to_string() }),
            Err(fs::TryLockError::Error(error)) => return Err(failed(error)),
        }
        // Drafts are messages whose sender was never told that they are safe.
        for entry in names(&root.join("draft"))? {
            fs::remove_file(root.join("draft").join(entry)).map_err(failed)?;
        }
        Ok(Self { root, _lock: lock })
    }

    fn message(&self, id: MessageId, received: u32) -> PathBuf {
        self.root.join("messages").join(format!("{:020}.{received}.json", id.0))
    }

    fn dead_letter(&self, id: MessageId) -> PathBuf {
        self.root.join("dead").join(format!("{:020}.json", id.0))
    }

    /// The greatest id in use, dead letters included.
    pub(super) fn highest(&self) -> Result<Option<MessageId>, Error> {
        let dead = names(&self.root.join("dead"))?;
        let messages = names(&self.root.join("messages"))?;
        Ok(messages.iter().chain(&dead).filter_map(|name| id_of(name)).max())
    }

    /// All messages, without their bodies. One that cannot be read is due at once, and is buried when its turn comes.
    pub(super) fn stored(&self) -> Result<Vec<Stored>, Error> {
        let mut found = Vec::new();
        for name in names(&self.root.join("messages"))? {
            let (Some(id), Some(received)) = (id_of(&name), received_of(&name)) else { continue };
            let content = read(&self.root.join("messages").join(&name)).map_err(failed)?;
            let due_at = content.map_or(Timestamp::UNIX_EPOCH, |content| content.due_at);
            found.push(Stored { id, received, body: String::new(), sent_at: Timestamp::UNIX_EPOCH, due_at });
        }
        Ok(found)
    }

    /// Writes a new message so that it is there whole or not at all, also after a power cut.
    pub(super) fn write(&self, stored: &Stored) -> Result<(), Error> {
        let Stored { id, sent_at, due_at, body, .. } = stored;
        let content = Content { v: 1, sent_at: *sent_at, due_at: *due_at, body: body.clone() };
        let text = serde_json::to_vec(&content).map_err(|error| failed(error.into()))?;
        let draft = self.root.join("draft").join(format!("{:020}.json", id.0));
        let written = (|| {
            let mut file = File::create(&draft)?;
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&draft, self.message(*id, 0))?;
            File::open(self.root.join("messages"))?.sync_all()
        })();
        written.map_err(failed)
    }

    /// Counts one more receive in the file's name and reads it; `None` when it is gone or no message.
    pub(super) fn receive(&self, id: MessageId, received: u32) -> Result<Option<Stored>, Error> {
        let path = self.message(id, received + 1);
        match fs::rename(self.message(id, received), &path) {
            // Renamed by a former try that failed later on.
            Err(error) if error.kind() == ErrorKind::NotFound && path.exists() => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            other => other.map_err(failed)?,
        }
        let Some(content) = read(&path).map_err(failed)? else {
            // It goes to the dead letters under the name that it had.
            fs::rename(&path, self.message(id, received)).map_err(failed)?;
            return Ok(None);
        };
        let Content { sent_at, due_at, body, .. } = content;
        Ok(Some(Stored { id, received: received + 1, body, sent_at, due_at }))
    }

    pub(super) fn bury(&self, id: MessageId, received: u32) -> Result<(), Error> {
        found(fs::rename(self.message(id, received), self.dead_letter(id))).map(|_| ())
    }

    /// Makes a dead letter a message again; `false` when there is none.
    pub(super) fn raise(&self, id: MessageId) -> Result<bool, Error> {
        found(fs::rename(self.dead_letter(id), self.message(id, 0)))
    }

    pub(super) fn forget_dead(&self, id: MessageId) -> Result<(), Error> {
        found(fs::remove_file(self.dead_letter(id))).map(|_| ())
    }

    pub(super) fn delete(&self, id: MessageId, received: u32) -> Result<(), Error> {
        found(fs::remove_file(self.message(id, received))).map(|_| ())
    }

    pub(super) fn dead(&self, limit: usize) -> Result<Vec<DeadMessage>, Error> {
        let mut names = names(&self.root.join("dead"))?;
        names.sort_unstable();
        let mut letters = Vec::new();
        for name in names.iter().take(limit) {
            let path = self.root.join("dead").join(name);
            let Some(id) = id_of(name) else { continue };
            letters.push(match read(&path).map_err(failed)? {
                Some(Content { sent_at, body, .. }) => DeadMessage { id, body, sent_at },
                // Not a message any more: an operator must still see that there is something.
                None => DeadMessage { id, body: "(unreadable)".to_owned(), sent_at: Timestamp::UNIX_EPOCH },
            });
        }
        Ok(letters)
    }
}

/// `false` when the file was not there.
fn found(result: std::io::Result<()>) -> Result<bool, Error> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(failed(error)),
    }
}

/// The message in a file; `None` when it is gone or no message of this version.
fn read(path: &Path) -> std::io::Result<Option<Content>> {
    match fs::read(path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok().filter(|content: &Content| content.v == 1)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let entries = fs::read_dir(folder).map_err(failed)?;
    entries.map(|entry| Ok(entry.map_err(failed)?.file_name().to_string_lossy().into_owned())).collect()
}

fn id_of(name: &str) -> Option<MessageId> {
    name.split('.').next()?.parse().ok().map(MessageId)
}

fn received_of(name: &str) -> Option<u32> {
    let mut parts = name.split('.').skip(1);
    let received = parts.next()?.parse().ok()?;
    (parts.next() == Some("json")).then_some(received)
}
