//! Coveralls' JSON: `source_files` with a list of counts for each file.
//!
//! Traps:
//! - the list's first item is line 1, `null` is no code; the list may be a JSON text inside a string;
//! - `branches` is one flat list of line, block, branch, count, line, block …;
//! - `name` may come after the lists; `source` holds the whole file and is passed over.

use std::borrow::Cow;

use super::file_set::FileSet;
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
    files.finish(Format::Coveralls, Repeat::Add)
}

fn document(json: &mut Json<'_>, files: &mut FileSet) -> Result<(), Broken> {
    if !json.object()? {
        return Ok(());
    }
    while let Some(key) = json.raw_key()? {
        if key != b"source_files" {
            json.skip()?;
        } else if json.array()? {
            while json.item()? {
                let mut file = File::default();
                let place = Place::Byte(json.at());
                let read = file.read(json, files);
                // A file that breaks off still has what was read of it.
                file.close(files, place);
                read?;
            }
        }
    }
    Ok(())
}

#[derive(Default)]
struct File<'a> {
    name: Option<Cow<'a, str>>,
    lines: Vec<(u32, u32)>,
    /// Line, block, branch, taken.
    arms: Vec<(u32, &'a [u8], &'a [u8], bool)>,
}

impl<'a> File<'a> {
    fn read(&mut self, json: &mut Json<'a>, files: &mut FileSet) -> Result<(), Broken> {
        if !json.object()? {
            return Ok(());
        }
        while let Some(key) = json.raw_key()? {
            match key {
                b"name" => self.name = json.string()?,
                b"coverage" if json.kind()? == Kind::Text => {
                    let text = json.string()?.unwrap_or_default();
                    counts(&mut Json::new(text.as_bytes()), files, &mut self.lines, 1)?;
                }
                b"coverage" => counts(json, files, &mut self.lines, 1)?,
                b"branches" => self.branches(json, files)?,
                _ => json.skip()?,
            }
        }
        Ok(())
    }

    fn branches(&mut self, json: &mut Json<'a>, files: &mut FileSet) -> Result<(), Broken> {
        let start = json.at();
        if !json.array()? {
            return Ok(());
        }
        let mut fields = [&[][..]; 4];
        let mut filled = 0;
        while json.item()? {
            fields[filled] = json.number_text()?;
            filled = (filled + 1) % 4;
            if filled > 0 {
                continue;
            }
            let [line, block, arm, count] = fields;
            let taken = match number::count(count) {
                Count::Plain(count) => Some(count > 0),
                Count::Negative => Some(false),
                Count::Not => None,
            };
            match (number::line(line), taken) {
                (Some(line), Some(taken)) => self.arms.push((line, block, arm, taken)),
                (None, _) => files.warn(WarningCode::BadLineNumber, Place::Byte(json.at()), line),
                (_, None) => files.warn(WarningCode::BadBranch, Place::Byte(json.at()), count),
            }
        }
        if filled > 0 {
            files.warn(WarningCode::BadBranch, Place::Byte(start), b"");
        }
        Ok(())
    }

    fn close(self, files: &mut FileSet, place: Place) {
        let Some(id) = files.file(&self.name.unwrap_or_default(), place) else { return };
        let builder = files.builder(id);
        self.lines.into_iter().for_each(|(line, hits)| builder.line(line, hits));
        for (line, block, arm, taken) in self.arms {
            builder.arm(line, Fact::arm(block, arm, taken));
        }
    }
}

/// A list of counts, the first of them for line `first`; covr writes the same from line 0.
pub(super) fn counts(
    json: &mut Json<'_>,
    files: &mut FileSet,
    lines: &mut Vec<(u32, u32)>,
    first: u32,
) -> Result<(), Broken> {
    if !json.array()? {
        return Ok(());
    }
    let mut line = first;
    while json.item()? {
        let start = json.at();
        if json.kind()? == Kind::Null {
            json.skip()?;
        } else {
            let text = json.number_text()?;
            if let Some(hits) = files.hits(text, Place::Byte(start), text).filter(|_| line > 0) {
                lines.push((line, hits));
            }
        }
        line = line.saturating_add(1);
    }
    Ok(())
}
