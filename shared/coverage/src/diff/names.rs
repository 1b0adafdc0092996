//! Paths in diff headers: prefixes, C-style quoting with octal escapes, `/dev/null`, trailing tabs.

use memchr::{memchr, memmem};

/// The path on a `---` or `+++` line.
pub(super) enum Name {
    Path(String),
    /// `/dev/null`: the file does not exist on this side.
    Nothing,
    /// Damaged quoting; what the header said before stands.
    Unusable,
}

/// `a/path`, `"a/p\303\244th"`, `a/with space<TAB>`, `/dev/null`.
pub(super) fn side(text: &[u8]) -> Name {
    let path = if text.first() == Some(&b'"') {
        unquote(text).map(|(path, _)| path)
    } else {
        // git ends a name that has spaces with a tab; diff(1) puts a date behind one.
        Some(text[..memchr(b'\t', text).unwrap_or(text.len())].to_vec())
    };
    match path {
        Some(path) if path == b"/dev/null" => Name::Nothing,
        Some(path) if !path.is_empty() => Name::Path(text_of(strip(&path))),
        _ => Name::Unusable,
    }
}

/// A name without prefix, as in `rename from` lines.
pub(super) fn bare(text: &[u8]) -> Option<String> {
    let path = if text.first() == Some(&b'"') { unquote(text)?.0 } else { text.to_vec() };
    (!path.is_empty()).then(|| text_of(&path))
}

/// The two names behind `diff --git`. They are only used where nothing better follows (mode changes, empty and binary
/// files), and there both are the same, which is the only thing that makes unquoted names with spaces separable.
pub(super) fn pair(text: &[u8]) -> Option<(Option<String>, Option<String>)> {
    let (old, new) = if text.first() == Some(&b'"') {
        let (old, rest) = unquote(text)?;
        let new = rest.strip_prefix(b" ")?;
        (old, if new.first() == Some(&b'"') { unquote(new)?.0 } else { new.to_vec() })
    } else if text.len() % 2 == 1 && text[text.len() / 2] == b' ' && same_name(text) {
        (text[..text.len() / 2].to_vec(), text[text.len() / 2 + 1..].to_vec())
    } else {
        let middle = memmem::find(text, b" b/").or_else(|| memmem::find(text, b" \"b/"))?;
        let new = &text[middle + 1..];
        (text[..middle].to_vec(), if new.first() == Some(&b'"') { unquote(new)?.0 } else { new.to_vec() })
    };
    Some((Some(text_of(strip(&old))), Some(text_of(strip(&new)))))
}

fn same_name(text: &[u8]) -> bool {
    let (old, new) = (&text[..text.len() / 2], &text[text.len() / 2 + 1..]);
    strip(old) == strip(new)
}

/// Without git's one-letter prefix: `a/`, `b/`, and the `i/`, `w/`, `c/`, `o/` of `diff.mnemonicPrefix`.
fn strip(path: &[u8]) -> &[u8] {
    match path {
        [b'a' | b'b' | b'c' | b'i' | b'o' | b'w', b'/', rest @ ..] => rest,
        _ => path,
    }
}

fn text_of(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

/// A C string at the start of `text`, and what follows its closing quote.
fn unquote(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut path = Vec::new();
    let mut rest = text.strip_prefix(b"\"")?;
    loop {
        let (byte, tail) = rest.split_first()?;
        rest = tail;
        match byte {
            b'"' => return Some((path, rest)),
            b'\\' => {
                let (byte, tail) = escape(rest)?;
                path.push(byte);
                rest = tail;
            }
            byte => path.push(*byte),
        }
    }
}

fn escape(text: &[u8]) -> Option<(u8, &[u8])> {
    let simple = |byte| Some((byte, &text[1..]));
    match *text.first()? {
        b'a' => simple(7),
        b'b' => simple(8),
        b't' => simple(b'\t'),
        b'n' => simple(b'\n'),
        b'v' => simple(11),
        b'f' => simple(12),
        b'r' => simple(b'\r'),
        byte @ (b'"' | b'\\') => simple(byte),
        b'0'..=b'3' => {
            let digits = text.get(..3)?;
            let value = digits.iter().try_fold(0_u32, |value, digit| {
                matches!(digit, b'0'..=b'7').then(|| value * 8 + u32::from(digit - b'0'))
            })?;
            Some((u8::try_from(value).ok()?, &text[3..]))
        }
        _ => None,
    }
}
