//! The JSON that R's covr sends to Codecov: `{"uploader": "R", "files": [{"name", "coverage": [null, 1, 0]}]}`.
//!
//! Traps:
//! - the list's first item stands for line 0 and is nothing, unlike in Coveralls' JSON;
//! - `NA` is `null`; `name` may come after the list;
//! - covr counts expressions; what it writes here is each line's smallest count, which cannot be told apart any more.

use super::coveralls::counts;
use super::file_set::FileSet;
use super::json::{Broken, Json};
use super::{Format, Parsed, Place, WarningCode, Warnings};
use crate::model::Repeat;

/// Reads a whole document.
pub(super) fn read(bytes: &[u8], warnings: Warnings) -> Parsed {
    let mut files = FileSet::new(warnings);
    let mut json = Json::new(bytes);
    if document(&mut json, &mut files).is_err() {
        files.warn(WarningCode::BrokenJson, Place::Byte(json.at()), b"");
    }
    files.finish(Format::Covr, Repeat::Add)
}

fn document(json: &mut Json<'_>, files: &mut FileSet) -> Result<(), Broken> {
    if !json.object()? {
        return Ok(());
    }
    while let Some(key) = json.raw_key()? {
        if key != b"files" {
            json.skip()?;
        } else if json.array()? {
            while json.item()? {
                let place = Place::Byte(json.at());
                let (mut name, mut lines) = (None, Vec::new());
                let read = file(json, files, &mut name, &mut lines);
                if let Some(file) = files.file(&name.unwrap_or_default(), place) {
                    let builder = files.builder(file);
                    lines.into_iter().for_each(|(line, hits)| builder.line(line, hits));
                }
                read?;
            }
        }
    }
    Ok(())
}

fn file(
    json: &mut Json<'_>,
    files: &mut FileSet,
    name: &mut Option<String>,
    lines: &mut Vec<(u32, u32)>,
) -> Result<(), Broken> {
    if !json.object()? {
        return Ok(());
    }
    while let Some(key) = json.raw_key()? {
        match key {
            b"name" => *name = json.string()?.map(std::borrow::Cow::into_owned),
            b"coverage" => counts(json, files, lines, 0)?,
            _ => json.skip()?,
        }
    }
    Ok(())
}
