//! Old spellings, put where their keys stand today. The incumbent does the same before it looks at a file.

use crate::node::{Entry, Node, Value};

/// Keys that once stood below `coverage` and stand at the top now.
const FROM_COVERAGE: [&str; 4] = ["flags", "parsers", "ignore", "fixes"];

/// The file's entries, each in its present place.
pub(super) fn in_place(mut root: Vec<Entry>) -> Vec<Entry> {
    root.retain(|entry| entry.key != "to_string");
    for entry in taken(&mut root, "coverage", |key| FROM_COVERAGE.contains(&key)) {
        join(&mut root, entry);
    }
    for codecov in root.iter_mut().filter(|entry| entry.key == "codecov") {
        let Value::Map(below) = &mut codecov.node.value else { continue };
        for entry in taken(below, "notify", |key| key == "require_ci_to_pass") {
            join(below, entry);
        }
    }
    root
}

/// Takes the entries that are asked for out of a group below.
fn taken(entries: &mut [Entry], group: &str, wanted: impl Fn(&str) -> bool) -> Vec<Entry> {
    let mut all = Vec::new();
    for entry in entries.iter_mut().filter(|entry| entry.key == group) {
        if let Value::Map(below) = &mut entry.node.value {
            let (out, stay) = std::mem::take(below).into_iter().partition(|entry: &Entry| wanted(&entry.key));
            *below = stay;
            all.extend::<Vec<Entry>>(out);
        }
    }
    all
}

/// Adds an entry; lists and groups that are there already get its items.
fn join(entries: &mut Vec<Entry>, entry: Entry) {
    match entries.iter_mut().find(|other| other.key == entry.key) {
        None => entries.push(entry),
        Some(other) => match (&mut other.node.value, entry.node.value) {
            (Value::List(there), Value::List(more)) => there.extend(more),
            (there @ Value::Scalar(_), Value::List(mut more)) => {
                let line = other.line;
                more.push(Node { line, value: std::mem::replace(there, Value::Null) });
                *there = Value::List(more);
            }
            (Value::List(there), value @ Value::Scalar(_)) => there.push(Node { line: entry.line, value }),
            (Value::Map(there), Value::Map(more)) => there.extend(more),
            (there @ Value::Null, more) => *there = more,
            _ => {}
        },
    }
}
