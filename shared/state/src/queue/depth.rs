//! How much waits in a queue, for people to look at. Apart from [`super::Queue`], because those who send need no right to
//! look.

use async_trait::async_trait;

use super::{LocalQueue, SqsQueue};
use crate::Error;

/// A queue that can be looked at.
#[async_trait]
pub trait Measured: Send + Sync {
    /// How many messages are not done: waiting, in work, or put off. SQS's count is as of about a minute ago.
    ///
    /// # Errors
    /// When the queue cannot be asked.
    async fn depth(&self) -> Result<u64, Error>;
}

#[async_trait]
impl Measured for LocalQueue {
    async fn depth(&self) -> Result<u64, Error> {
        Ok(LocalQueue::depth(self) as u64)
    }
}

#[async_trait]
impl Measured for SqsQueue {
    async fn depth(&self) -> Result<u64, Error> {
        self.measure().await
    }
}
