//! Getting to UTF-8: byte order marks, UTF-16 (Visual Studio writes it), and bytes that are no UTF-8 at all.

use std::borrow::Cow;

/// A report's text. `bytes` is valid UTF-8.
pub(super) struct Text<'a> {
    pub(super) bytes: Cow<'a, [u8]>,
    /// Some bytes were not UTF-8 and became U+FFFD.
    pub(super) replaced: bool,
}

impl Text<'_> {
    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }
}

/// Borrows in the usual case; otherwise makes one repaired copy, at most three times the size.
pub(super) fn utf8(bytes: &[u8]) -> Text<'_> {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => lossy(rest),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => lossy(bytes),
    }
}

fn lossy(bytes: &[u8]) -> Text<'_> {
    // Checking alone is several times faster than looking for what to replace.
    if std::str::from_utf8(bytes).is_ok() {
        return Text { bytes: Cow::Borrowed(bytes), replaced: false };
    }
    Text { bytes: Cow::Owned(String::from_utf8_lossy(bytes).into_owned().into_bytes()), replaced: true }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Text<'static> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut replaced = false;
    for decoded in char::decode_utf16(units) {
        replaced |= decoded.is_err();
        text.push(decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    Text { bytes: Cow::Owned(text.into_bytes()), replaced }
}
