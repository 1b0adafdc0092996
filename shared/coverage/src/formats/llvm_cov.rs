//! The JSON export of llvm-cov (`llvm-cov export`, `cargo llvm-cov --json`, Swift): `data` → `files` → `segments` and
//! `branches`, then `data` → `functions`.
//!
//! Segments are points where the count changes, not lines. A line's count comes from LLVM's own rule
//! (`LineCoverageStats`): the largest of the count that reaches into the line and of the regions that start on it, gaps
//! aside; what has no count is no line. That is what `llvm-cov export -format=lcov` writes as `DA`. The export's
//! `summary` counts lines function by function instead, one that two functions share twice, so it can be larger.
//!
//! Traps, all met in real files:
//! - segments have 5 fields before LLVM 11 (no gaps) and 6 since; branches 9 and later 10 (`kind` last). Unknown ones
//!   are passed over, and a region that starts without a count is skipped code (`#if 0`);
//! - instances of a template or macro repeat a branch: the same place is the same arm, taken when one instance took
//!   it. Branches inside a macro are arms of the line that uses it;
//! - `functions` names every instance, with its regions, and is most of the file: name, first line and count are kept,
//!   instances of one name and line added;
//! - `data` is an array; the version is 2.0.x with fields added; paths are absolute.

mod lines;

use std::collections::HashMap;

use super::json::{Broken, Json};
use super::output::Output;
use super::spans::Spans;
use super::{Format, Parsed, Place, WarningCode, Warnings};
use crate::model::{Fact, Repeat};
use lines::Segment;

/// Reads a whole document.
pub(super) fn read(bytes: &[u8], warnings: Warnings) -> Parsed {
    let mut json = Json::new(bytes);
    let mut reader = Reader { output: Output::new(warnings), ..Reader::default() };
    let broken = reader.document(&mut json).err().map(|Broken| (json.at(), reader.path.clone()));
    reader.close_functions(Place::Byte(json.at()));
    reader.output.finish(Format::LlvmCov, broken.as_ref().map(|(at, path)| (*at, path.as_str())))
}

/// A function: its line, its name with the escapes as they stand, its count.
type Called<'a> = (u32, &'a [u8], u32);

#[derive(Default)]
struct Reader<'a> {
    output: Output,
    spans: Spans,
    segments: Vec<Segment>,
    /// The file that is open.
    path: String,
    /// By file, in the order they came.
    functions: Vec<(String, Vec<Called<'a>>)>,
    files: HashMap<String, usize>,
}

impl<'a> Reader<'a> {
    fn document(&mut self, json: &mut Json<'a>) -> Result<(), Broken> {
        if !json.object()? {
            return Ok(());
        }
        while let Some(key) = json.raw_key()? {
            if key != b"data" {
                json.skip()?;
            } else if json.array()? {
                while json.item()? {
                    self.export(json)?;
                }
            }
        }
        Ok(())
    }

    fn export(&mut self, json: &mut Json<'a>) -> Result<(), Broken> {
        if !json.object()? {
            return Ok(());
        }
        while let Some(key) = json.raw_key()? {
            match key {
                b"files" => {
                    if json.array()? {
                        while json.item()? {
                            self.file(json)?;
                        }
                    }
                }
                b"functions" => {
                    if json.array()? {
                        while json.item()? {
                            self.function(json)?;
                        }
                    }
                }
                _ => json.skip()?,
            }
        }
        Ok(())
    }

    fn file(&mut self, json: &mut Json<'a>) -> Result<(), Broken> {
        let start = json.at();
        self.path.clear();
        self.segments.clear();
        if json.object()? {
            while let Some(key) = json.raw_key()? {
                match key {
                    b"filename" => self.path = json.string()?.unwrap_or_default().into_owned(),
                    b"segments" => self.segments(json)?,
                    b"branches" => self.branches(json, None)?,
                    b"expansions" => self.expansions(json)?,
                    _ => json.skip()?,
                }
            }
        }
        let builder = &mut self.output.builder;
        if !lines::paint(&mut self.segments, &mut self.spans, |line, hits| builder.line(line, hits)) {
            self.output.warnings.add(WarningCode::LongBlock, Place::Byte(start), self.path.as_bytes());
        }
        self.output.close(&self.path, Place::Byte(start), Repeat::Largest);
        self.path.clear();
        Ok(())
    }

