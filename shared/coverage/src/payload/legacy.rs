//! The text of old uploaders, and of `codecov-cli --legacy`: sections, each ended by a line that says what it was.
//!
//! ```text
//! src/a.go
//! <<<<<< network
//! # path=coverage/lcov.info
//! SF:src/a.go …
//! <<<<<< EOF
//! ```
//!
//! Sections come in any order. What follows the last one is a report too; a body without any is one report and is not
//! read here.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;

use memchr::memmem;

use super::stream::{Data, PackedFile, Upload};
use super::{FileFixes, Limits, PayloadError, body};

/// What every line that ends a section begins with.
const MARKER: &[u8] = b"<<<<<< ";
/// Room for a line feed, a marker and its line's end.
const LONGEST_MARKER: usize = 32;
/// Old uploaders put their logs behind this.
const END: &[u8] = b"==FROMNOWONIGNOREDBYCODECOV==>>>";
/// The name of the section that is no report but a list of lines.
const FIXES: &str = "fixes";
/// Generated Java, which is in no repository.
const GENERATED: &str = "/target/delombok/";
/// Lines that one range of ignored lines may have; longer ones are no comment.
const LONGEST_RANGE: u32 = 100_000;

/// What a section was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Environment,
    Network,
    File,
}

/// Whether a body is of this form.
pub(super) fn is(text: &[u8]) -> bool {
    memmem::find_iter(text, MARKER).any(|at| kind(line_at(text, at)).is_some() && (at == 0 || text[at - 1] == b'\n'))
}

/// The same of a body that comes as a stream. False when the stream breaks off before it is clear.
pub(super) fn comes(from: &mut dyn Read) -> bool {
    const BLOCK: u64 = 64 * 1024;
    let mut text = vec![b'\n'];
    while (&mut *from).take(BLOCK).read_to_end(&mut text).is_ok_and(|read| read > 0) {
        if is(&text) {
            return true;
        }
        // The marker may stand across two blocks, and a line feed belongs to it.
        text.drain(..text.len().saturating_sub(LONGEST_MARKER));
    }
    false
}

/// Reads a body of this form.
pub(super) fn open<'a>(text: &'a [u8], limits: &Limits) -> Result<Upload<'a>, PayloadError> {
    let text = memmem::find(text, END).map_or(text, |end| &text[..end]);
    let mut upload = Upload { files: Vec::new(), ..Upload::one(&[], limits) };
    let (mut start, mut at) = (0, 0);
    while let Some(found) = memmem::find(&text[at..], MARKER).map(|offset| at + offset) {
        let line = line_at(text, found);
        at = found + line.len();
        let is_line = found == 0 || text[found - 1] == b'\n';
        if let Some(kind) = kind(line).filter(|_| is_line) {
            section(&text[start..found], kind, limits, &mut upload)?;
            start = at;
        }
    }
    section(&text[start..], Kind::File, limits, &mut upload)?;
    Ok(upload)
}

fn line_at(text: &[u8], at: usize) -> &[u8] {
    let rest = &text[at..];
    &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())]
}

fn kind(line: &[u8]) -> Option<Kind> {
    match line.strip_prefix(MARKER)?.trim_ascii() {
        b"ENV" => Some(Kind::Environment),
        b"network" => Some(Kind::Network),
        b"EOF" => Some(Kind::File),
        _ => None,
    }
}

fn section<'a>(content: &'a [u8], kind: Kind, limits: &Limits, upload: &mut Upload<'a>) -> Result<(), PayloadError> {
    let content = content.trim_ascii();
    if content.is_empty() || kind == Kind::Environment {
        return Ok(());
    }
    if kind == Kind::Network {
        return network(content, limits, &mut upload.network);
    }
    let (name, report) = named(content);
    if name.as_deref() == Some(FIXES) {
        return fixes(report, limits, &mut upload.ignored_lines);
    }
    if upload.files.len() == limits.files {
        return Err(PayloadError::TooMany { what: body::TOO_MANY_FILES, limit: limits.files });
    }
    let filename = name.unwrap_or_else(|| "report".to_owned());
    upload.files.push(PackedFile { filename, data: Data::Plain(Cow::Borrowed(report)) });
    Ok(())
}

/// A section's name, which its first line may tell, and the rest of it.
fn named(content: &[u8]) -> (Option<String>, &[u8]) {
    let first = line_at(content, 0);
    match first.strip_prefix(b"# path=") {
        Some(name) => {
            (Some(String::from_utf8_lossy(name.trim_ascii()).into_owned()), content[first.len()..].trim_ascii())
        }
        None => (None, content),
    }
}

