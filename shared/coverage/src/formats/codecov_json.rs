//! Codecov's custom JSON: `{"coverage": {path: {"1": 1, "2": "1/2"}}}`, or a list for the lines of a file.
//!
//! Traps:
//! - a list starts with line 0, which does not exist: its first item is nothing (SimpleCov's lists start with line 1);
//! - `null` is no code, `"1/2"` a line of two branches of which one was taken, `true` a line that ran in part, -1 a line
//!   that shall not count; a number may be a string;
//! - `messages` and other keys beside `coverage` are not coverage.

use super::file_set::{FileId, FileSet};
use super::json::{Broken, Json, Kind};
use super::number::{self, Count};
use super::{Format, Parsed, Place, WarningCode, Warnings};
use crate::model::{Fact, Repeat};

/// Reads a whole document.
pub(super) fn read(bytes: &[u8], warnings: Warnings) -> Parsed {
    let mut files = FileSet::new(warnings);
    let mut json = Json::new(bytes);
    if document(&mut json, &mut files).is_err() {
        files.warn(WarningCode::BrokenJson, Place::Byte(json.at()), b"");
    }
    files.finish(Format::CodecovJson, Repeat::Largest)
}

fn document(json: &mut Json<'_>, files: &mut FileSet) -> Result<(), Broken> {
    if !json.object()? {
        return Ok(());
    }
    while let Some(key) = json.raw_key()? {
        if key != b"coverage" {
            json.skip()?;
        } else if json.object()? {
            while let Some(path) = json.key()? {
                let place = Place::Byte(json.at());
                match (json.kind()?, files.file(&path, place)) {
                    (Kind::Object, Some(file)) => object(json, files, file)?,
                    (Kind::Array, Some(file)) => list(json, files, file)?,
                    _ => json.skip()?,
                }
            }
        }
    }
    Ok(())
}

fn object(json: &mut Json<'_>, files: &mut FileSet, file: FileId) -> Result<(), Broken> {
    json.object()?;
    while let Some(key) = json.raw_key()? {
        match number::line(key) {
            Some(line) => value(json, files, file, line)?,
            None => {
                if key != b"0" {
                    files.warn(WarningCode::BadLineNumber, Place::Byte(json.at()), key);
                }
                json.skip()?;
            }
        }
    }
    Ok(())
}

fn list(json: &mut Json<'_>, files: &mut FileSet, file: FileId) -> Result<(), Broken> {
    json.array()?;
    let mut line = 0_u32;
    while json.item()? {
        match line {
            0 => json.skip()?,
            line => value(json, files, file, line)?,
        }
        line = line.saturating_add(1);
    }
    Ok(())
}

fn value(json: &mut Json<'_>, files: &mut FileSet, file: FileId, line: u32) -> Result<(), Broken> {
    let start = json.at();
    match json.kind()? {
        Kind::Null | Kind::False => json.skip(),
        Kind::True => {
            json.skip()?;
            branches(files, file, line, 1, 2);
            Ok(())
        }
        Kind::Object | Kind::Array => {
            files.warn(WarningCode::BadCount, Place::Byte(start), b"");
            json.skip()
        }
        Kind::Number | Kind::Text => {
            let text = json.number_text()?;
            let place = Place::Byte(start);
            match (text, fraction(text)) {
                (b"-1", _) => {}
                (_, Some((taken, total))) if taken <= total && total > 0 => branches(files, file, line, taken, total),
                (_, Some(_)) => files.warn(WarningCode::BadBranch, place, text),
                _ => {
                    if let Some(hits) = files.hits(text, place, text) {
                        files.builder(file).line(line, hits);
                    }
                }
            }
            Ok(())
        }
    }
}

fn branches(files: &mut FileSet, file: FileId, line: u32, taken: u32, total: u32) {
    let builder = files.builder(file);
    builder.line(line, taken);
    builder.row(line, &[Fact::count(taken, total)]);
}

fn fraction(text: &[u8]) -> Option<(u32, u32)> {
    let slash = memchr::memchr(b'/', text)?;
    match (number::count(text[..slash].trim_ascii()), number::count(text[slash + 1..].trim_ascii())) {
        (Count::Plain(taken), Count::Plain(total)) => Some((taken, total)),
        _ => None,
    }
}
