//! A file's tree held against the [`schema`](super::schema): what is sound is kept, all else becomes a problem.
//!
//! After this a tree holds nothing but known keys with values that can be read, each at most once, so that merging and
//! building need no errors of their own. What is kept never depends on what is thrown away.

use super::schema::{Key, ROOT, Shape, Used};
use super::{schema_parts::RULE, suggest, values};
use crate::node::{self, Entry, Node, Value};
use crate::problem::Found;
use crate::{Code, Kind, Layer, Problem};

/// Problems that are told at most: a file with more needs no longer list.
const MAX_PROBLEMS: usize = 200;

/// Entries of a list or a group that are read at most.
pub(super) const MAX_ENTRIES: usize = 1000;

/// Bytes of a flag's or a status's name: with the rest of its context GitHub takes no more.
const MAX_NAME: usize = 200;

/// Patterns in one file at most: each of them may be asked about each file of the repository.
pub(super) const MAX_PATTERNS: usize = 5000;

/// Holds trees against the schema and gathers what is wrong.
pub(super) struct Checker {
    layer: Layer,
    pub(super) path: Vec<String>,
    pub(super) patterns: usize,
    problems: Vec<Found>,
}

impl Checker {
    pub(super) fn new(layer: Layer) -> Checker {
        Checker { layer, path: Vec::new(), patterns: 0, problems: Vec::new() }
    }

    /// The sound part of a whole file.
    pub(super) fn file(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        self.group(entries, ROOT)
    }

    /// What was found, in the order of the lines.
    pub(super) fn problems(mut self) -> Vec<Found> {
        self.problems.sort_by_key(|found| found.problem.line);
        let more = self.problems.len().saturating_sub(MAX_PROBLEMS);
        if more > 0 {
            self.problems.truncate(MAX_PROBLEMS);
            let reason = format!("There are {more} more problems in the file.");
            let problem = Problem { layer: self.layer, ..super::whole_file(None, Code::TooLarge, reason) };
            self.problems.push(Found { problem, path: Vec::new() });
        }
        self.problems
    }

    fn group(&mut self, mut entries: Vec<Entry>, keys: &'static [Key]) -> Vec<Entry> {
        self.shorten(&mut entries, "keys");
        let mut kept = Vec::new();
        for entry in self.without_doubles(entries) {
            self.path.push(node::shorten(&entry.key));
            let key = keys.iter().find(|key| key.name == entry.key);
            match key {
                None => self.unknown(&entry, keys),
                Some(key) => kept.extend(self.key(entry, key)),
            }
            self.path.pop();
        }
        kept
    }

    fn key(&mut self, entry: Entry, key: &Key) -> Option<Entry> {
        if entry.node.value == Value::Null {
            return None;
        }
        match key.used {
            Used::Here | Used::Elsewhere => {}
            Used::Never => {
                let reason = "has no effect: Codecov accepts it and never reads it, and neither do we.";
                self.note(entry.line, Kind::NoEffect, Code::NoEffect, reason.to_owned());
                return Some(entry);
            }
            Used::NotHere(why) => {
                self.note(entry.line, Kind::NotSupported, Code::NotSupported, format!("has no effect here: {why}."));
            }
        }
        let (line, name) = (entry.line, entry.key);
        self.value(line, entry.node, key.shape).map(|node| Entry { key: name, line, node })
    }

    /// The sound part of a value; `None` when there is none, or when it says nothing.
    pub(super) fn value(&mut self, line: usize, node: Node, shape: Shape) -> Option<Node> {
        if node.value == Value::Null {
            return None;
        }
        let place = node.line;
        let keep = |value| Some(Node { line: place, value });
        match (shape, node.value) {
            (Shape::Any, value) => keep(value),
            (Shape::Group(keys) | Shape::SwitchOr(keys), Value::Map(entries)) => {
                keep(Value::Map(self.group(entries, keys)))
            }
            (Shape::Named(keys), Value::Map(entries)) => keep(Value::Map(self.named(entries, keys))),
            (Shape::Rules, Value::Map(entries)) => keep(Value::Map(self.rules(entries))),
            (Shape::ListOf(keys), Value::List(list)) => keep(Value::List(self.groups(list, keys))),
            (Shape::Texts | Shape::Paths | Shape::Branches | Shape::FlagPatterns | Shape::Fixes, value) => {
                self.list(line, Node { line: place, value }, shape)
            }
            (Shape::Layout, Value::Scalar(text)) => {
                self.layout(line, &text);
                keep(Value::Scalar(text))
            }
            (_, value) => self.single(line, Node { line: place, value }, shape),
        }
    }

