//! coverage.py's JSON report: for each file the lines that ran and did not, and with `--branch` the same of its arcs.
//!
//! Traps, all met in real files:
//! - there are no counts: a line ran (1) or did not (0);
//! - an arc is `[from, to]`; a negative `to` is the way out of the code object that starts there, and a line can have
//!   several. Arcs name the arms (as coverage.py's LCOV does, where that names lines), so shards of one run OR exactly,
//!   which Cobertura's numbers do not;
//! - since 7.6 every file holds `functions` and `classes`, which repeat its lines region by region (the region `""` is
//!   the rest of the file), and `contexts` can be larger than all the rest: only the file's own lists are its lines;
//! - excluded lines are in neither list of lines, and are no lines here;
//! - Windows paths with escaped backslashes.

use super::json::{Broken, Json};
use super::output::Output;
use super::{Format, Parsed, Place, WarningCode, Warnings};
use crate::model::{Fact, Repeat};

/// Reads a whole document.
pub(super) fn read(bytes: &[u8], warnings: Warnings) -> Parsed {
    let mut json = Json::new(bytes);
    let mut reader = Reader { output: Output::new(warnings), path: String::new(), name: Vec::new() };
    let broken = reader.document(&mut json).err().map(|Broken| (json.at(), reader.path.as_str()));
    reader.output.finish(Format::CoveragePy, broken)
}

struct Reader {
    output: Output,
    /// The file that is open.
    path: String,
    /// An arm's name.
    name: Vec<u8>,
}

impl Reader {
    fn document(&mut self, json: &mut Json<'_>) -> Result<(), Broken> {
        if !json.object()? {
            return Ok(());
        }
        while let Some(key) = json.raw_key()? {
            if key != b"files" {
                json.skip()?;
            } else if json.object()? {
                while let Some(path) = json.key()? {
                    self.path.clear();
                    self.path.push_str(&path);
                    self.file(json)?;
                    self.path.clear();
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, json: &mut Json<'_>) -> Result<(), Broken> {
        let place = Place::Byte(json.at());
        if json.object()? {
            while let Some(key) = json.raw_key()? {
                match key {
                    b"executed_lines" => self.lines(json, 1)?,
                    b"missing_lines" => self.lines(json, 0)?,
                    b"executed_branches" => self.arcs(json, true)?,
                    b"missing_branches" => self.arcs(json, false)?,
                    b"functions" => self.functions(json)?,
                    _ => json.skip()?,
                }
            }
        }
        self.output.close(&self.path, place, Repeat::Largest);
        Ok(())
    }

    fn lines(&mut self, json: &mut Json<'_>, hits: u32) -> Result<(), Broken> {
        if json.array()? {
            while json.item()? {
                if let Some(line) = self.output.json_line(json)? {
                    self.output.builder.line(line, hits);
                }
            }
        }
        Ok(())
    }

    fn arcs(&mut self, json: &mut Json<'_>, taken: bool) -> Result<(), Broken> {
        if !json.array()? {
            return Ok(());
        }
        while json.item()? {
            let start = json.at();
            let (mut from, mut to) = (None, &[][..]);
            if json.array()? {
                for index in 0.. {
                    if !json.item()? {
                        break;
                    }
                    match index {
                        0 => from = json.line()?,
                        1 => to = json.number_text()?,
                        _ => json.skip()?,
                    }
                }
            }
            match from {
                Some(line) if !to.is_empty() => {
                    self.name.clear();
                    self.name.extend_from_slice(if to[0] == b'-' { b"exit " } else { b"jump to line " });
                    self.name.extend_from_slice(to);
                    self.output.builder.arm(line, Fact::arm(b"0", &self.name, taken));
                }
                _ => self.output.warnings.add(WarningCode::BadBranch, Place::Byte(start), json.since(start)),
            }
        }
        Ok(())
    }

    /// A function has no count either: it ran when a line of it did. One without lines is excluded.
    fn functions(&mut self, json: &mut Json<'_>) -> Result<(), Broken> {
        if !json.object()? {
            return Ok(());
        }
        while let Some(name) = json.key()? {
            let (mut start, mut ran, mut missed) = (0, false, false);
            if json.object()? {
                while let Some(key) = json.raw_key()? {
                    match key {
                        b"start_line" => start = json.line()?.unwrap_or(0),
                        b"executed_lines" => ran = is_not_empty(json)?,
                        b"missing_lines" => missed = is_not_empty(json)?,
                        _ => json.skip()?,
                    }
                }
            }
            if !name.is_empty() && (ran || missed) {
                self.output.builder.function(start, &name, u32::from(ran));
            }
        }
        Ok(())
    }
}

fn is_not_empty(json: &mut Json<'_>) -> Result<bool, Broken> {
    let mut found = false;
    if json.array()? {
        while json.item()? {
            json.skip()?;
            found = true;
        }
    }
    Ok(found)
}