fn network(content: &[u8], limits: &Limits, paths: &mut Vec<String>) -> Result<(), PayloadError> {
    for line in content.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
        if paths.len() == limits.paths {
            return Err(PayloadError::TooMany { what: body::TOO_MANY_PATHS, limit: limits.paths });
        }
        let path = clean(line);
        if !path.contains(GENERATED) {
            paths.push(path);
        }
    }
    Ok(())
}

/// A path as git and old shells wrote it: quoted with octal escapes, blanks with a backslash, Windows' separators.
fn clean(line: &[u8]) -> String {
    let quoted = line.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    let bytes = quoted.map_or_else(|| line.to_vec(), unescape);
    let mut path = String::from_utf8_lossy(&bytes).into_owned();
    if quoted.is_none() {
        path = path.replace("\\ ", " ").replace('\\', "/");
    }
    path.strip_prefix("./").map_or_else(|| path.clone(), str::to_owned)
}

/// Git's quoting: `\303\244`, `\"`, `\\`, `\t`.
fn unescape(quoted: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(quoted.len());
    let mut at = 0;
    while let Some(&byte) = quoted.get(at) {
        let octal =
            quoted.get(at + 1..at + 4).filter(|digits| digits.iter().all(|digit| (b'0'..=b'7').contains(digit)));
        let (decoded, width) = match (byte, octal, quoted.get(at + 1)) {
            (b'\\', Some(digits), _) => {
                let value = digits.iter().fold(0_u32, |value, digit| value * 8 + u32::from(digit - b'0'));
                (u8::try_from(value).unwrap_or(b'?'), 4)
            }
            (b'\\', None, Some(b't')) => (b'\t', 2),
            (b'\\', None, Some(b'n')) => (b'\n', 2),
            (b'\\', None, Some(&escaped)) => (escaped, 2),
            _ => (byte, 1),
        };
        bytes.push(decoded);
        at += width;
    }
    bytes
}

/// `file:3`, `file:3,4`, `file:3:source` (a comment's beginning and end make a range), `EOF: 41 file`.
fn fixes(content: &[u8], limits: &Limits, files: &mut BTreeMap<String, FileFixes>) -> Result<(), PayloadError> {
    let mut open: Option<(String, u32)> = None;
    for line in content.split(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(line);
        let Some((path, hint)) = hint(line.trim()) else { continue };
        if files.len() == limits.paths && !files.contains_key(path) {
            return Err(PayloadError::TooMany { what: body::TOO_MANY_PATHS, limit: limits.paths });
        }
        let known = files.entry(path.to_owned()).or_default();
        match hint {
            Hint::End(last) => known.eof = Some(last),
            Hint::Lines(lines) => known.lines.extend(lines),
            Hint::Source(line, source) => {
                known.lines.push(line);
                let begun = open
                    .take()
                    .filter(|(of, first)| of == path && (*first..first.saturating_add(LONGEST_RANGE)).contains(&line));
                match (begun, begins(source), ends(source)) {
                    (Some((_, first)), _, true) => known.lines.extend(first..line),
                    (begun @ Some(_), _, false) => open = begun,
                    (None, true, _) => open = Some((path.to_owned(), line)),
                    (None, false, _) => {}
                }
            }
        }
    }
    for known in files.values_mut() {
        known.lines.sort_unstable();
        known.lines.dedup();
    }
    Ok(())
}

enum Hint<'a> {
    End(u32),
    Lines(Vec<u32>),
    Source(u32, &'a str),
}

fn hint(line: &str) -> Option<(&str, Hint<'_>)> {
    if let Some(rest) = line.strip_prefix("EOF:") {
        let (last, path) = rest.trim_start().split_once(' ')?;
        return Some((path.trim(), Hint::End(last.parse().ok()?)));
    }
    // A path may hold colons (`C:/x`): its end is the first one that numbers follow.
    line.match_indices(':').find_map(|(at, _)| {
        let (path, rest) = (&line[..at], &line[at + 1..]);
        let (numbers, source) = rest.split_once(':').map_or((rest, None), |(numbers, source)| (numbers, Some(source)));
        let numbers: Option<Vec<u32>> = numbers.split(',').map(|number| number.trim().parse().ok()).collect();
        match (numbers?.as_slice(), source) {
            (_, _) if path.is_empty() => None,
            ([line], Some(source)) => Some((path, Hint::Source(*line, source))),
            (lines, _) => Some((path, Hint::Lines(lines.to_vec()))),
        }
    })
}

fn begins(source: &str) -> bool {
    source.contains("LCOV_EXCL_START") || (source.contains("/*") && !source.contains("*/"))
}