    fn single(&mut self, line: usize, node: Node, shape: Shape) -> Option<Node> {
        let expected = match shape {
            Shape::Group(_) | Shape::Named(_) => Err("a group of keys".to_owned()),
            Shape::ListOf(_) => Err("a list of groups of keys".to_owned()),
            Shape::Layout => Err("words with commas between them".to_owned()),
            Shape::SwitchOr(_) if node.switch().is_some() => Ok(()),
            Shape::SwitchOr(_) => Err("`true`, `false` or a group of keys".to_owned()),
            Shape::Rules if node.switch().is_some() => Ok(()),
            Shape::Rules => Err("`true`, `false` or a group of named rules".to_owned()),
            shape => values::sound(shape, &node),
        };
        match expected {
            Ok(()) => {
                self.remarkable(line, &node);
                Some(node)
            }
            Err(expected) => {
                let is = if matches!(shape, Shape::Secret) { "something else".to_owned() } else { node.kind() };
                self.wrong(line, Code::WrongValue, format!("is {is}, but has to be {expected}. It has no effect."));
                None
            }
        }
    }

    /// A sound value that does something else here than with the incumbent.
    fn remarkable(&mut self, line: usize, node: &Node) {
        if self.path == ["comment", "behavior"] && node.text() == Some("spammy") {
            let reason = "is `spammy`, which is read as `new` here: the earlier comment is removed.".to_owned();
            self.note(line, Kind::NotSupported, Code::NotSupported, reason);
        }
    }

    /// Named groups: any name will do.
    fn named(&mut self, mut entries: Vec<Entry>, keys: &'static [Key]) -> Vec<Entry> {
        self.shorten(&mut entries, "entries");
        let mut kept = Vec::new();
        for Entry { key, line, node } in self.short_names(entries) {
            self.path.push(node::shorten(&key));
            // A name alone is already something: `flags: {unit: }`.
            let node = if node.value == Value::Null { empty(line) } else { node };
            kept.extend(self.value(line, node, Shape::Group(keys)).map(|node| Entry { key, line, node }));
            self.path.pop();
        }
        kept
    }

    /// Each entry once, without those whose names are too long for a context.
    fn short_names(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        let (short, long): (Vec<Entry>, Vec<Entry>) =
            entries.into_iter().partition(|entry| entry.key.len() <= MAX_NAME);
        for entry in long {
            self.path.push(node::shorten(&entry.key));
            let reason = format!("is a name of more than {MAX_NAME} letters. It has no effect.");
            self.wrong(entry.line, Code::TooLarge, reason);
            self.path.pop();
        }
        self.without_doubles(short)
    }

    /// Named status rules. What belongs into one and stands beside them is read for `default`.
    fn rules(&mut self, mut entries: Vec<Entry>) -> Vec<Entry> {
        self.shorten(&mut entries, "rules");
        let is_loose =
            |entry: &Entry| !matches!(entry.node.value, Value::Map(_)) && RULE.iter().any(|key| key.name == entry.key);
        let (loose, named): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(is_loose);
        let mut kept = Vec::new();
        for Entry { key, line, node } in self.short_names(named) {
            self.path.push(node::shorten(&key));
            let node = if node.value == Value::Null { empty(line) } else { node };
            kept.extend(self.value(line, node, Shape::SwitchOr(RULE)).map(|node| Entry { key, line, node }));
            self.path.pop();
        }
        if !loose.is_empty() {
            let loose = self.loose(loose);
            into_default(&mut kept, loose);
        }
        kept
    }

