//! A forward scanner for the XML that coverage tools write: tags and their attributes, nothing in between unless it is
//! asked for. Several times faster than a general reader, and it reads from a stream: a tag that straddles two blocks
//! is carried over, everything before it is forgotten.
//!
//! Comments, instructions, CDATA and the DOCTYPE are passed over. No DTD is read and no entity but the five predefined
//! ones and character references is ever resolved. What is not well-formed is forgiven where its meaning is clear (end
//! tags that do not match); a tag without an end, one over 1 MiB and nesting over 256 end the document.

mod opening;
mod values;

use std::borrow::Cow;

use memchr::{memchr, memmem};

use super::input::{Input, MAX_RECORD};
use super::{Place, WarningCode, Warnings};
pub(super) use opening::opening;
pub(super) use values::{Usual, attributes, unescape};

/// No report is nested a tenth as deep.
const MAX_DEPTH: u32 = 256;

/// What the scanner stops at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event<'a> {
    /// `<name …>`; an [`Event::End`] follows unless the document breaks off.
    Start(Tag<'a>),
    /// `<name …/>`; no end follows.
    Empty(Tag<'a>),
    /// `</name>`.
    End(&'a str),
}

/// A start tag or an empty element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// The name as it stands, with a prefix if it has one.
    pub(super) name: &'a str,
    /// Everything between the name and the end of the tag.
    pub(super) raw: &'a str,
    /// Where the tag begins, as an offset in the document.
    pub(super) at: u64,
}

impl<'a> Tag<'a> {
    /// Names and raw values; values may need [`unescape`]. Stops at the first one that is not well-formed.
    pub(super) fn attributes(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        attributes(self.raw)
    }

    /// One attribute's raw value.
    pub(super) fn attribute(self, name: &str) -> Option<&'a str> {
        self.attributes().find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// Where the tag is, for a warning.
    pub(super) fn place(self) -> Place {
        Place::Byte(self.at)
    }

    /// What to show of the tag in a warning.
    pub(super) fn example(self) -> &'a [u8] {
        self.raw.trim_ascii().as_bytes()
    }
}

/// Walks through a document.
pub(super) struct Scanner<'i, 'r> {
    input: &'i mut Input<'r>,
    depth: u32,
    broken: Option<u64>,
}

enum Kind {
    Start,
    Empty,
    End,
}

impl<'i, 'r> Scanner<'i, 'r> {
    pub(super) fn new(input: &'i mut Input<'r>) -> Scanner<'i, 'r> {
        Scanner { input, depth: 0, broken: None }
    }