fn ends(source: &str) -> bool {
    source.contains("LCOV_EXCL_STOP") || source.contains("LCOV_EXCL_END") || source.contains("*/")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{FileFixes, Limits, Payload, PayloadError, read};

    const LCOV: &str = "TN:\nSF:src/a.go\nDA:4,1\nDA:5,0\nend_of_record";

    fn open(text: &str) -> Payload {
        read(text.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn sections_are_told_apart_by_the_line_that_ends_them() {
        let payload = open(&format!(
            "OS=linux\n<<<<<< ENV\nsrc/a.go\n./src/b.py\n\n<<<<<< network\n# path=/ws/lcov.info\n{LCOV}\n\n<<<<<< EOF\n\
             # path=fixes\nsrc/a.go:3\nsrc/a.go:10,20,30\nEOF: 41 src/x.kt\n<<<<<< EOF\n<x/>\n"
        ));
        assert_eq!(payload.network, ["src/a.go", "src/b.py"]);
        let files: Vec<_> = payload.files.iter().map(|file| (file.filename.as_str(), file.bytes.len())).collect();
        assert_eq!(files, [("/ws/lcov.info", LCOV.len()), ("report", 4)], "what follows the last section is a report");
        assert_eq!(payload.ignored_lines["src/a.go"].lines, [3, 10, 20, 30]);
        assert_eq!(payload.ignored_lines["src/x.kt"], FileFixes { eof: Some(41), lines: Vec::new() });
    }

    #[test]
    fn what_old_uploaders_log_behind_the_end_is_no_report() {
        let payload = open(&format!("{LCOV}\n<<<<<< EOF\n==FROMNOWONIGNOREDBYCODECOV==>>>\nuploading…\n"));
        assert_eq!(payload.files.len(), 1);
    }

    #[test]
    fn a_report_that_only_talks_of_sections_is_one_report() {
        let text = format!("{LCOV}\n# <<<<<< EOF is no marker here\n<<<<<< HEAD\n");
        assert_eq!(open(&text).files[0].bytes, text.as_bytes());
    }

    #[test]
    fn paths_are_read_as_git_and_old_shells_wrote_them() {
        let payload = open(
            "\"src/\\303\\244 \\\"b\\\".c\"\nsrc\\win\\a.cs\na\\ b.c\nx/target/delombok/A.java\n<<<<<< network\nx\n<<<<<< EOF",
        );
        assert_eq!(payload.network, ["src/ä \"b\".c", "src/win/a.cs", "a b.c"]);
    }

    #[test]
    fn a_comments_beginning_and_end_make_a_range() {
        let payload = open(
            "# path=fixes\nC:/a.go:2:  /* a\na.go:1:/* x */\nb.go:3:/*\nb.go:6: */\nc.go:1:// LCOV_EXCL_START\n\
             c.go:4:// LCOV_EXCL_STOP\nd.go:1:/*\nd.go:4000000000:*/\nnonsense\n:3\n<<<<<< EOF",
        );
        let lines = |path: &str| payload.ignored_lines[path].lines.clone();
        assert_eq!((lines("C:/a.go"), lines("a.go")), (vec![2], vec![1]));
        assert_eq!((lines("b.go"), lines("c.go")), (vec![3, 4, 5, 6], vec![1, 2, 3, 4]));
        assert_eq!(lines("d.go"), [1, 4_000_000_000], "no report has a comment of that length");
    }

    #[test]
    fn limits_hold_for_sections_too() {
        let limits = Limits { files: 2, paths: 2, total_bytes: 20, ..Limits::default() };
        let too_many = read(b"a\n<<<<<< EOF\nb\n<<<<<< EOF\nc\n<<<<<< EOF\n", &limits);
        assert!(matches!(too_many, Err(PayloadError::TooMany { limit: 2, .. })), "{too_many:?}");
        let paths = read(b"a\nb\nc\n<<<<<< network\n", &limits);
        assert!(matches!(paths, Err(PayloadError::TooMany { limit: 2, .. })), "{paths:?}");
        let large = read(format!("{}\n<<<<<< EOF\nx\n<<<<<< EOF\n", "y".repeat(21)).as_bytes(), &limits).unwrap();
        assert_eq!((large.files.len(), large.problems.len()), (1, 1));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(<<<<<< (EOF|network|ENV)|# path=(a|fixes)|[a\":,/*\\\\0-9]{0,6}|EOF: 3 a|\n|é){0,30}") {
            let _ = read(text.as_bytes(), &Limits::default());
        }
    }
}
