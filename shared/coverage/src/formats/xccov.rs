//! Xcode's line coverage as `xcrun xccov view --archive --json` writes it: path → list of lines.
//!
//! Traps:
//! - `xccov view --report --json` has the same suffix and only totals; it is named and not read;
//! - every line of a file is listed, `isExecutable` says which are code;
//! - `subranges` are parts of a line with a count of their own (the `return` of a one-line `guard`): a line that ran with
//!   a part that did not is partial. Parts of length 0 are marks of the compiler. A line's own count is one more part;
//! - the value of a path may be the list, or an object that holds it; paths are absolute, with escaped slashes.

use super::file_set::{FileId, FileSet};
use super::json::{Broken, Json, Kind};
use super::{Format, Parsed, Place, WarningCode, Warnings};
use crate::model::{Fact, Repeat};

/// Reads a whole document.
pub(super) fn read(bytes: &[u8], warnings: Warnings) -> Parsed {
    let mut files = FileSet::new(warnings);
    let mut json = Json::new(bytes);
    // `--archive` over several test runs writes one object after the other.
    while json.kind().is_ok() {
        if document(&mut json, &mut files).is_err() {
            files.warn(WarningCode::BrokenJson, Place::Byte(json.at()), b"");
            break;
        }
    }
    files.finish(Format::Xccov, Repeat::Add)
}

fn document(json: &mut Json<'_>, files: &mut FileSet) -> Result<(), Broken> {
    if !json.object()? {
        return Ok(());
    }
    while let Some(path) = json.key()? {
        let place = Place::Byte(json.at());
        match json.kind()? {
            Kind::Array => match files.file(&path, place) {
                Some(file) => lines(json, files, file)?,
                None => json.skip()?,
            },
            Kind::Object => {
                json.object()?;
                while let Some(key) = json.raw_key()? {
                    match (key, json.kind()?) {
                        (b"lines", Kind::Array) => match files.file(&path, place) {
                            Some(file) => lines(json, files, file)?,
                            None => json.skip()?,
                        },
                        _ => json.skip()?,
                    }
                }
            }
            _ => json.skip()?,
        }
    }
    Ok(())
}

fn lines(json: &mut Json<'_>, files: &mut FileSet, file: FileId) -> Result<(), Broken> {
    json.array()?;
    while json.item()? {
        let start = json.at();
        let (mut number, mut executable, mut count, mut parts) = (None, false, None, (0, 0));
        if !json.object()? {
            continue;
        }
        while let Some(key) = json.raw_key()? {
            match key {
                b"line" => number = json.line()?,
                b"isExecutable" => executable = json.truth()?,
                b"executionCount" => count = Some(json.count()?),
                b"subranges" => parts = subranges(json)?,
                _ => json.skip()?,
            }
        }
        let place = Place::Byte(start);
        if !executable {
            continue;
        }
        let Some(number) = number else {
            files.warn(WarningCode::BadLineNumber, place, json.since(start));
            continue;
        };
        let count = count.unwrap_or(super::number::Count::Not);
        let Some(hits) = files.counted(count, place, json.since(start)) else { continue };
        let builder = files.builder(file);
        builder.line(number, hits);
        let (ran, total): (u32, u32) = parts;
        if hits > 0 && total > 0 {
            builder.row(number, &[Fact::count(ran.saturating_add(1), total.saturating_add(1))]);
        }
    }
    Ok(())
}

/// How many parts ran, of how many.
fn subranges(json: &mut Json<'_>) -> Result<(u32, u32), Broken> {
    let (mut ran, mut total) = (0_u32, 0_u32);
    if !json.array()? {
        return Ok((0, 0));
    }
    while json.item()? {
        let (mut length, mut hits) = (1, 0);
        if json.object()? {
            while let Some(key) = json.raw_key()? {
                match key {
                    b"length" => length = plain(json)?,
                    b"executionCount" => hits = plain(json)?,
                    _ => json.skip()?,
                }
            }
        }
        if length > 0 {
            total = total.saturating_add(1);
            ran = ran.saturating_add(u32::from(hits > 0));
        }
    }
    Ok((ran, total))
}

fn plain(json: &mut Json<'_>) -> Result<u32, Broken> {
    Ok(match json.count()? {
        super::number::Count::Plain(value) => value,
        _ => 0,
    })
}
