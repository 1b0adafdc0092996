//! A batch of queue messages, each on its own: what is done is acknowledged, what may be tried again is returned as a
//! failure of that message alone, what can never work is recorded and acknowledged so that it does not come back.

use std::{future::Future, time::Duration};

use covermark_types::{Fault, FaultClass};
use serde::{Deserialize, Serialize};

use crate::problem::Chain;

/// What became of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, or never doable: take it off the queue.
    Acknowledge,
    /// Leave it on the queue, to become visible again after this time (`None`: the queue's own time).
    Retry(Option<Duration>),
}

/// SQS's event, as far as we read it.
#[derive(Debug, Deserialize)]
pub struct SqsEvent {
    /// The messages.
    #[serde(rename = "Records")]
    pub records: Vec<SqsRecord>,
}

/// One message of SQS's event.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SqsRecord {
    /// SQS's id of the message.
    pub message_id: String,
    /// The handle to change its visibility with.
    #[serde(default)]
    pub receipt_handle: String,
    /// What was sent.
    pub body: String,
}

/// The answer that makes SQS keep only the messages that failed.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SqsAnswer {
    /// The messages to keep.
    pub batch_item_failures: Vec<SqsFailure>,
}

/// One message to keep.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SqsFailure {
    /// SQS's id of the message.
    pub item_identifier: String,
}

/// What a job's end means for its message.
pub fn outcome<E: Fault>(what: &str, result: Result<(), E>) -> Outcome {
    let Err(fault) = result else { return Outcome::Acknowledge };
    match fault.class() {
        FaultClass::Retry(after) => {
            tracing::warn!(job = what, cause = %Chain(&fault), "a job will be tried again");
            Outcome::Retry(after)
        }
        // Credentials can be mended without a deployment: the job waits on the queue for it, up to the receive limit.
        FaultClass::Unauthorized => {
            tracing::error!(job = what, cause = %Chain(&fault), "a job was refused; look at the App's credentials");
            Outcome::Retry(None)
        }
        FaultClass::Permanent => {
            tracing::error!(job = what, cause = %Chain(&fault), "a job cannot be done");
            Outcome::Acknowledge
        }
    }
}

/// Works off a batch message by message; `hide` makes a message invisible for the time that its fault asks for.
pub async fn work<H, HFut, V, VFut>(event: SqsEvent, handle: H, hide: V) -> SqsAnswer
where
    H: Fn(String) -> HFut,
    HFut: Future<Output = Outcome>,
    V: Fn(String, Duration) -> VFut,
    VFut: Future<Output = ()>,
{
    let mut answer = SqsAnswer::default();
    for record in event.records {
        if let Outcome::Retry(after) = handle(record.body).await {
            if let Some(after) = after {
                hide(record.receipt_handle, after).await;
            }
            answer.batch_item_failures.push(SqsFailure { item_identifier: record.message_id });
        }
    }
    answer
}
