//! The one table: how rows are read and written, whatever their type.
//!
//! Row types and keys are in [`crate::rows`]. Every read is a Get, a BatchGet or a Query that is paged to its end;
//! there is no Scan. Writes that must not go back in time carry a condition, and a condition that fails is an outcome.

mod batch;
mod create;
mod expression;
mod query;

use std::{collections::HashMap, sync::Arc};

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::update_item::UpdateItemError,
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use covermark_types::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

pub use self::batch::MAX_BATCH_GET;
pub(crate) use self::{
    expression::{Condition, Update, number, text},
    query::Query,
};
use crate::Error;

/// DynamoDB's limit is 400 KB with the attribute names; what is left is room for the index keys.
const MAX_ITEM_BYTES: usize = 380 * 1024;

/// One row as the SDK has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The table and the client to reach it. Cheap to clone.
#[derive(Clone)]
pub struct Table {
    client: Client,
    name: Arc<str>,
}

/// What became of a conditional write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// It is in the table.
    Applied,
    /// The table holds something that this write may not replace: newer, finished, gone or never there.
    Refused,
}

impl Write {
    /// Whether it is in the table.
    #[must_use]
    pub fn applied(self) -> bool {
        self == Self::Applied
    }
}

/// A conditional write with the row as it was before (applied) or as it stands (refused).
pub(crate) struct Written {
    pub(crate) write: Write,
    pub(crate) old: Option<Item>,
}

/// A row's partition and sort key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    pub(crate) fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    pub(crate) fn item(&self) -> Item {
        HashMap::from([("pk".to_owned(), text(&*self.pk)), ("sk".to_owned(), text(&*self.sk))])
    }
}

impl Table {
    /// The table `name`, reached by `client`. Its keys: `pk`/`sk`, the sparse indexes `gsi1` and `gsi2`, `ttl`.
    #[must_use]
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into().into() }
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, Error> {
        self.get_item(key).await?.map(|item| row(&item)).transpose()
    }

    /// A row, unless its time is up: DynamoDB deletes expired rows when it likes, up to days later.
    pub(crate) async fn get_live<T: DeserializeOwned>(&self, key: &Key, now: Timestamp) -> Result<Option<T>, Error> {
        self.get_item(key).await?.filter(|item| live(item, now)).map(|item| row(&item)).transpose()
    }

    /// Reads are strongly consistent: a job is often read-after-write of a webhook that has just been answered.
    pub(crate) async fn get_item(&self, key: &Key) -> Result<Option<Item>, Error> {
        let request = self.client.get_item().table_name(&*self.name).set_key(Some(key.item())).consistent_read(true);
        let answer = request.send().await.map_err(|error| Error::aws("DynamoDB GetItem", error))?;
        Ok(answer.item)
    }

    /// Replaces a whole row.
    pub(crate) async fn put(&self, item: Item, condition: Option<Condition>) -> Result<Write, Error> {
        let (expression, names, values) = condition.map(Condition::parts).unwrap_or_default();
        let request = self
            .client
            .put_item()
            .table_name(&*self.name)
            .set_item(Some(sized(item)?))
            .set_condition_expression(expression)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values);
        match request.send().await {
            Ok(_) => Ok(Write::Applied),
            Err(SdkError::ServiceError(failed)) if failed.err().is_conditional_check_failed_exception() => {
                Ok(Write::Refused)
            }
            Err(error) => Err(Error::aws("DynamoDB PutItem", error)),
        }
    }

    /// Changes some attributes of a row and leaves the others, making the row if its condition lets it.
    pub(crate) async fn update(&self, key: &Key, update: Update) -> Result<Written, Error> {
        let (update, condition, names, values) = update.parts();
        let request = self
            .client
            .update_item()
            .table_name(&*self.name)
            .set_key(Some(key.item()))
            .update_expression(update)
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match request.send().await {
            Ok(answer) => Ok(Written { write: Write::Applied, old: answer.attributes }),
            Err(SdkError::ServiceError(failed)) if failed.err().is_conditional_check_failed_exception() => {
                let old = match failed.into_err() {
                    UpdateItemError::ConditionalCheckFailedException(failed) => failed.item,
                    _ => None,
                };
                Ok(Written { write: Write::Refused, old })
            }
            Err(error) => Err(Error::aws("DynamoDB UpdateItem", error)),
        }
    }

    /// Deletes a row; applied with `old: None` when there was none and no condition was given.
    pub(crate) async fn delete(&self, key: &Key, condition: Option<Condition>) -> Result<Written, Error> {
        let (expression, names, values) = condition.map(Condition::parts).unwrap_or_default();
        let request = self
            .client
            .delete_item()
            .table_name(&*self.name)
            .set_key(Some(key.item()))
            .set_condition_expression(expression)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values(ReturnValue::AllOld);
        match request.send().await {
            Ok(answer) => Ok(Written { write: Write::Applied, old: answer.attributes }),
            Err(SdkError::ServiceError(failed)) if failed.err().is_conditional_check_failed_exception() => {
                Ok(Written { write: Write::Refused, old: None })
            }
            Err(error) => Err(Error::aws("DynamoDB DeleteItem", error)),
        }
    }
}

