//! The queue in AWS.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::{Client, types::QueueAttributeName};

use super::{Buried, MAX_DELAY, Queue, bounded};
use crate::Error;

/// SQS's limit for a message in flight: twelve hours.
const MAX_INVISIBLE: Duration = Duration::from_secs(12 * 3600);

/// One SQS queue.
#[derive(Clone)]
pub struct SqsQueue {
    client: Client,
    url: String,
}

impl SqsQueue {
    /// The queue with this URL.
    #[must_use]
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self { client, url: url.into() }
    }

    /// How many messages are waiting, in flight or put off, by SQS's own approximate count.
    pub(super) async fn measure(&self) -> Result<u64, Error> {
        let counts = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let request =
            self.client.get_queue_attributes().queue_url(&self.url).set_attribute_names(Some(counts.to_vec()));
        let answer = request.send().await.map_err(|error| Error::aws("SQS GetQueueAttributes", error))?;
        let attributes = answer.attributes.unwrap_or_default();
        let count = |name: &QueueAttributeName| attributes.get(name)?.parse::<u64>().ok();
        Ok(counts.iter().filter_map(count).sum())
    }

    /// Makes a received message come again after `after` (rounded up to seconds, at most 12 hours), for faults that
    /// say how long to wait. The message must also be reported as failed, or Lambda deletes it.
    ///
    /// # Errors
    /// When SQS refuses, for instance because the message is not in flight any more.
    pub async fn change_visibility(&self, receipt_handle: &str, after: Duration) -> Result<(), Error> {
        let request = self
            .client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt_handle)
            .visibility_timeout(seconds(after.min(MAX_INVISIBLE)));
        request.send().await.map(|_| ()).map_err(|error| Error::aws("SQS ChangeMessageVisibility", error))
    }
}

impl SqsQueue {
    /// Takes up to `most` messages (at most 10), hidden from others for a minute. Lambda receives by itself; this is for
    /// the queues of dead letters.
    pub(super) async fn receive(&self, most: usize) -> Result<Vec<Buried>, Error> {
        let request = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(i32::try_from(most).unwrap_or(10).clamp(1, 10))
            .visibility_timeout(60);
        let answer = request.send().await.map_err(|error| Error::aws("SQS ReceiveMessage", error))?;
        let messages = answer.messages.unwrap_or_default();
        Ok(messages
            .into_iter()
            .filter_map(|message| Some(Buried { handle: message.receipt_handle?, body: message.body? }))
            .collect())
    }

    pub(super) async fn delete(&self, receipt_handle: &str) -> Result<(), Error> {
        let request = self.client.delete_message().queue_url(&self.url).receipt_handle(receipt_handle);
        request.send().await.map(|_| ()).map_err(|error| Error::aws("SQS DeleteMessage", error))
    }
}

#[async_trait]
impl Queue for SqsQueue {
    async fn send(&self, body: &str, delay: Duration) -> Result<(), Error> {
        bounded(body)?;
        let request = self.client.send_message().queue_url(&self.url).message_body(body);
        let request = request.delay_seconds(seconds(delay.min(MAX_DELAY)));
        request.send().await.map(|_| ()).map_err(|error| Error::aws("SQS SendMessage", error))
    }
}

/// Whole seconds, rounded up: coming too early would break the very rule that made us wait.
fn seconds(duration: Duration) -> i32 {
    let whole = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    i32::try_from(whole).unwrap_or(i32::MAX)
}
