//! Laying one file over another: groups are merged key by key, lists and single values replace.

use crate::node::{Entry, Node, Value};

/// Switches on something that is a group elsewhere: `comment: true` over a group keeps the group's settings.
const SWITCHABLE: [&str; 2] = ["comment", "github_checks"];

/// The lower file with the upper one over it.
pub(super) fn over(lower: Option<Node>, upper: Option<Node>) -> Option<Node> {
    match (lower, upper) {
        (Some(lower), Some(upper)) => Some(merged(lower, upper)),
        (lower, upper) => upper.or(lower),
    }
}

fn merged(lower: Node, upper: Node) -> Node {
    match (lower.value, upper.value) {
        (Value::Map(mut below), Value::Map(above)) => {
            for entry in above {
                put(&mut below, entry);
            }
            Node { line: upper.line, value: Value::Map(below) }
        }
        (_, value) => Node { line: upper.line, value },
    }
}

fn put(below: &mut Vec<Entry>, entry: Entry) {
    let Some(place) = below.iter_mut().find(|other| other.key == entry.key) else { return below.push(entry) };
    let switched_on = SWITCHABLE.contains(&entry.key.as_str()) && entry.node.switch() == Some(true);
    if switched_on && matches!(place.node.value, Value::Map(_)) {
        return;
    }
    let lower = std::mem::replace(&mut place.node, Node { line: entry.line, value: Value::Null });
    place.node = merged(lower, entry.node);
}
