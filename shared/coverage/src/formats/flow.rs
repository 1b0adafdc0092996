//! Flow's type coverage (`flow-coverage-report`'s JSON): which expressions have a type.
//!
//! Traps:
//! - it measures types and not tests; people upload it under a flag of its own, as Codecov lets them;
//! - only where an expression *starts* counts; a line with typed and untyped expressions is partial, and its parts are
//!   the expressions ([`super::points`]);
//! - reports without `covered_locs` name the untyped expressions only: then only those lines are known.

use super::elm::line;
use super::file_set::{FileId, FileSet};
use super::json::{Broken, Json};
use super::points::Point;
use super::{Format, Parsed, Place, WarningCode, Warnings};
use crate::model::Repeat;

/// Reads a whole document.
pub(super) fn read(bytes: &[u8], warnings: Warnings) -> Parsed {
    let mut files = FileSet::mixed(warnings);
    let mut json = Json::new(bytes);
    if document(&mut json, &mut files).is_err() {
        files.warn(WarningCode::BrokenJson, Place::Byte(json.at()), b"");
    }
    files.finish(Format::Flow, Repeat::Largest)
}

fn document(json: &mut Json<'_>, files: &mut FileSet) -> Result<(), Broken> {
    if !json.object()? {
        return Ok(());
    }
    while let Some(key) = json.raw_key()? {
        if key != b"files" {
            json.skip()?;
        } else if json.object()? {
            while let Some(path) = json.key()? {
                match files.file(&path, Place::Byte(json.at())) {
                    Some(file) => expressions(json, files, file)?,
                    None => json.skip()?,
                }
            }
        }
    }
    Ok(())
}

fn expressions(json: &mut Json<'_>, files: &mut FileSet, file: FileId) -> Result<(), Broken> {
    if !json.object()? {
        return Ok(());
    }
    while let Some(key) = json.raw_key()? {
        if key != b"expressions" {
            json.skip()?;
        } else if json.object()? {
            while let Some(key) = json.raw_key()? {
                match key {
                    b"covered_locs" => places(json, files, file, 1)?,
                    b"uncovered_locs" => places(json, files, file, 0)?,
                    _ => json.skip()?,
                }
            }
        }
    }
    Ok(())
}

fn places(json: &mut Json<'_>, files: &mut FileSet, file: FileId, hits: u32) -> Result<(), Broken> {
    if !json.array()? {
        return Ok(());
    }
    while json.item()? {
        let start = json.at();
        let mut first = None;
        if json.object()? {
            while let Some(key) = json.raw_key()? {
                match key {
                    b"start" => first = line(json)?,
                    _ => json.skip()?,
                }
            }
        }
        match first {
            Some(first) => files.point(file, Point::new((first, first), hits)),
            None => files.warn(WarningCode::BadLineNumber, Place::Byte(start), json.since(start)),
        }
    }
    Ok(())
}
