//! The queues: work that is to be done after the answer was given.
//!
//! Senders know the trait [`Queue`] alone. Receivers differ by nature: Lambda is handed messages by AWS ([`SqsQueue`]
//! only sends, and makes a message wait), the local process takes them from [`LocalQueue`] itself.

mod depth;
mod graves;
mod local;
mod sqs;

use std::time::Duration;

use async_trait::async_trait;

pub use self::{
    depth::Measured,
    graves::{Buried, Graves},
    local::{DeadMessage, LocalMessage, LocalQueue, MAX_RECEIVES, MessageId},
    sqs::SqsQueue,
};
use crate::Error;

/// The longest delay of a message, SQS's limit. What must wait longer is made invisible again when it comes.
pub const MAX_DELAY: Duration = Duration::from_secs(900);
/// The largest message, SQS's classic limit. Jobs hold ids and are far below.
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;

/// Where work is sent.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Sends `body`, to be seen after `delay` (at most 15 minutes; longer delays are cut to that). When this returns
    /// `Ok` the message survives a crash.
    ///
    /// # Errors
    /// When the queue cannot be written, or the body is larger than 256 KiB.
    async fn send(&self, body: &str, delay: Duration) -> Result<(), Error>;
}

fn bounded(body: &str) -> Result<(), Error> {
    if body.len() <= MAX_MESSAGE_BYTES {
        return Ok(());
    }
    let (size, limit) = (body.len() as u64, MAX_MESSAGE_BYTES as u64);
    Err(Error::TooLarge { what: "the queue message".to_owned(), size, limit })
}
