//! What stands in a tag: attributes without allocation, and values without their escapes. No entity but the five
//! predefined ones and character references is resolved.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use crate::formats::number;

/// Names and raw values in what follows a tag's name.
pub(in crate::formats) fn attributes(raw: &str) -> impl Iterator<Item = (&str, &str)> {
    // Names and values are a few bytes long: a vector search would take longer to start than to search.
    let bytes = raw.as_bytes();
    let after = |mut at: usize, passed: fn(u8) -> bool| {
        while at < bytes.len() && passed(bytes[at]) {
            at += 1;
        }
        at
    };
    let space = |byte: u8| byte.is_ascii_whitespace();
    let mut at = 0;
    std::iter::from_fn(move || {
        let name = after(at, space);
        let name_end = after(name, |byte| byte != b'=' && !byte.is_ascii_whitespace());
        let equals = after(name_end, space);
        if bytes.get(equals) != Some(&b'=') {
            return None;
        }
        let value = after(equals + 1, space) + 1;
        let value_end = match bytes.get(value - 1) {
            Some(b'"') => after(value, |byte| byte != b'"'),
            Some(b'\'') => after(value, |byte| byte != b'\''),
            _ => return None,
        };
        if value_end == bytes.len() {
            return None;
        }
        at = value_end + 1;
        Some((&raw[name..name_end], &raw[value..value_end]))
    })
}

/// What is left of a tag of a usual form, taken piece by piece from its start.
pub(in crate::formats) struct Usual<'a>(pub(in crate::formats) &'a [u8]);

impl Usual<'_> {
    /// Passes over exactly this text.
    #[inline]
    pub(in crate::formats) fn literal(&mut self, text: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    /// The number behind exactly this text.
    #[inline]
    pub(in crate::formats) fn number(&mut self, before: &[u8]) -> Option<u32> {
        self.literal(before)?;
        let (number, length) = number::leading(self.0)?;
        self.0 = &self.0[length..];
        Some(number)
    }
}

/// The text behind predefined entities and character references; `None` when another entity is in it.
pub(in crate::formats) fn unescape(raw: &str) -> Option<Cow<'_, str>> {
    let Some(first) = memchr(b'&', raw.as_bytes()) else { return Some(Cow::Borrowed(raw)) };
    let mut out = String::with_capacity(raw.len());
    out.push_str(&raw[..first]);
    let mut rest = &raw[first..];
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let reference = &rest[at + 1..];
        let end = memchr2(b';', b'&', reference.as_bytes()).filter(|end| reference.as_bytes()[*end] == b';')?;
        out.push(character(&reference[..end])?);
        rest = &reference[end + 1..];
    }
    out.push_str(rest);
    Some(Cow::Owned(out))
}

fn character(reference: &str) -> Option<char> {
    Some(match reference {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = reference.strip_prefix('#')?;
            let digits = number.strip_prefix('x').unwrap_or(number);
            let radix = if digits.len() < number.len() { 16 } else { 10 };
            // Rust would also read a sign.
            let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            u32::from_str_radix(digits, radix).ok().filter(|code| plain && *code > 0).and_then(char::from_u32)?
        }
    })
}
