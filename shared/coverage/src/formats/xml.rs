//! The little XML that reports need beyond quick-xml's events: attributes without allocation, safe unescaping, and a
//! look at a document's first two elements.
//!
//! No DTD is read and no entity but the five predefined ones and character references is ever resolved.

use std::borrow::Cow;

use memchr::memchr;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// The name and raw value of each attribute in a start tag, as [`BytesStart::attributes_raw`] gives it. Stops at the
/// first one that is not well-formed. Several times faster than quick-xml's iterator, which walks byte by byte.
pub(super) fn attributes(raw: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = raw;
    std::iter::from_fn(move || {
        let equals = memchr(b'=', rest.as_bytes())?;
        let name = rest[..equals].trim_ascii();
        let value = rest[equals + 1..].trim_ascii_start();
        let quote = *value.as_bytes().first().filter(|quote| matches!(quote, b'"' | b'\''))?;
        let end = memchr(quote, &value.as_bytes()[1..])? + 1;
        rest = &value[end + 1..];
        Some((name, &value[1..end]))
    })
}

/// One attribute's raw value.
pub(super) fn attribute<'a>(tag: &'a BytesStart<'_>, name: &str) -> Option<&'a str> {
    attributes(tag.attributes_raw()).find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// The text behind predefined entities and character references; `None` when another entity is in it.
pub(super) fn unescape(raw: &str) -> Option<Cow<'_, str>> {
    if memchr(b'&', raw.as_bytes()).is_none() {
        Some(Cow::Borrowed(raw))
    } else {
        quick_xml::escape::unescape(raw).ok()
    }
}

/// A reader that forgives what can be forgiven in a damaged report.
pub(super) fn reader(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    reader
}

/// A document's root element, its raw attributes, and the name of its first child.
pub(super) struct Opening {
    pub(super) root: String,
    pub(super) attributes: String,
    pub(super) child: String,
}

/// Looks at the start of a document. `None` when there is no root element within the first part of it.
pub(super) fn opening(text: &str) -> Option<Opening> {
    let mut reader = reader(text);
    let mut found: Option<Opening> = None;
    // Comments, instructions and text before the first child are few in any real report.
    for _ in 0..64 {
        let tag = match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) => tag,
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => continue,
        };
        let name = tag.name().as_ref().to_owned();
        match &mut found {
            None => {
                let attributes = tag.attributes_raw().to_owned();
                found = Some(Opening { root: name, attributes, child: String::new() });
            }
            Some(opening) => {
                opening.child = name;
                break;
            }
        }
    }
    found
}
