//! Queries, always to the last page.

use serde::de::DeserializeOwned;

use super::{Item, Table, row, text};
use crate::Error;

/// One partition of the table or of an index, in the order of its sort key.
pub(crate) struct Query {
    index: Option<&'static str>,
    partition: String,
    starting: Option<&'static str>,
    most: usize,
    newest: Option<u16>,
}

impl Query {
    /// A partition of the table itself, read consistently.
    pub(crate) fn table(partition: impl Into<String>) -> Self {
        Self { index: None, partition: partition.into(), starting: None, most: usize::MAX, newest: None }
    }

    /// Only the rows of the table itself whose sort key begins so.
    pub(crate) fn starting(self, prefix: &'static str) -> Self {
        Self { starting: Some(prefix), ..self }
    }

    /// Stops after about `most` rows, at the end of a page.
    pub(crate) fn most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// Only the last `count` rows or a few more, the last one first.
    pub(crate) fn newest(self, count: u16) -> Self {
        Self { newest: Some(count), most: usize::from(count), ..self }
    }

    /// A partition of an index (`gsi1`, `gsi2`): as of a moment ago, DynamoDB promises no more.
    pub(crate) fn index(index: &'static str, partition: impl Into<String>) -> Self {
        Self { index: Some(index), ..Self::table(partition) }
    }
}

impl Table {
    pub(crate) async fn query<T: DeserializeOwned>(&self, query: Query) -> Result<Vec<T>, Error> {
        self.query_items(query).await?.iter().map(row).collect()
    }

    pub(crate) async fn query_items(&self, query: Query) -> Result<Vec<Item>, Error> {
        let pk = match query.index {
            None => "pk",
            Some("gsi1") => "gsi1pk",
            Some(_) => "gsi2pk",
        };
        let condition = query.starting.map_or("#pk = :pk", |_| "#pk = :pk AND begins_with(#sk, :start)");
        let mut request = self
            .client
            .query()
            .table_name(&*self.name)
            .set_index_name(query.index.map(ToOwned::to_owned))
            .consistent_read(query.index.is_none())
            .key_condition_expression(condition)
            .set_limit(query.newest.map(i32::from))
            .set_scan_index_forward(query.newest.map(|_| false))
            .expression_attribute_names("#pk", pk)
            .expression_attribute_values(":pk", text(query.partition));
        if let Some(start) = query.starting {
            request =
                request.expression_attribute_names("#sk", "sk").expression_attribute_values(":start", text(start));
        }
        let mut items = Vec::new();
        let mut from = None;
        loop {
            let page = request.clone().set_exclusive_start_key(from).send().await;
            let page = page.map_err(|error| Error::aws("DynamoDB Query", error))?;
            items.extend(page.items.unwrap_or_default());
            from = page.last_evaluated_key.filter(|key| !key.is_empty());
            if from.is_none() || items.len() >= query.most {
                return Ok(items);
            }
        }
    }
}
