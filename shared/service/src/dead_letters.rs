//! Giving a job up: its message goes into the list of dead letters, with the reason.

use covermark_state::{
    Table,
    rows::dead_letter::{DeadLetter, LetterId, QueueName, What},
};
use covermark_types::Timestamp;

use crate::problem::Chain;

/// Puts a message that is given up into the dead letters. `false` when the table could not be written: then the message
/// has to stay on its queue.
pub async fn bury(table: &Table, queue: QueueName, body: &str, why: &str, attempts: u32, now: Timestamp) -> bool {
    let letter = DeadLetter {
        id: LetterId::of_job(queue, body),
        what: What::Job { queue, body: body.to_owned() },
        why: why.to_owned(),
        since: now,
        attempts,
        replays: 0,
        replayed_at: None,
    };
    match table.bury(&letter).await {
        Ok(()) => {
            tracing::error!(metric = "dead_letter", queue = queue.as_str(), letter = %letter.id, why, "a job was given up");
            true
        }
        Err(error) => {
            tracing::error!(queue = queue.as_str(), cause = %Chain(&error), "a job that was given up could not be kept");
            false
        }
    }
}
