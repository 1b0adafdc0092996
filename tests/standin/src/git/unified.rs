//! The text of a diff, byte for byte in the form of `git diff -M`: what GitHub answers to the diff media type.

use std::ops::Range;

use similar::{ChangeTag, DiffOp};

use super::{ChangeKind, FileChange, changes::lines};

/// The whole diff of `changes`.
#[must_use]
pub fn unified(changes: &[FileChange]) -> Vec<u8> {
    let mut out = Vec::new();
    for change in changes {
        header(change, &mut out);
        if change.is_binary() && change.similarity < 100 {
            let (old, new) = names(change);
            out.extend_from_slice(format!("Binary files {old} and {new} differ\n").as_bytes());
        } else {
            let body = hunks(change);
            if !body.is_empty() {
                let (old, new) = names(change);
                let (old, new) = (ended(&old), ended(&new));
                out.extend_from_slice(format!("--- {old}\n+++ {new}\n").as_bytes());
                out.extend_from_slice(&body);
            }
        }
    }
    out
}

/// The hunks alone, as the API's `patch` field has them; `None` for binary files and pure renames.
pub(crate) fn patch_text(change: &FileChange) -> Option<String> {
    let body = hunks(change);
    (!body.is_empty()).then(|| String::from_utf8_lossy(&body).trim_end_matches('\n').to_owned())
}

fn header(change: &FileChange, out: &mut Vec<u8>) {
    let (old, new) = (quoted("a/", &change.old_path), quoted("b/", &change.path));
    let mut text = format!("diff --git {old} {new}\n");
    match change.kind {
        ChangeKind::Added => text.push_str("new file mode 100644\n"),
        ChangeKind::Removed => text.push_str("deleted file mode 100644\n"),
        ChangeKind::Renamed => text.push_str(&format!(
            "similarity index {}%\nrename from {}\nrename to {}\n",
            change.similarity,
            quoted("", &change.old_path),
            quoted("", &change.path)
        )),
        ChangeKind::Modified => {}
    }
    if change.similarity < 100 {
        let short = |blob: Option<&super::Blob>| blob.map_or("0000000".to_owned(), |blob| blob.sha[..7].to_owned());
        let mode = if change.old.is_some() && change.new.is_some() { " 100644" } else { "" };
        text.push_str(&format!("index {}..{}{mode}\n", short(change.old.as_ref()), short(change.new.as_ref())));
    }
    out.extend_from_slice(text.as_bytes());
}

fn names(change: &FileChange) -> (String, String) {
    let none = || "/dev/null".to_owned();
    let old = change.old.as_ref().map_or_else(none, |_| quoted("a/", &change.old_path));
    let new = change.new.as_ref().map_or_else(none, |_| quoted("b/", &change.path));
    (old, new)
}

/// git ends a name that holds a space with a tab, for the sake of old `patch` programs; a diff parser must expect it.
fn ended(name: &str) -> String {
    if name.contains(' ') { format!("{name}\t") } else { name.to_owned() }
}

/// A path as git writes it: in quotes with octal escapes as soon as one byte is unusual.
fn quoted(prefix: &str, path: &str) -> String {
    let plain = |byte: u8| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
    if path.bytes().all(plain) {
        return format!("{prefix}{path}");
    }
    let mut text = format!("\"{prefix}");
    for byte in path.bytes() {
        match byte {
            b'"' => text.push_str("\\\""),
            b'\\' => text.push_str("\\\\"),
            b'\t' => text.push_str("\\t"),
            b'\n' => text.push_str("\\n"),
            byte if plain(byte) => text.push(char::from(byte)),
            byte => text.push_str(&format!("\\{byte:03o}")),
        }
    }
    text.push('"');
    text
}

/// The hunks of a text file with three lines of context.
pub(crate) fn hunks(change: &FileChange) -> Vec<u8> {
    let (old, new) = (lines(change.old.as_ref()), lines(change.new.as_ref()));
    let mut out = Vec::new();
    for group in similar::group_diff_ops(change.operations(), 3) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let before = first.old_range().start..last.old_range().end;
        let after = first.new_range().start..last.new_range().end;
        let line = format!("@@ -{} +{} @@", span(&before), span(&after));
        out.extend_from_slice(line.as_bytes());
        if let Some(section) = old[..before.start].iter().rev().find(|line| opens_section(line)) {
            out.push(b' ');
            out.extend_from_slice(section[..section.len().min(80)].trim_ascii_end());
        }
        out.push(b'\n');
        for op in &group {
            hunk_lines(op, &old, &new, &mut out);
        }
    }
    out
}

/// git's default for the text after the second `@@`: the last line that starts like a definition.
fn opens_section(line: &[u8]) -> bool {
    line.first().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$'))
}

fn span(range: &Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        length => format!("{},{length}", range.start + 1),
    }
}

fn hunk_lines(op: &DiffOp, old: &[&[u8]], new: &[&[u8]], out: &mut Vec<u8>) {
    for change in op.iter_changes(old, new) {
        let line: &[u8] = change.value();
        out.push(match change.tag() {
            ChangeTag::Equal => b' ',
            ChangeTag::Delete => b'-',
            ChangeTag::Insert => b'+',
        });
        out.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            out.extend_from_slice(b"\n\\ No newline at end of file\n");
        }
    }
}