    /// The next tag; `None` at the end of what can be read.
    pub(super) fn next(&mut self) -> Option<Event<'_>> {
        let length = self.locate()?;
        let at = self.input.position();
        self.input.take(length);
        // Borrowed anew, because the loop that found the tag may have read more.
        let tag = &self.input.taken(length)[1..length - 1];
        let (kind, body) = match tag.as_bytes() {
            [b'/', ..] => (Kind::End, &tag[1..]),
            [.., b'/'] => (Kind::Empty, &tag[..tag.len() - 1]),
            _ => (Kind::Start, tag),
        };
        let end = body.bytes().position(|byte| byte.is_ascii_whitespace()).unwrap_or(body.len());
        let (name, raw) = body.split_at(end);
        match kind {
            Kind::End => {
                self.depth = self.depth.saturating_sub(1);
                Some(Event::End(name))
            }
            Kind::Empty => Some(Event::Empty(Tag { name, raw, at })),
            Kind::Start if self.depth == MAX_DEPTH => {
                self.broken = Some(at);
                None
            }
            Kind::Start => {
                self.depth += 1;
                Some(Event::Start(Tag { name, raw, at }))
            }
        }
    }

    /// Offers the next tag, as it stands, to a parser that knows a usual form of it. `read` gives what it read and the
    /// tag's length; `None` leaves the tag to [`Scanner::next`]. Only for empty elements.
    #[inline]
    pub(super) fn usual<T>(&mut self, read: impl FnOnce(&[u8]) -> Option<(T, usize)>) -> Option<T> {
        let text = self.input.text().as_bytes();
        let start = if text.first() == Some(&b'<') { 0 } else { memchr(b'<', text)? };
        let (value, length) = read(&text[start..])?;
        self.input.take(start + length);
        Some(value)
    }

    /// The text from here to the next tag, unescaped, CDATA included, cut at `limit` bytes. The flag says that an entity
    /// was left as it stands. Call it behind an [`Event::Start`].
    pub(super) fn text(&mut self, limit: usize) -> (String, bool) {
        let (mut text, mut unresolved) = (String::new(), false);
        let mut add = |raw: &str, escaped: bool| {
            let plain = if escaped { unescape(raw) } else { Some(Cow::Borrowed(raw)) };
            unresolved |= plain.is_none();
            let plain = plain.unwrap_or(Cow::Borrowed(raw));
            text.push_str(&plain[..plain.floor_char_boundary(limit.saturating_sub(text.len()))]);
        };
        while self.broken.is_none() {
            let here = self.input.text();
            let Some(end) = memchr(b'<', here.as_bytes()) else {
                if self.more(here.len()) {
                    continue;
                }
                add(self.input.text(), true);
                break;
            };
            add(&here[..end], true);
            self.input.take(end);
            let Some(length) = self.passed_over() else { break };
            if let Some(data) = self.input.text()[..length].strip_prefix("<![CDATA[") {
                add(data.strip_suffix("]]>").unwrap_or(data), false);
            }
            self.input.take(length);
        }
        (text, unresolved)
    }

    /// Says where the document breaks off, if it does.
    pub(super) fn finish(self, warnings: &mut Warnings) {
        let end = self.input.position() + self.input.text().len() as u64;
        if let Some(at) = self.broken.or((self.depth > 0).then_some(end)) {
            warnings.add(WarningCode::BrokenXml, Place::Byte(at), b"");
        }
    }

    /// Moves to the next tag and gives its length from `<` to `>`.
    fn locate(&mut self) -> Option<usize> {
        while self.broken.is_none() {
            let text = self.input.text().as_bytes();
            let Some(start) = memchr(b'<', text) else {
                self.input.take(text.len());
                if self.input.fill() { continue } else { return None }
            };
            match text.get(start + 1) {
                Some(b'!' | b'?') => {
                    self.input.take(start);
                    let length = self.passed_over()?;
                    self.input.take(length);
                }
                Some(first) if *first == b'/' || is_name_start(*first) => {
                    if let Some(end) = tag_end(&text[start..]) {
                        self.input.take(start);
                        return Some(end + 1);
                    }
                    self.input.take(start);
                    self.more_or_broken();
                }
                // A bare `<` in a text.
                Some(_) => self.input.take(start + 1),
                None => {
                    self.input.take(start);
                    self.more_or_broken();
                }
            }
        }
        None
    }

    /// The length of the comment, instruction, CDATA or DOCTYPE that begins here; `None` when a tag does.
    fn passed_over(&mut self) -> Option<usize> {
        while self.broken.is_none() {
            let text = self.input.text();
            let bytes = text.as_bytes();
            let end = match bytes {
                [b'<', b'?', ..] => memmem::find(bytes, b"?>").map(|at| at + 2),
                [b'<', b'!', b'-', b'-', rest @ ..] => memmem::find(rest, b"-->").map(|at| at + 7),
                [b'<', b'!', b'[', ..] => memmem::find(bytes, b"]]>").map(|at| at + 3),
                // Enough to tell a comment from a DOCTYPE.
                [b'<', b'!', _, _, ..] => doctype_end(bytes),
                [b'<', b'!', ..] | [b'<'] => None,
                _ => return None,
            };
            if end.is_some() {
                return end;
            }
            self.more_or_broken();
        }
        None
    }

    /// Reads more, unless what begins here is longer than anything may be.
    fn more(&mut self, held: usize) -> bool {
        held <= MAX_RECORD && self.input.fill()
    }

    fn more_or_broken(&mut self) {
        if !self.more(self.input.text().len()) {
            self.broken = Some(self.input.position());
        }
    }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80 || matches!(byte, b'_' | b':')
}

/// Where the `>` of the tag that begins here stands: the first one outside quotes.
fn tag_end(tag: &[u8]) -> Option<usize> {
    let mut end = memchr(b'>', tag)?;
    loop {
        let (double, single) = quotes(&tag[..end]);
        if single == 0 && double % 2 == 0 {
            return Some(end);
        }
        if single > 0 {
            return quoted_end(tag);
        }
        end += 1 + memchr(b'>', &tag[end + 1..])?;
    }
}

/// How many of each quote, which the compiler turns into vector code.
fn quotes(bytes: &[u8]) -> (usize, usize) {
    bytes.chunks(128).fold((0, 0), |(double, single), chunk| {
        let (mut doubles, mut singles) = (0_u8, 0_u8);
        for byte in chunk {
            doubles += u8::from(*byte == b'"');
            singles += u8::from(*byte == b'\'');
        }
        (double + usize::from(doubles), single + usize::from(singles))
    })
}

/// The same, from quote to quote.
#[cold]
fn quoted_end(tag: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += tag[at..].iter().position(|byte| matches!(byte, b'>' | b'"' | b'\''))?;
        match tag[at] {
            b'>' => return Some(at),
            quote => at += 2 + memchr(quote, &tag[at + 1..])?,
        }
    }
}

/// The length of a DOCTYPE, whose own markup may stand in brackets: quotes and comments in it are respected.
fn doctype_end(text: &[u8]) -> Option<usize> {
    let (mut at, mut brackets) = (2, 0_u32);
    loop {
        match text.get(at)? {
            b'[' => brackets += 1,
            b']' => brackets = brackets.saturating_sub(1),
            b'>' if brackets == 0 => return Some(at + 1),
            quote @ (b'"' | b'\'') => at += 1 + memchr(*quote, &text[at + 1..])?,
            b'<' if text[at..].starts_with(b"<!--") => at += 6 + memmem::find(&text[at + 4..], b"-->")?,
            _ => {}
        }
        at += 1;
    }
}