    fn segments(&mut self, json: &mut Json<'a>) -> Result<(), Broken> {
        if !json.array()? {
            return Ok(());
        }
        while json.item()? {
            let start = json.at();
            match Segment::read(json, &mut self.output)? {
                Some(segment) => self.segments.push(segment),
                None => self.output.warnings.add(WarningCode::UnknownRecord, Place::Byte(start), json.since(start)),
            }
        }
        Ok(())
    }

    /// `[[line, column, line, column, true count, false count, …], …]`; `within` is the place of the macro they are in.
    fn branches(&mut self, json: &mut Json<'a>, within: Option<(u32, u32)>) -> Result<(), Broken> {
        if !json.array()? {
            return Ok(());
        }
        while json.item()? {
            let start = json.at();
            let mut fields = [&[][..]; 6];
            lines::fields(json, &mut fields)?;
            let place = super::number::line(fields[0]).zip(super::number::line(fields[1]));
            let Some((line, column)) = place else {
                self.output.warnings.add(WarningCode::BadBranch, Place::Byte(start), json.since(start));
                continue;
            };
            for (side, count) in [(0, fields[4]), (1, fields[5])] {
                let Some(hits) = self.output.count(count, Place::Byte(start)) else { continue };
                let fact = match within {
                    None => Fact::numbered(column, side, hits > 0),
                    Some((_, at)) => {
                        Fact::arm(format!("{at}>{line}:{column}").as_bytes(), &[b'0' + side as u8], hits > 0)
                    }
                };
                self.output.builder.arm(within.map_or(line, |(line, _)| line), fact);
            }
        }
        Ok(())
    }

    fn expansions(&mut self, json: &mut Json<'a>) -> Result<(), Broken> {
        if !json.array()? {
            return Ok(());
        }
        while json.item()? {
            if !json.object()? {
                continue;
            }
            // The place of the macro stands after the branches inside it.
            let (mut branches, mut place) = (None, None);
            while let Some(key) = json.raw_key()? {
                match key {
                    b"branches" => {
                        branches = Some(json.clone());
                        json.skip()?;
                    }
                    b"source_region" => {
                        let mut fields = [&[][..]; 2];
                        lines::fields(json, &mut fields)?;
                        place = super::number::line(fields[0]).zip(super::number::line(fields[1]));
                    }
                    _ => json.skip()?,
                }
            }
            if let (Some(mut branches), Some(_)) = (branches, place) {
                self.branches(&mut branches, place)?;
            }
        }
        Ok(())
    }

    fn function(&mut self, json: &mut Json<'a>) -> Result<(), Broken> {
        let start = json.at();
        let (mut name, mut count, mut line, mut file) = (&[][..], &[][..], 0, None);
        if !json.object()? {
            return Ok(());
        }
        while let Some(key) = json.raw_key()? {
            match key {
                b"name" => name = json.raw_string()?.unwrap_or_default(),
                b"count" => count = json.number_text()?,
                b"filenames" => file = lines::first(json, Json::string)?.flatten(),
                b"regions" => {
                    let region = lines::first(json, |json| {
                        let mut fields = [&[][..]; 1];
                        lines::fields(json, &mut fields).map(|()| super::number::line(fields[0]))
                    })?;
                    line = region.flatten().unwrap_or(0);
                }
                _ => json.skip()?,
            }
        }
        let (Some(hits), Some(file)) = (self.output.count(count, Place::Byte(start)), file) else { return Ok(()) };
        let index = match self.files.get(file.as_ref()) {
            Some(index) => *index,
            None => {
                self.functions.push((file.to_string(), Vec::new()));
                self.files.insert(file.into_owned(), self.functions.len() - 1);
                self.functions.len() - 1
            }
        };
        self.functions[index].1.push((line, name, hits));
        Ok(())
    }

    /// Functions come after all files, so they are added at the end.
    fn close_functions(&mut self, place: Place) {
        self.output.builder.clear();
        for (path, functions) in std::mem::take(&mut self.functions) {
            for (line, name, hits) in functions {
                self.output.builder.function(line, &super::json::unescape(name), hits);
            }
            self.output.close(&path, place, Repeat::Add);
        }
    }
}
