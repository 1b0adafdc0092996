//! A tree as YAML that people read: block style, quotes only where they are needed.

use crate::node::{Entry, Node, Value};

/// The text of a tree, which is a group.
pub(crate) fn written(root: &Value) -> String {
    let mut out = String::new();
    write(root, 0, &mut out);
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Map(entries) => entries.iter().for_each(|entry| entry_line(entry, depth, out)),
        Value::List(items) => items.iter().for_each(|item| item_line(item, depth, out)),
        Value::Scalar(_) | Value::Null => {}
    }
}

fn entry_line(entry: &Entry, depth: usize, out: &mut String) {
    indent(depth, out);
    out.push_str(&scalar(&entry.key));
    out.push(':');
    rest(&entry.node.value, depth, out);
}

/// What follows a key: a value on its line, or lines below it.
fn rest(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Null => out.push('\n'),
        Value::Scalar(text) => out.push_str(&format!(" {}\n", scalar(text))),
        Value::List(items) if items.is_empty() => out.push_str(" []\n"),
        Value::Map(entries) if entries.is_empty() => out.push_str(" {}\n"),
        below => {
            out.push('\n');
            write(below, depth + 1, out);
        }
    }
}

fn item_line(item: &Node, depth: usize, out: &mut String) {
    if let Value::Map(entries) = &item.value
        && !entries.is_empty()
    {
        let mut below = String::new();
        write(&item.value, depth + 1, &mut below);
        // The first key stands beside the dash.
        let dash = depth * 2;
        below.replace_range(dash..dash + 1, "-");
        out.push_str(&below);
        return;
    }
    indent(depth, out);
    out.push('-');
    rest(&item.value, depth, out);
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", depth));
}

/// Plain where nothing can be misread, else in double quotes as JSON has them, which are YAML's too.
fn scalar(text: &str) -> String {
    let starts_well = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') || is_quantity(text);
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./+%,: ".contains(letter);
    let is_safe = starts_well
        && text.chars().all(is_plain)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !matches!(text.to_ascii_lowercase().as_str(), "null");
    if is_safe { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

/// A whole number, a percentage, an age or a range. Anything else that begins with a digit may be a number in disguise.
fn is_quantity(text: &str) -> bool {
    let has_digit_first = text.starts_with(|first: char| first.is_ascii_digit());
    let is_whole = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    has_digit_first && (is_whole || text.ends_with(['%', 'h', 's']) || text.contains(".."))
}