/// A row as attributes, with its keys; `None` fields become NULL (see [`Update::merge`] and [`without_nulls`]).
pub(crate) fn item<T: Serialize>(key: &Key, row: &T) -> Result<Item, Error> {
    let mut item: Item = serde_dynamo::to_item(row)
        .map_err(|error| Error::Malformed { key: format!("{} {}", key.pk, key.sk), reason: error.to_string() })?;
    item.extend(key.item());
    Ok(item)
}

/// What is left of an item for a Put: a sparse index must not find a NULL key, and an absent attribute is shorter.
pub(crate) fn without_nulls(mut item: Item) -> Item {
    item.retain(|_, value| !matches!(value, AttributeValue::Null(_)));
    item
}

/// Reads an item as a row; the error names the row's key.
pub(crate) fn row<T: DeserializeOwned>(item: &Item) -> Result<T, Error> {
    serde_dynamo::from_item(item.clone()).map_err(|error| Error::Malformed {
        key: format!("{} {}", key_text(item, "pk"), key_text(item, "sk")),
        reason: error.to_string(),
    })
}

/// Whether the row's time is not up yet.
pub(crate) fn live(item: &Item, now: Timestamp) -> bool {
    let Some(AttributeValue::N(ttl)) = item.get("ttl") else { return true };
    ttl.parse::<i64>().is_ok_and(|ttl| ttl > now.as_second())
}

pub(crate) fn key_text<'a>(item: &'a Item, attribute: &str) -> &'a str {
    match item.get(attribute) {
        Some(AttributeValue::S(text)) => text,
        _ => "?",
    }
}

/// Refuses what DynamoDB would refuse, with an error that names the row.
fn sized(item: Item) -> Result<Item, Error> {
    let size = item.iter().map(|(name, value)| name.len() + bytes(value)).sum::<usize>();
    if size <= MAX_ITEM_BYTES {
        return Ok(item);
    }
    let what = format!("the row {} {}", key_text(&item, "pk"), key_text(&item, "sk"));
    Err(Error::TooLarge { what, size: size as u64, limit: MAX_ITEM_BYTES as u64 })
}

/// The size of a value by DynamoDB's rule of thumb, rounded up.
fn bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.len(),
        AttributeValue::L(list) => 3 + list.iter().map(|value| 1 + bytes(value)).sum::<usize>(),
        AttributeValue::M(map) => 3 + map.iter().map(|(name, value)| 1 + name.len() + bytes(value)).sum::<usize>(),
        AttributeValue::B(blob) => blob.as_ref().len(),
        _ => 1,
    }
}
