//! The checker's part for lists, and for the comment's layout, which is one in a text.

use super::check::{Checker, MAX_ENTRIES, MAX_PATTERNS};
use super::layout::{Token, WORDS, tokens};
use super::schema::{Key, Shape};
use super::values;
use crate::node::{self, Node, Value};
use crate::pattern::MAX_LENGTH;
use crate::problem::nearest;
use crate::{BranchPatterns, Code, Fixes, FlagPatterns, Kind, Patterns};

impl Checker {
    pub(super) fn groups(&mut self, mut list: Vec<Node>, keys: &'static [Key]) -> Vec<Node> {
        self.shorten(&mut list, "entries");
        let mut kept = Vec::new();
        for (index, item) in list.into_iter().enumerate() {
            self.path.push(index.to_string());
            if let Some(node) = self.value(item.line, item, Shape::Group(keys)) {
                self.required(&node, keys);
                kept.push(node);
            }
            self.path.pop();
        }
        kept
    }

    /// The first key of a listed group is what it cannot do without.
    fn required(&mut self, node: &Node, keys: &'static [Key]) {
        let Some(first) = keys.first().filter(|first| node.get(first.name).is_none()) else { return };
        let but = match first.name {
            "component_id" if node.get("name").is_some() => "It is known by its name.",
            _ => "It has no effect.",
        };
        self.wrong(node.line, Code::WrongValue, format!("has no `{}`. {but}", first.name));
    }

    /// A list of single values; one without a list is a common slip, and there is only one thing that it can mean.
    pub(super) fn list(&mut self, line: usize, node: Node, shape: Shape) -> Option<Node> {
        let place = node.line;
        let mut list = match node.value {
            Value::List(list) => list,
            Value::Scalar(_) => vec![node],
            _ => {
                self.wrong(
                    line,
                    Code::WrongValue,
                    format!("is {}, but has to be a list. It has no effect.", node.kind()),
                );
                return None;
            }
        };
        self.shorten(&mut list, "entries");
        list.retain(|item| match self.item(item, shape) {
            Ok(()) => true,
            Err((code, why)) => {
                self.wrong(item.line, code, format!("has {}, {why}. It is left out.", item.kind()));
                false
            }
        });
        Some(Node { line: place, value: Value::List(list) })
    }

    fn item(&mut self, item: &Node, shape: Shape) -> Result<(), (Code, String)> {
        let has_to_stand = |expected: &str| format!("where {expected} has to stand");
        if matches!(shape, Shape::Texts) {
            return values::text(item).map(drop).map_err(|expected| (Code::WrongValue, has_to_stand(expected)));
        }
        let Some(text) = item.text().map(str::trim).filter(|text| text.len() <= MAX_LENGTH) else {
            return Err((Code::WrongValue, has_to_stand("a pattern of at most 1000 letters")));
        };
        self.patterns += 1;
        if self.patterns > MAX_PATTERNS {
            return Err((Code::TooLarge, format!("after {MAX_PATTERNS} other patterns in the file")));
        }
        let read = match shape {
            Shape::Branches => BranchPatterns::default().add(text),
            Shape::FlagPatterns => FlagPatterns::default().add(text),
            Shape::Fixes => Fixes::default().add(text),
            _ => Patterns::default().add(text),
        };
        read.map_err(|expected| (Code::WrongPattern, has_to_stand(expected)))
    }

    pub(super) fn layout(&mut self, line: usize, text: &str) {
        for (token, kind) in tokens(text) {
            let token = node::shorten(token);
            match kind {
                Token::Part(_) => {}
                Token::Nothing => {
                    let reason = format!("has `{token}`, which shows nothing, with Codecov neither.");
                    self.note(line, Kind::NoEffect, Code::NoEffect, reason);
                }
                Token::NotHere => {
                    let reason = format!("has `{token}`, which is not drawn here.");
                    self.note(line, Kind::NotSupported, Code::NotSupported, reason);
                }
                Token::Unknown => {
                    let word = token.split(':').next().unwrap_or_default();
                    let meant = nearest(word, WORDS).map(|meant| format!("; did you mean `{meant}`?"));
                    let meant = meant.unwrap_or_else(|| ".".to_owned());
                    let reason = format!("has `{token}`, which is no part of the comment{meant} It is left out.");
                    self.wrong(line, Code::WrongValue, reason);
                }
            }
        }
    }

    pub(super) fn shorten<T>(&mut self, list: &mut Vec<T>, what: &str) {
        if list.len() > MAX_ENTRIES {
            let reason = format!("has {} {what}; the first {MAX_ENTRIES} are read.", list.len());
            self.push(None, Kind::Mistake, Code::TooLarge, reason, None);
            list.truncate(MAX_ENTRIES);
        }
    }
}
