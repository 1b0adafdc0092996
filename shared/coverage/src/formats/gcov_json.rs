//! gcov's JSON (`--json-format`, versions 1 and 2; one object, or several one after the other).
//!
//! Traps:
//! - a line comes once for each instance of a template and each function on it: the counts add up, as gcov's own text
//!   has them. An arm is known by where its function starts and its place in the list, so that instances of one
//!   template share their arms and a lambda on the line of another function does not;
//! - keys come in any order (`lines` before `functions` in GCC 12), so branches wait for the end of their file;
//! - branches of exceptions (`throw`) are kept, as gcovr and lcov keep them unless told otherwise;
//! - paths are relative to `current_working_directory`, which may be a build folder: it is given as a source;
//! - `--json-format` names the file `x.gcov.json.gz`; unpacking is the payload's work.

use std::collections::HashMap;

use super::file_set::{FileId, FileSet};
use super::json::{Broken, Json};
use super::{Format, Parsed, Place, WarningCode, Warnings};
use crate::model::{Fact, Repeat};

/// Reads all documents of one file.
pub(super) fn read(bytes: &[u8], warnings: Warnings) -> Parsed {
    let mut reader = Reader { files: FileSet::new(warnings), json: Json::new(bytes) };
    while reader.json.kind().is_ok() {
        if reader.document().is_err() {
            let place = Place::Byte(reader.json.at());
            reader.files.warn(WarningCode::BrokenJson, place, b"");
            break;
        }
    }
    reader.files.finish(Format::GcovJson, Repeat::Add)
}

struct Reader<'a> {
    json: Json<'a>,
    files: FileSet,
}

/// A line whose arms wait for the functions.
struct Branches {
    line: u32,
    function: Box<str>,
    taken: Vec<bool>,
}

#[derive(Default)]
struct File {
    id: Option<FileId>,
    /// Lines that came before the file's name.
    lines: Vec<(u32, u32)>,
    branches: Vec<Branches>,
    /// Name, first line, first column, calls.
    functions: Vec<(Box<str>, u32, u32, u32)>,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), Broken> {
        if !self.json.object()? {
            return Ok(());
        }
        while let Some(key) = self.json.key()? {
            match key.as_ref() {
                "current_working_directory" => {
                    let folder = self.json.string()?.unwrap_or_default();
                    self.files.source(&folder);
                }
                "files" if self.json.array()? => {
                    while self.json.item()? {
                        self.file()?;
                    }
                }
                "files" => {}
                _ => self.json.skip()?,
            }
        }
        Ok(())
    }

    fn file(&mut self) -> Result<(), Broken> {
        let mut file = File::default();
        let read = self.file_content(&mut file);
        // A file that breaks off still has what was read of it.
        self.close(file);
        read
    }

    fn file_content(&mut self, file: &mut File) -> Result<(), Broken> {
        if !self.json.object()? {
            return Ok(());
        }
        while let Some(key) = self.json.key()? {
            match key.as_ref() {
                "file" => {
                    let place = Place::Byte(self.json.at());
                    let path = self.json.string()?.unwrap_or_default();
                    file.id = self.files.file(&path, place);
                }
                "lines" if self.json.array()? => {
                    while self.json.item()? {
                        self.line(file)?;
                    }
                }
                "functions" if self.json.array()? => {
                    while self.json.item()? {
                        self.function(file)?;
                    }
                }
                "lines" | "functions" => {}
                _ => self.json.skip()?,
            }
        }
        Ok(())
    }

    fn line(&mut self, file: &mut File) -> Result<(), Broken> {
        let start = self.json.at();
        let (mut number, mut hits, mut function, mut taken) = (None, None, None, Vec::new());
        if !self.json.object()? {
            return Ok(());
        }
        while let Some(key) = self.json.key()? {
            match key.as_ref() {
                "line_number" => number = self.json.line()?,
                "count" => {
                    let count = self.json.count()?;
                    hits = self.files.counted(count, Place::Byte(start), self.json.since(start));
                }
                "function_name" => function = self.json.string()?,
                "branches" => self.branches(&mut taken)?,
                _ => self.json.skip()?,
            }
        }
        let Some(number) = number else {
            self.files.warn(WarningCode::BadLineNumber, Place::Byte(start), self.json.since(start));
            return Ok(());
        };
        let Some(hits) = hits else { return Ok(()) };
        file.lines.push((number, hits));
        if !taken.is_empty() {
            let function = function.unwrap_or_default().into();
            file.branches.push(Branches { line: number, function, taken });
        }
        Ok(())
    }

    fn branches(&mut self, taken: &mut Vec<bool>) -> Result<(), Broken> {
        if !self.json.array()? {
            return Ok(());
        }
        while self.json.item()? {
            let start = self.json.at();
            let mut count = None;
            if self.json.object()? {
                while let Some(key) = self.json.key()? {
                    match key.as_ref() {
                        "count" => count = Some(self.json.count()?),
                        _ => self.json.skip()?,
                    }
                }
            }
            let hits = count.and_then(|count| self.files.counted(count, Place::Byte(start), self.json.since(start)));
            taken.push(hits.unwrap_or(0) > 0);
        }
        Ok(())
    }

    fn function(&mut self, file: &mut File) -> Result<(), Broken> {
        let start = self.json.at();
        let (mut name, mut line, mut column, mut calls) = (None, None, None, None);
        if !self.json.object()? {
            return Ok(());
        }
        while let Some(key) = self.json.key()? {
            match key.as_ref() {
                "name" => name = self.json.string()?,
                "start_line" => line = self.json.line()?,
                "start_column" => column = self.json.line()?,
                "execution_count" => {
                    let count = self.json.count()?;
                    calls = self.files.counted(count, Place::Byte(start), self.json.since(start));
                }
                _ => self.json.skip()?,
            }
        }
        if let (Some(name), Some(calls)) = (name, calls) {
            file.functions.push((name.into(), line.unwrap_or(0), column.unwrap_or(0), calls));
        }
        Ok(())
    }

    fn close(&mut self, file: File) {
        let Some(id) = file.id else { return };
        let builder = self.files.builder(id);
        file.lines.iter().for_each(|(line, hits)| builder.line(*line, *hits));
        let starts: HashMap<&str, u64> = file
            .functions
            .iter()
            // Eight bits of the column tell functions on one line apart; more would make the number long to store.
            .map(|(name, line, column, _)| (name.as_ref(), u64::from(*line) << 8 | u64::from(*column & 0xFF)))
            .collect();
        for Branches { line, function, taken } in &file.branches {
            let block = starts.get(function.as_ref()).copied().unwrap_or(0).to_string();
            for (arm, taken) in taken.iter().enumerate() {
                builder.arm(*line, Fact::arm(block.as_bytes(), arm.to_string().as_bytes(), *taken));
            }
        }
        for (name, line, _, calls) in &file.functions {
            builder.function(*line, name, *calls);
        }
    }
}
