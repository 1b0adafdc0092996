//! Webhook deliveries by GUID: received → done | failed.
//!
//! GitHub redelivers under the same GUID. A delivery that is done is dropped when it comes again; one that failed, or
//! whose work never ended, is taken up again. Rows live for eight days; GitHub itself redelivers for three.

use covermark_types::{DeliveryId, Provider, Timestamp};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::ttl;
use crate::{
    Error, Table, Write,
    table::{Condition, Item, Key, Update, key_text, live, number, row, text},
};

/// After this a delivery that is still "received" counts as abandoned: the function that took it up has long timed out.
const STALE_MILLIS: i64 = 5 * 60 * 1000;
const KEPT_SECONDS: i64 = 8 * 24 * 3600;

/// What receiving a delivery means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Never seen before: do the work.
    New,
    /// Seen, but it failed or was abandoned: do the work.
    Again,
    /// In work or done: answer and drop it.
    Known,
}

/// How a delivery's work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// What it stands for is in our state; a redelivery is dropped from now on.
    Done,
    /// It is not; a redelivery is worked on.
    Failed,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// Taken in, its work not ended yet.
    Received,
    /// Worked on with success.
    Done,
    /// Worked on without success.
    Failed,
}

/// A delivery's row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRow {
    /// GitHub's name of the event (`X-GitHub-Event`).
    pub event: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// When it last came in.
    #[serde(with = "millisecond::required")]
    pub received_at: Timestamp,
    /// When its work ended.
    #[serde(default, with = "millisecond::optional")]
    pub finished_at: Option<Timestamp>,
    /// How often it was taken up.
    pub attempts: u32,
}

fn key(provider: &Provider, id: &DeliveryId) -> Key {
    Key::new(format!("DELIVERY#{provider}#{id}"), "DELIVERY")
}

impl Table {
    /// Takes a delivery in with one conditional write, so that of two copies arriving at once one is `New` and the
    /// other `Known`. `event` is cut to 100 bytes.
    ///
    /// # Errors
    /// When the table cannot be written; the caller answers 5xx, and GitHub's log shows the delivery as failed.
    pub async fn receive_delivery(
        &self,
        provider: &Provider,
        id: &DeliveryId,
        event: &str,
        now: Timestamp,
    ) -> Result<Received, Error> {
        let mut event = event.to_owned();
        super::cut(&mut event, 100);
        // When an answer is lost the SDK asks again, and would be refused by its own first try: the delivery would be
        // Known and its work never done. The claim lets the same call in again. It is an identity, not a secret.
        let claim = uuid::Uuid::new_v4().to_string();
        let open = Condition::new(
            "attribute_not_exists(#pk) OR #state = :failed OR #claim = :claim OR #ttl <= :now_seconds \
             OR (#state = :received AND #received_at <= :stale)",
        )
        .value(":failed", text("failed"))
        .value(":received", text("received"))
        .value(":claim", text(&*claim))
        .value(":now_seconds", number(now.as_second()))
        .value(":stale", number(now.as_millisecond() - STALE_MILLIS));
        let update = Update::default()
            .set("event", text(event))
            .set("state", text("received"))
            .set("received_at", number(now.as_millisecond()))
            .set("claim", text(&*claim))
            .set("ttl", number(ttl(now, KEPT_SECONDS)))
            .increment("attempts")
            .remove("finished_at")
            .when(open);
        let written = self.update(&key(provider, id), update).await?;
        // A server may answer with an empty old row where there was none.
        let again = |old: &Item| old.contains_key("state") && live(old, now) && key_text(old, "claim") != claim;
        Ok(match (written.write, written.old) {
            (Write::Refused, _) => Received::Known,
            (Write::Applied, Some(old)) if again(&old) => Received::Again,
            (Write::Applied, _) => Received::New,
        })
    }

    /// Records how a delivery's work ended. Refused when there is no such delivery, and when a late failure would
    /// undo what was done.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn finish_delivery(
        &self,
        provider: &Provider,
        id: &DeliveryId,
        outcome: DeliveryOutcome,
        now: Timestamp,
    ) -> Result<Write, Error> {
        let ended = self.conclude_delivery(provider, id, outcome, now).await?;
        Ok(if ended.is_some() { Write::Applied } else { Write::Refused })
    }

    /// As [`Table::finish_delivery`], and returns the delivery as it was until then; `None` when that was refused.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn conclude_delivery(
        &self,
        provider: &Provider,
        id: &DeliveryId,
        outcome: DeliveryOutcome,
        now: Timestamp,
    ) -> Result<Option<DeliveryRow>, Error> {
        let (state, condition) = match outcome {
            DeliveryOutcome::Done => ("done", Condition::present()),
            DeliveryOutcome::Failed => {
                ("failed", Condition::new("attribute_exists(#pk) AND #state <> :done").value(":done", text("done")))
            }
        };
        let update = Update::default()
            .set("state", text(state))
            .set("finished_at", number(now.as_millisecond()))
            .when(condition);
        let written = self.update(&key(provider, id), update).await?;
        written.old.filter(|_| written.write.applied()).map(|old| row(&old)).transpose()
    }

    /// One delivery as it stands.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn delivery(
        &self,
        provider: &Provider,
        id: &DeliveryId,
        now: Timestamp,
    ) -> Result<Option<DeliveryRow>, Error> {
        self.get_live(&key(provider, id), now).await
    }
}
