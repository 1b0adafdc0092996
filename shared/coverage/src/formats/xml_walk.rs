//! A walk over an XML document for the smaller formats: start, text, end, each with its place.
//!
//! Over [`super::xml`]'s scanner, which resolves no entity, reads no DTD and streams. A document that breaks off ends
//! the walk; what came before was seen.

use std::borrow::Cow;

use super::file_set::FileSet;
use super::input::Input;
use super::xml::{self, Event, Scanner};
use super::{MAX_PATH, Place, WarningCode};

/// What sees the elements. Names come without their namespace's prefix.
pub(super) trait Visit {
    /// A start tag, with its attributes as they stand.
    fn start(&mut self, name: &str, attributes: &str, at: Place);
    /// An end tag, or the end of an empty element.
    fn end(&mut self, name: &str, at: Place);
    /// Whether the text of the element that just started is wanted.
    fn wants_text(&self) -> bool {
        false
    }
    /// That text up to the next tag, unescaped.
    fn text(&mut self, _text: &str) {}
    /// Where warnings go.
    fn files(&mut self) -> &mut FileSet;
}

/// Walks to the end, or to where the document breaks off.
pub(super) fn walk(input: &mut Input<'_>, visit: &mut impl Visit) {
    let mut scanner = Scanner::new(input);
    // An end tag has no place of its own; what is said there is said of what stands before it.
    let mut at = Place::Byte(0);
    while let Some(event) = scanner.next() {
        match event {
            Event::Start(tag) => {
                at = tag.place();
                visit.start(local(tag.name), tag.raw, at);
                if visit.wants_text() {
                    let (text, unresolved) = scanner.text(MAX_PATH);
                    if unresolved {
                        visit.files().warn(WarningCode::Entity, at, text.as_bytes());
                    }
                    visit.text(&text);
                }
            }
            Event::Empty(tag) => {
                at = tag.place();
                visit.start(local(tag.name), tag.raw, at);
                visit.end(local(tag.name), at);
            }
            Event::End(name) => visit.end(local(name), at),
        }
    }
    scanner.finish(visit.files().warnings());
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// The raw values of these attributes, each empty when it is not there.
pub(super) fn pick<'a, const N: usize>(attributes: &'a str, names: [&str; N]) -> [&'a str; N] {
    let mut values = [""; N];
    for (name, value) in xml::attributes(attributes) {
        if let Some(index) = names.iter().position(|wanted| *wanted == name) {
            values[index] = value.trim();
        }
    }
    values
}

/// An attribute's text. A custom entity in it stays as it stands and is told.
pub(super) fn unescaped<'a>(raw: &'a str, files: &mut FileSet, at: Place) -> Cow<'a, str> {
    xml::unescape(raw).unwrap_or_else(|| {
        files.warn(WarningCode::Entity, at, raw.as_bytes());
        Cow::Borrowed(raw)
    })
}

/// Adds a piece of text to what is kept of an element; no element that is kept is longer than a path.
pub(super) fn keep(text: &mut String, piece: &str) {
    let room = MAX_PATH.saturating_sub(text.len());
    text.push_str(&piece[..piece.floor_char_boundary(room.min(piece.len()))]);
}
