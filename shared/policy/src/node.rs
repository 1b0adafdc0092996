//! YAML as a tree with line numbers, so that every problem can say where it is.
//!
//! Scalars keep their text: whether `off` is a word or a switch and whether `80` is a number or a percentage is for
//! the key that it stands under to say.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Spanned};

/// A value and its line, from 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) line: usize,
    pub(crate) value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    /// Any scalar but null.
    Scalar(String),
    List(Vec<Node>),
    /// In the order of the file; a key may come up again.
    Map(Vec<Entry>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// The key's line.
    pub(crate) line: usize,
    pub(crate) node: Node,
}

impl Node {
    /// The value under a key; the last one, should it be there twice.
    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Map(entries) => entries.iter().rev().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// YAML 1.1's switches, which is what these files have always been written for.
    pub(crate) fn switch(&self) -> Option<bool> {
        let Value::Scalar(text) = &self.value else { return None };
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => Some(true),
            "false" | "no" | "off" | "n" => Some(false),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// What it is, with its article, for sentences.
    pub(crate) fn kind(&self) -> String {
        match &self.value {
            Value::Null => "nothing".to_owned(),
            Value::Scalar(text) => format!("`{}`", shorten(text)),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a group of keys".to_owned(),
        }
    }
}

/// At most 60 characters, and nothing that ends a code span or turns the writing around.
pub(crate) fn shorten(text: &str) -> String {
    let turns =
        |letter: char| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let clean = |letter: char| if letter.is_control() || letter == '`' || turns(letter) { ' ' } else { letter };
    let mut short: String = text.chars().take(60).map(clean).collect();
    if text.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}

/// Parses one YAML document. On failure: the line, and what the parser says.
pub(crate) fn parse(yaml: &str) -> Result<Option<Node>, (Option<usize>, String)> {
    let options = serde_saphyr::options! {
        // Ours to report: the last one holds.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_events: 50_000,
            max_nodes: 20_000,
            max_depth: 32,
            max_aliases: 1_000,
        },
        // An alias may stand for much: what it unfolds to counts.
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 20_000 },
    };
    match serde_saphyr::from_str_with_options::<Option<Spanned<Raw>>>(yaml, options) {
        Ok(root) => Ok(root.map(|root| node(root, yaml))),
        Err(error) => {
            let line = error.location().map(|location| line(&location));
            Err((line, said(error.without_snippet())))
        }
    }
}

/// The parser's words, without the place (which is told anyway) and without its advice to programmers.
fn said(error: &serde_saphyr::Error) -> String {
    if matches!(error, serde_saphyr::Error::MultipleDocuments { .. }) {
        return "it holds more than one document".to_owned();
    }
    let text = error.to_string();
    let text = text.lines().next().unwrap_or_default();
    if ["budget breached", "alias replay", "recursion limit"].iter().any(|limit| text.starts_with(limit)) {
        return "it is deeper nested or unfolds to more than is read".to_owned();
    }
    let text = text.find(" at line ").map_or(text, |place| &text[..place]);
    text.chars().take(200).collect()
}

fn line(location: &serde_saphyr::Location) -> usize {
    usize::try_from(location.line()).unwrap_or_default()
}

/// A value as the parser gives it.
enum Raw {
    Null,
    Text(String),
    /// A number or a switch, which says less than what was written: `1.10` is no longer that, nor is `on`.
    Resolved(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<Raw>, Spanned<Raw>)>),
}

fn node(raw: Spanned<Raw>, yaml: &str) -> Node {
    let (used, defined) = (line(&raw.referenced), raw.defined);
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Text(text) => Value::Scalar(text),
        Raw::Resolved(text) => Value::Scalar(written(&defined, yaml).map_or(text, str::to_owned)),
        Raw::List(items) => Value::List(items.into_iter().map(|item| node(item, yaml)).collect()),
        Raw::Map(entries) => Value::Map(entries.into_iter().map(|(key, raw)| entry(key, raw, yaml)).collect()),
    };
    Node { line: used, value }
}

fn entry(key: Spanned<Raw>, raw: Spanned<Raw>, yaml: &str) -> Entry {
    let Node { line, value } = node(key, yaml);
    let key = match value {
        Value::Scalar(key) => key,
        _ => String::new(),
    };
    Entry { key, line, node: node(raw, yaml) }
}

/// What a plain number or switch looks like in the file.
fn written<'y>(place: &serde_saphyr::Location, yaml: &'y str) -> Option<&'y str> {
    let start = usize::try_from(place.span().byte_offset()?).ok()?;
    let end = start.checked_add(usize::try_from(place.span().byte_len()?).ok()?)?;
    let is_plain = |text: &&str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-._~".contains(&byte));
    yaml.get(start..end).map(str::trim).filter(|text| !text.is_empty()).filter(is_plain)
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Raw;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("YAML")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Resolved(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Resolved(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Resolved(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Raw, E> {
        Ok(Raw::Resolved(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Raw, E> {
        Ok(Raw::Resolved(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Resolved(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}