    /// Keys of a rule, written one level too high: the most common mistake in these files.
    fn loose(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        let place = format!("{}.default", self.path.join("."));
        for entry in &entries {
            self.path.push(entry.key.clone());
            let reason = format!(
                "belongs one level deeper, under `{place}`; it is read as if it stood there. Codecov refuses the whole file for it."
            );
            let suggestion = Some(format!("{place}.{}", entry.key));
            self.push(Some(entry.line), Kind::Mistake, Code::MisplacedKey, reason, suggestion);
            self.path.pop();
        }
        self.group(entries, RULE)
    }

    /// Each key once: the last one holds.
    fn without_doubles(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        let mut last = std::collections::HashMap::new();
        for (index, entry) in entries.iter().enumerate() {
            last.insert(entry.key.clone(), index);
        }
        let mut kept = Vec::new();
        for (index, entry) in entries.into_iter().enumerate() {
            if last.get(&entry.key) == Some(&index) {
                kept.push(entry);
                continue;
            }
            self.path.push(node::shorten(&entry.key));
            self.wrong(entry.line, Code::DuplicateKey, "stands here twice; the last one holds.".to_owned());
            self.path.pop();
        }
        kept
    }

    fn unknown(&mut self, entry: &Entry, keys: &'static [Key]) {
        let (path, suggestion) = (&self.path[..self.path.len() - 1], suggest::meant(&self.path, &entry.key, keys));
        let (code, reason) = match &suggestion {
            Some(suggest::Meant::Sibling(meant)) => {
                (Code::UnknownKey, format!("is not a known key; did you mean `{meant}`? It has no effect."))
            }
            Some(suggest::Meant::Elsewhere { parent, exact: true, .. }) => {
                (Code::MisplacedKey, format!("has no effect here; it belongs {}.", suggest::under(parent)))
            }
            Some(suggest::Meant::Elsewhere { parent, key, exact: false }) => {
                let place = suggest::under(parent);
                (Code::UnknownKey, format!("is not a known key; did you mean `{key}` {place}? It has no effect."))
            }
            None => (Code::UnknownKey, "is not a known key. It has no effect.".to_owned()),
        };
        let suggestion = suggestion.map(|meant| meant.whole(path));
        self.push(Some(entry.line), Kind::Mistake, code, reason, suggestion);
    }

    pub(super) fn wrong(&mut self, line: usize, code: Code, reason: String) {
        self.note(line, Kind::Mistake, code, reason);
    }

    pub(super) fn note(&mut self, line: usize, kind: Kind, code: Code, reason: String) {
        self.push(Some(line), kind, code, reason, None);
    }

    pub(super) fn push(
        &mut self,
        line: Option<usize>,
        kind: Kind,
        code: Code,
        reason: String,
        suggestion: Option<String>,
    ) {
        let (path, key) = (self.path.clone(), super::dotted(&self.path));
        let problem = Problem { kind, code, layer: self.layer, line, key, reason, suggestion };
        self.problems.push(Found { problem, path });
    }
}

fn empty(line: usize) -> Node {
    Node { line, value: Value::Map(Vec::new()) }
}

/// What stands in `default` itself overrules.
fn into_default(rules: &mut Vec<Entry>, mut loose: Vec<Entry>) {
    let Some(line) = loose.first().map(|entry| entry.line) else { return };
    match rules.iter_mut().find(|entry| entry.key == "default") {
        Some(Entry { node: Node { value: Value::Map(own), .. }, .. }) => {
            loose.retain(|entry| own.iter().all(|other| other.key != entry.key));
            own.append(&mut loose);
        }
        // Switched off, or on: then that is what was meant, or all there is to say.
        Some(Entry { node, .. }) if node.switch() == Some(false) => {}
        Some(Entry { node, .. }) => node.value = Value::Map(loose),
        None => rules.push(Entry { key: "default".to_owned(), line, node: Node { line, value: Value::Map(loose) } }),
    }
}
