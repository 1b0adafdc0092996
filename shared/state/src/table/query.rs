//! Queries, always to the last page.

use serde::de::DeserializeOwned;

use super::{Item, Table, row, text};
use crate::Error;

/// One partition of the table or of an index, in the order of its sort key.
pub(crate) struct Query {
    index: Option<&'static str>,
    partition: String,
    prefix: Option<String>,
    newest_first: bool,
    limit: Option<usize>,
}

impl Query {
    /// A partition of the table itself, read consistently.
    pub(crate) fn table(partition: impl Into<String>) -> Self {
        Self { index: None, partition: partition.into(), prefix: None, newest_first: false, limit: None }
    }

    /// A partition of an index (`gsi1`, `gsi2`): as of a moment ago, DynamoDB promises no more.
    pub(crate) fn index(index: &'static str, partition: impl Into<String>) -> Self {
        Self { index: Some(index), ..Self::table(partition) }
    }

    /// Only sort keys that begin so.
    pub(crate) fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// From the greatest sort key down, at most `limit` rows.
    pub(crate) fn newest(mut self, limit: usize) -> Self {
        self.newest_first = true;
        self.limit = Some(limit);
        self
    }
}

impl Table {
    pub(crate) async fn query<T: DeserializeOwned>(&self, query: Query) -> Result<Vec<T>, Error> {
        self.query_items(query).await?.iter().map(row).collect()
    }

    pub(crate) async fn query_items(&self, query: Query) -> Result<Vec<Item>, Error> {
        let (pk, sk) = match query.index {
            None => ("pk", "sk"),
            Some("gsi1") => ("gsi1pk", "gsi1sk"),
            Some(_) => ("gsi2pk", "gsi2sk"),
        };
        let mut request = self
            .client
            .query()
            .table_name(&*self.name)
            .set_index_name(query.index.map(ToOwned::to_owned))
            .consistent_read(query.index.is_none())
            .scan_index_forward(!query.newest_first)
            .set_limit(query.limit.and_then(|limit| i32::try_from(limit).ok()))
            .expression_attribute_names("#pk", pk)
            .expression_attribute_values(":pk", text(query.partition));
        request = match query.prefix {
            None => request.key_condition_expression("#pk = :pk"),
            Some(prefix) => request
                .key_condition_expression("#pk = :pk AND begins_with(#sk, :sk)")
                .expression_attribute_names("#sk", sk)
                .expression_attribute_values(":sk", text(prefix)),
        };
        let mut items = Vec::new();
        let mut from = None;
        loop {
            let page = request.clone().set_exclusive_start_key(from).send().await;
            let page = page.map_err(|error| Error::aws("DynamoDB Query", error))?;
            items.extend(page.items.unwrap_or_default());
            from = page.last_evaluated_key.filter(|key| !key.is_empty());
            if from.is_none() || query.limit.is_some_and(|limit| items.len() >= limit) {
                return Ok(items);
            }
        }
    }
}
