//! Condition and update expressions.
//!
//! Attribute names are written `#name` and listed for DynamoDB by reading the expression, so that a reserved word
//! (`state`, `name`, `owner`, …) can never break a write in production only.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::Item;

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

type Names = HashMap<String, String>;
type Values = HashMap<String, AttributeValue>;

/// A condition on the row as it stands: `#attribute` for names, `:value` for values.
#[derive(Default)]
pub(crate) struct Condition {
    expression: String,
    values: Values,
}

impl Condition {
    pub(crate) fn new(expression: impl Into<String>) -> Self {
        Self { expression: expression.into(), values: Values::new() }
    }

    /// The row must not be there.
    pub(crate) fn absent() -> Self {
        Self::new("attribute_not_exists(#pk)")
    }

    /// The row must be there: without this an update would make half a row.
    pub(crate) fn present() -> Self {
        Self::new("attribute_exists(#pk)")
    }

    pub(crate) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    pub(crate) fn parts(self) -> (Option<String>, Option<Names>, Option<Values>) {
        let names = names(&self.expression);
        let values = (!self.values.is_empty()).then_some(self.values);
        (Some(self.expression), Some(names), values)
    }
}

/// A change of some attributes.
#[derive(Default)]
pub(crate) struct Update {
    set: Vec<String>,
    remove: Vec<String>,
    values: Values,
    condition: Option<Condition>,
}

impl Update {
    /// Writes every attribute of `item`: NULLs are removed, keys skipped, attributes not in it are left alone.
    pub(crate) fn merge(item: Item) -> Self {
        item.into_iter().filter(|(name, _)| name != "pk" && name != "sk").fold(
            Self::default(),
            |update, (name, value)| match value {
                AttributeValue::Null(_) => update.remove(&name),
                value => update.set(&name, value),
            },
        )
    }

    pub(crate) fn set(mut self, name: &str, value: AttributeValue) -> Self {
        self.set.push(format!("#{name} = :set_{name}"));
        self.values.insert(format!(":set_{name}"), value);
        self
    }

    /// Adds one to a number that starts at zero.
    pub(crate) fn increment(mut self, name: &str) -> Self {
        self.set.push(format!("#{name} = if_not_exists(#{name}, :zero) + :one"));
        self.values.insert(":zero".to_owned(), number(0));
        self.values.insert(":one".to_owned(), number(1));
        self
    }

    /// Adds to a number that starts at zero.
    pub(crate) fn add(mut self, name: &str, amount: u64) -> Self {
        self.set.push(format!("#{name} = if_not_exists(#{name}, :zero) + :add_{name}"));
        self.values.insert(":zero".to_owned(), number(0));
        self.values.insert(format!(":add_{name}"), number(amount));
        self
    }

    pub(crate) fn remove(mut self, name: &str) -> Self {
        self.remove.push(format!("#{name}"));
        self
    }

    pub(crate) fn when(mut self, condition: Condition) -> Self {
        self.condition = Some(condition);
        self
    }

    pub(crate) fn parts(self) -> (String, Option<String>, Option<Names>, Option<Values>) {
        let mut clauses = Vec::new();
        if !self.set.is_empty() {
            clauses.push(format!("SET {}", self.set.join(", ")));
        }
        if !self.remove.is_empty() {
            clauses.push(format!("REMOVE {}", self.remove.join(", ")));
        }
        let update = clauses.join(" ");
        let mut all_names = names(&update);
        let mut values = self.values;
        let condition = self.condition.map(|condition| {
            all_names.extend(names(&condition.expression));
            values.extend(condition.values);
            condition.expression
        });
        (update, condition, Some(all_names), (!values.is_empty()).then_some(values))
    }
}

/// Every `#name` of an expression, with what it stands for.
fn names(expression: &str) -> Names {
    expression
        .split('#')
        .skip(1)
        .map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            (format!("#{}", &rest[..end]), rest[..end].to_owned())
        })
        .collect()
}
