//! The queues' own dead letters: what was received too often and never worked off, so that nobody could say why. They
//! are brought from there into the one list of dead letters ([`crate::rows::dead_letter`]).

use async_trait::async_trait;

use super::{LocalQueue, SqsQueue};
use crate::Error;

/// A message that its queue gave up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buried {
    /// What to forget it by.
    pub handle: String,
    /// What was sent.
    pub body: String,
}

/// Where a queue puts what it gives up.
#[async_trait]
pub trait Graves: Send + Sync {
    /// Takes up to ten of them. They stay there until [`Graves::forget`].
    ///
    /// # Errors
    /// When they cannot be read.
    async fn exhume(&self) -> Result<Vec<Buried>, Error>;

    /// Takes one away for good: it is in the list.
    ///
    /// # Errors
    /// When it cannot be taken away; it is found again.
    async fn forget(&self, handle: &str) -> Result<(), Error>;
}

/// As many as SQS hands out at once.
const AT_ONCE: usize = 10;

#[async_trait]
impl Graves for LocalQueue {
    async fn exhume(&self) -> Result<Vec<Buried>, Error> {
        let dead = self.list_dead(AT_ONCE)?;
        Ok(dead.into_iter().map(|letter| Buried { handle: letter.id.to_string(), body: letter.body }).collect())
    }

    async fn forget(&self, handle: &str) -> Result<(), Error> {
        self.forget_dead(handle.parse()?)
    }
}

/// The queue itself is the one of the dead letters.
#[async_trait]
impl Graves for SqsQueue {
    async fn exhume(&self) -> Result<Vec<Buried>, Error> {
        self.receive(AT_ONCE).await
    }

    async fn forget(&self, handle: &str) -> Result<(), Error> {
        self.delete(handle).await
    }
}
