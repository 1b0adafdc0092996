//! The text behind JSON's escapes.

use std::borrow::Cow;

use memchr::memchr;

/// What `raw` (between the quotes) means. What is not understood stays as it is; half a surrogate pair becomes U+FFFD.
pub(in crate::formats) fn unescape(raw: &[u8]) -> Cow<'_, str> {
    if memchr(b'\\', raw).is_none() {
        return String::from_utf8_lossy(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr(b'\\', rest) {
        out.push_str(&String::from_utf8_lossy(&rest[..at]));
        rest = &rest[at + 1..];
        let Some((name, after)) = rest.split_first() else { break };
        rest = after;
        match name {
            b'n' => out.push('\n'),
            b't' => out.push('\t'),
            b'r' => out.push('\r'),
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'u' => rest = code_unit(rest, &mut out),
            b'"' | b'\\' | b'/' => out.push(char::from(*name)),
            // The byte may begin a character of several: it is left to the rest.
            _ => {
                out.push('\\');
                rest = &raw[raw.len() - rest.len() - 1..];
            }
        }
    }
    out.push_str(&String::from_utf8_lossy(rest));
    Cow::Owned(out)
}

/// One `\u` escape, or two that are a surrogate pair. Gives what follows.
fn code_unit<'a>(rest: &'a [u8], out: &mut String) -> &'a [u8] {
    let Some(first) = hex(rest) else {
        out.push_str("\\u");
        return rest;
    };
    let rest = &rest[4..];
    let second = rest.strip_prefix(b"\\u").and_then(hex);
    if let (0xD800..=0xDBFF, Some(low @ 0xDC00..=0xDFFF)) = (first, second) {
        let code = 0x10000 + ((u32::from(first) - 0xD800) << 10) + (u32::from(low) - 0xDC00);
        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        return &rest[6..];
    }
    out.push(char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER));
    rest
}

fn hex(text: &[u8]) -> Option<u16> {
    text.get(..4)?.iter().try_fold(0_u16, |value, byte| {
        let digit = char::from(*byte).to_digit(16)?;
        Some(value << 4 | u16::try_from(digit).ok()?)
    })
}
