//! A batch of queue messages, each on its own: what is done is acknowledged, what may be tried again is returned as a
//! failure of that message alone, what can never work is recorded and acknowledged so that it does not come back.

use std::{collections::HashMap, future::Future, time::Duration};

use covermark_state::queue::MAX_RECEIVES;
use covermark_types::{Fault, FaultClass};
use serde::{Deserialize, Serialize};
use tracing::Instrument as _;

use crate::problem::Chain;

/// As much of a message as is logged; our own jobs are shorter.
const LOGGED: usize = 300;

/// What every line that is logged for a message carries: the job itself, which is ids only.
pub fn span(body: &str) -> tracing::Span {
    let job: String = body.chars().take(LOGGED).filter(|character| !character.is_control()).collect();
    tracing::info_span!("message", job)
}

/// When a job that failed for the first time is tried again, if its fault does not say.
const FIRST_RETRY: Duration = Duration::from_secs(2);
/// How much longer it waits each time after that: 2 s, 8 s, half a minute, two minutes, then the dead letters.
const BACK_OFF: u32 = 4;

/// How long a message rests that was received `received` times (1 for the first) and could not be worked off.
#[must_use]
pub fn back_off(received: u32) -> Duration {
    FIRST_RETRY * BACK_OFF.saturating_pow(received.saturating_sub(1).min(6))
}

/// What became of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done: take it off the queue.
    Acknowledge,
    /// Leave it on the queue, to become visible again after this time (`None`: as [`back_off`] says).
    Retry(Option<Duration>, Reason),
    /// Never doable as it stands: take it off the queue and into the dead letters.
    GiveUp(Reason),
}

/// Why a job was not done: a sentence for operators.
pub type Reason = String;

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
    /// What SQS knows of it.
    #[serde(default)]
    pub attributes: HashMap<String, String>,
}

impl SqsRecord {
    /// How often it was received, this time among them.
    pub fn received(&self) -> u32 {
        self.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or(1)
    }
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
            Outcome::Retry(after, Chain(&fault).to_string())
        }
        // Credentials can be mended without a deployment: the job waits on the queue for it, up to the receive limit.
        FaultClass::Unauthorized => {
            tracing::error!(job = what, cause = %Chain(&fault), "a job was refused; look at the App's credentials");
            Outcome::Retry(None, Chain(&fault).to_string())
        }
        FaultClass::Permanent => {
            tracing::error!(job = what, cause = %Chain(&fault), "a job cannot be done");
            Outcome::GiveUp(Chain(&fault).to_string())
        }
    }
}

/// What becomes of a message that this build cannot read, such as a newer build's after a roll-back: nothing is guessed
/// and nothing thrown away, it ends in the dead letters.
pub fn unreadable(what: &str, error: &dyn std::error::Error) -> Outcome {
    tracing::error!(job = what, cause = %Chain(error), "a message cannot be read by this build");
    Outcome::Retry(None, Chain(error).to_string())
}

/// What is done about a message that was received `received` times and came to `outcome`: the last try that fails is
/// given up, with its reason, before the queue gives it up without one.
#[must_use]
pub fn at_last(outcome: Outcome, received: u32) -> Outcome {
    match outcome {
        Outcome::Retry(_, why) if received >= MAX_RECEIVES => Outcome::GiveUp(why),
        other => other,
    }
}

/// Works off a batch message by message; `hide` makes a message invisible for the time that its fault asks for, or for
/// the [`back_off`] of its count of receives; `bury` puts a body that is given up into the dead letters, with the reason
/// and the number of tries, and says whether it lies there: if not, the message stays on the queue.
pub async fn work<H, HFut, V, VFut, B, BFut>(event: SqsEvent, handle: H, hide: V, bury: B) -> SqsAnswer
where
    H: Fn(String) -> HFut,
    HFut: Future<Output = Outcome>,
    V: Fn(String, Duration) -> VFut,
    VFut: Future<Output = ()>,
    B: Fn(String, Reason, u32) -> BFut,
    BFut: Future<Output = bool>,
{
    let mut answer = SqsAnswer::default();
    for record in event.records {
        let received = record.received();
        let span = span(&record.body);
        let outcome = at_last(handle(record.body.clone()).instrument(span).await, received);
        let rest = match outcome {
            Outcome::Acknowledge => None,
            Outcome::GiveUp(why) => {
                let kept = bury(record.body, why, received).await;
                (!kept).then(|| back_off(received))
            }
            Outcome::Retry(after, _) => Some(after.unwrap_or_else(|| back_off(received))),
        };
        if let Some(rest) = rest {
            // The queue's own visibility timeout is made for a function that died, and lasts for minutes.
            hide(record.receipt_handle, rest).await;
            answer.batch_item_failures.push(SqsFailure { item_identifier: record.message_id });
        }
    }
    answer
}
