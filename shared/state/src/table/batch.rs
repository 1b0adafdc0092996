//! Many rows in few calls: BatchGet, and transactions of a few writes.
//!
//! DynamoDB may leave part of a batch undone when it is busy. What it left is asked for again a few times, with a pause
//! that doubles, and then given up as throttled.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{Delete, KeysAndAttributes, Put, TransactWriteItem, Update as UpdateAction},
};

use super::{Condition, Item, Key, Table, Update, Write, sized};
use crate::Error;

/// The most keys that one BatchGet takes.
pub const MAX_BATCH_GET: usize = 100;

/// How often what was left undone is asked for again.
const TRIES: u32 = 6;
/// The first pause; it doubles each time (about 1.5 s in all).
const PAUSE: Duration = Duration::from_millis(50);

impl Table {
    /// The rows of `keys` that exist, in no order. Any number of keys; doubles are asked for once.
    pub(crate) async fn batch_get(&self, keys: &[Key]) -> Result<Vec<Item>, Error> {
        let mut seen = std::collections::HashSet::new();
        let keys: Vec<_> = keys.iter().filter(|key| seen.insert(*key)).map(Key::item).collect();
        let mut items = Vec::new();
        for chunk in keys.chunks(MAX_BATCH_GET) {
            self.get_chunk(chunk.to_vec(), &mut items).await?;
        }
        Ok(items)
    }

    async fn get_chunk(&self, mut keys: Vec<Item>, items: &mut Vec<Item>) -> Result<(), Error> {
        let what = "DynamoDB BatchGetItem";
        let mut pause = PAUSE;
        for _ in 0..TRIES {
            let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
            let wanted = wanted.map_err(|error| Error::Rejected { what, source: error.into() })?;
            let request = self.client.batch_get_item().request_items(&*self.name, wanted);
            let answer = request.send().await.map_err(|error| Error::aws(what, error))?;
            items.extend(answer.responses.unwrap_or_default().into_values().flatten());
            keys = answer.unprocessed_keys.unwrap_or_default().into_values().flat_map(|left| left.keys).collect();
            if keys.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(Error::Throttled { what, source: format!("{} keys were left unread", keys.len()).into() })
    }

    /// All of the writes or none. Refused when any condition does not hold. The SDK's request token makes a repeat
    /// after a lost answer harmless.
    pub(crate) async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<Write, Error> {
        let what = "DynamoDB TransactWriteItems";
        match self.client.transact_write_items().set_transact_items(Some(writes)).send().await {
            Ok(_) => Ok(Write::Applied),
            Err(SdkError::ServiceError(failed)) if failed.err().is_transaction_canceled_exception() => {
                match cancelled(failed.err()) {
                    Cancelled::Condition => Ok(Write::Refused),
                    Cancelled::Conflict => Err(Error::Contended { what }),
                    Cancelled::Other => Err(Error::aws(what, SdkError::ServiceError(failed))),
                }
            }
            Err(error) => Err(Error::aws(what, error)),
        }
    }

    pub(crate) fn putting(&self, item: Item, condition: Option<Condition>) -> Result<TransactWriteItem, Error> {
        let (expression, names, values) = condition.map(Condition::parts).unwrap_or_default();
        let put = Put::builder()
            .table_name(&*self.name)
            .set_item(Some(sized(item)?))
            .set_condition_expression(expression)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .build()
            .map_err(built)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    pub(crate) fn updating(&self, key: &Key, update: Update) -> Result<TransactWriteItem, Error> {
        let (update, condition, names, values) = update.parts();
        let update = UpdateAction::builder()
            .table_name(&*self.name)
            .set_key(Some(key.item()))
            .update_expression(update)
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .build()
            .map_err(built)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    pub(crate) fn deleting(&self, key: &Key, condition: Option<Condition>) -> Result<TransactWriteItem, Error> {
        let (expression, names, values) = condition.map(Condition::parts).unwrap_or_default();
        let delete = Delete::builder()
            .table_name(&*self.name)
            .set_key(Some(key.item()))
            .set_condition_expression(expression)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .build()
            .map_err(built)?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}

fn built(error: aws_sdk_dynamodb::error::BuildError) -> Error {
    Error::Rejected { what: "DynamoDB TransactWriteItems", source: error.into() }
}

enum Cancelled {
    Condition,
    Conflict,
    Other,
}

/// Why a transaction was cancelled: each write has a code, "None" where it was not to blame.
fn cancelled(error: &TransactWriteItemsError) -> Cancelled {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else { return Cancelled::Other };
    let codes: HashMap<&str, ()> =
        cancelled.cancellation_reasons().iter().filter_map(|reason| Some((reason.code()?, ()))).collect();
    if codes.contains_key("ConditionalCheckFailed") {
        Cancelled::Condition
    } else if codes.contains_key("TransactionConflict") || codes.contains_key("ThrottlingError") {
        Cancelled::Conflict
    } else {
        Cancelled::Other
    }
}
