//! A forgiving pull reader of JSON, for reports that are larger than anything one wants to hold as a tree.
//!
//! Why not serde: a visitor does not know where in the text it is, so a warning could not name its place; a number
//! beyond `f64` or a value of another type ends the whole document; and what a broken document held would be lost.
//! Here a caller asks for what it expects, skips the rest, and keeps what it has when [`Broken`] comes.
//!
//! Traps: each key and each item must be followed by exactly one read of a value (or [`Json::skip`]). Missing or extra
//! commas are not noticed. Nothing here recurses, so depth costs nothing; a caller's depth is the depth of its format.

mod escape;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use memchr::memchr2;

use super::number::{self, Count};
pub(super) use escape::unescape;

/// The text ends early or is no JSON from here on ([`Json::at`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken;

/// What the next value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    Text,
    Number,
    True,
    False,
    Null,
}

/// A place in a JSON text.
#[derive(Debug, Clone)]
pub(super) struct Json<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Json<'a> {
    /// `text` should be UTF-8; what is not becomes U+FFFD in keys and strings.
    pub(super) fn new(text: &'a [u8]) -> Json<'a> {
        Json { text, at: 0 }
    }

    /// The byte that is read next, from 0.
    pub(super) fn at(&self) -> u64 {
        self.at as u64
    }

    /// The text from `start` (an earlier [`Json::at`]) to here, as an example in a warning.
    pub(super) fn since(&self, start: u64) -> &'a [u8] {
        let start = usize::try_from(start).unwrap_or(self.at);
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// What comes next; nothing is consumed but spaces.
    #[inline]
    pub(super) fn kind(&mut self) -> Result<Kind, Broken> {
        self.spaces();
        Ok(match self.text.get(self.at) {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::Text,
            Some(b'-' | b'+' | b'.' | b'0'..=b'9') => Kind::Number,
            Some(b't') => Kind::True,
            Some(b'f') => Kind::False,
            // Python writes NaN for what it cannot divide.
            Some(b'n' | b'N') => Kind::Null,
            _ => return Err(Broken),
        })
    }

    /// Steps into an object: [`Json::key`] follows until it gives `None`. When the value is something else, it is
    /// skipped and false is returned.
    #[inline]
    pub(super) fn object(&mut self) -> Result<bool, Broken> {
        self.enter(b'{')
    }

    /// Steps into an array: [`Json::item`] follows until it is false. When the value is something else, it is skipped
    /// and false is returned.
    #[inline]
    pub(super) fn array(&mut self) -> Result<bool, Broken> {
        self.enter(b'[')
    }

    #[inline]
    fn enter(&mut self, bracket: u8) -> Result<bool, Broken> {
        self.spaces();
        let found = self.text.get(self.at) == Some(&bracket);
        if found {
            self.at += 1;
        } else {
            self.skip()?;
        }
        Ok(found)
    }

    /// The next key of the object that is open, or `None` at its end.
    #[inline]
    pub(super) fn key(&mut self) -> Result<Option<Cow<'a, str>>, Broken> {
        Ok(self.raw_key()?.map(unescape))
    }

    /// [`Json::key`] with its escapes as they stand: cheaper where keys are many and only compared or numbers.
    #[inline]
    pub(super) fn raw_key(&mut self) -> Result<Option<&'a [u8]>, Broken> {
        if !self.more(b'}')? {
            return Ok(None);
        }
        let key = self.quoted()?;
        self.spaces();
        if self.text.get(self.at) != Some(&b':') {
            return Err(Broken);
        }
        self.at += 1;
        Ok(Some(key))
    }

    /// Whether the array that is open has another item.
    #[inline]
    pub(super) fn item(&mut self) -> Result<bool, Broken> {
        self.more(b']')
    }

    #[inline]
    fn more(&mut self, end: u8) -> Result<bool, Broken> {
        loop {
            match self.text.get(self.at) {
                Some(b',' | b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(byte) if *byte == end => {
                    self.at += 1;
                    return Ok(false);
                }
                Some(_) => return Ok(true),
                None => return Err(Broken),
            }
        }
    }

    /// A string; `None` (and skipped) when the value is something else.
    pub(super) fn string(&mut self) -> Result<Option<Cow<'a, str>>, Broken> {
        Ok(self.raw_string()?.map(unescape))
    }

    /// [`Json::string`] with its escapes as they stand.
    pub(super) fn raw_string(&mut self) -> Result<Option<&'a [u8]>, Broken> {
        if self.kind()? == Kind::Text { self.quoted().map(Some) } else { self.skip().map(|()| None) }
    }

    /// The text of a number, or of a string that may hold one; empty (and skipped) when the value is something else.
    #[inline]
    pub(super) fn number_text(&mut self) -> Result<&'a [u8], Broken> {
        match self.kind()? {
            Kind::Number => {
                let start = self.at;
                let rest = &self.text[start..];
                let is_number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
                self.at += rest.iter().position(|byte| !is_number(byte)).unwrap_or(rest.len());
                Ok(&self.text[start..self.at])
            }
            Kind::Text => self.quoted(),
            _ => self.skip().map(|()| &[][..]),
        }
    }

    /// A count of executions.
    #[inline]
    pub(super) fn count(&mut self) -> Result<Count, Broken> {
        Ok(number::count(self.number_text()?))
    }

    /// A line number from 1; `None` for 0, null and whatever else is none.
    #[inline]
    pub(super) fn line(&mut self) -> Result<Option<u32>, Broken> {
        Ok(number::line(self.number_text()?))
    }

    /// True for `true` and for numbers but 0, which some writers use instead.
    #[inline]
    pub(super) fn truth(&mut self) -> Result<bool, Broken> {
        match self.kind()? {
            Kind::Number => Ok(self.number_text()? != b"0"),
            kind => self.skip().map(|()| kind == Kind::True),
        }
    }

    /// Passes over exactly this text, if it comes next: for shapes that are nearly always written alike.
    #[inline]
    pub(super) fn literal(&mut self, text: &[u8]) -> Option<()> {
        let found = self.text.get(self.at..)?.starts_with(text);
        self.at += if found { text.len() } else { 0 };
        found.then_some(())
    }

    /// The digits that come next; `None` when there are none.
    #[inline]
    pub(super) fn digits(&mut self) -> Option<&'a [u8]> {
        let rest = self.text.get(self.at..)?;
        let length = rest.iter().position(|byte| !byte.is_ascii_digit())?;
        self.at += length;
        (length > 0).then_some(&rest[..length])
    }

    /// Passes over the next value, whatever it is.
    pub(super) fn skip(&mut self) -> Result<(), Broken> {
        match self.kind()? {
            Kind::Text => self.quoted().map(drop),
            Kind::Object | Kind::Array => self.skip_nested(),
            _ => {
                // A literal or a number ends where the grammar goes on.
                let rest = &self.text[self.at..];
                let ends = |byte: &u8| {
                    matches!(byte, b',' | b'}' | b']' | b':' | b'"' | b'{' | b'[') || byte.is_ascii_whitespace()
                };
                self.at += rest.iter().position(ends).unwrap_or(rest.len());
                Ok(())
            }
        }
    }

    fn skip_nested(&mut self) -> Result<(), Broken> {
        let mut depth = 0_u64;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let next = rest.iter().position(|byte| matches!(byte, b'{' | b'[' | b'}' | b']' | b'"'));
            let Some(next) = next else {
                self.at = self.text.len();
                return Err(Broken);
            };
            self.at += next;
            match self.text[self.at] {
                b'"' => {
                    self.quoted()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                _ => depth = depth.saturating_sub(1),
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// What stands between the quotes.
    #[inline]
    fn quoted(&mut self) -> Result<&'a [u8], Broken> {
        if self.text.get(self.at) != Some(&b'"') {
            return Err(Broken);
        }
        let start = self.at + 1;
        // Nearly all keys are shorter than what makes a vector search worth its start.
        let mut end = start;
        while end < start + 16 {
            match self.text.get(end) {
                Some(b'"') => {
                    self.at = end + 1;
                    return Ok(&self.text[start..end]);
                }
                Some(b'\\') => break,
                Some(_) => end += 1,
                None => break,
            }
        }
        self.long_quoted(start, end)
    }

    fn long_quoted(&mut self, start: usize, mut end: usize) -> Result<&'a [u8], Broken> {
        loop {
            let Some(found) = memchr2(b'"', b'\\', self.text.get(end..).unwrap_or_default()) else {
                self.at = self.text.len();
                return Err(Broken);
            };
            end += found;
            if self.text[end] == b'"' {
                self.at = end + 1;
                return Ok(&self.text[start..end]);
            }
            end += 2;
        }
    }

    #[inline]
    fn spaces(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.text.get(self.at) {
            self.at += 1;
        }
    }
}
