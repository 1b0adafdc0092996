//! Istanbul's `coverage-final.json` (nyc, c8, Jest, Vitest, Karma): for each file a `statementMap`, `fnMap` and
//! `branchMap` that say where things are, and `s`, `f` and `b` that count them under the same keys.
//!
//! A line's count is the largest among the statements that *start* on it: what Istanbul's own LCOV and Cobertura have
//! (80,077 lines of a real report; every line that a statement touches would be 90,722). Arms stand on the line where
//! their branch starts, under the numbers that `lcov.info` gives them, so both reports of one run are one.
//!
//! Traps, all met in real files:
//! - the counts may stand before the maps (keys sorted by a tool), and the keys need not be numbers;
//! - `"skip": true` marks what a comment took out of the count: it is no line and no arm here;
//! - lines of `null` (bad source maps), `"start": {}` for an `else` that is not there, no `loc` but a `line` (old);
//! - an `inputSourceMap` larger than all the rest; a file wrapped in `data`; `path` instead of the key;
//! - V8's flavour (c8, Vitest) has one statement for each line, and one arm for each branch.

mod maps;

use std::borrow::Cow;

use super::json::{Broken, Json, unescape};
use super::output::Output;
use super::{Format, Parsed, Place, WarningCode, Warnings};
use crate::model::{Fact, Repeat};
use maps::{FileMaps, Spot};

/// Reads a whole document.
pub(super) fn read(bytes: &[u8], warnings: Warnings) -> Parsed {
    let mut json = Json::new(bytes);
    let mut reader = Reader { output: Output::new(warnings), maps: FileMaps::default(), path: Cow::Borrowed("") };
    let broken = reader.document(&mut json).err().map(|Broken| (json.at(), reader.path.as_ref()));
    reader.output.finish(Format::Istanbul, broken)
}

struct Reader<'a> {
    output: Output,
    maps: FileMaps<'a>,
    /// The file that is open.
    path: Cow<'a, str>,
}

impl<'a> Reader<'a> {
    fn document(&mut self, json: &mut Json<'a>) -> Result<(), Broken> {
        if !json.object()? {
            return Ok(());
        }
        while let Some(path) = json.key()? {
            self.path = path;
            let start = json.at();
            self.maps.clear();
            self.file(json, true)?;
            self.close(Place::Byte(start));
        }
        self.path = Cow::Borrowed("");
        Ok(())
    }

    fn file(&mut self, json: &mut Json<'a>, may_wrap: bool) -> Result<(), Broken> {
        if !json.object()? {
            return Ok(());
        }
        while let Some(key) = json.raw_key()? {
            match key {
                b"path" => {
                    if let Some(path) = json.string()?.filter(|path| !path.is_empty()) {
                        self.path = path;
                    }
                }
                b"statementMap" => self.maps.statements(json, &mut self.output)?,
                b"fnMap" => self.maps.functions(json)?,
                b"branchMap" => self.maps.branches(json)?,
                b"s" => maps::counts(json, &mut self.maps.statement_counts)?,
                b"f" => maps::counts(json, &mut self.maps.function_counts)?,
                b"b" => self.maps.arms(json)?,
                b"data" if may_wrap => self.file(json, false)?,
                _ => json.skip()?,
            }
        }
        Ok(())
    }

    fn close(&mut self, place: Place) {
        if self.maps.is_empty() {
            return self.output.warnings.add(WarningCode::UnknownRecord, place, self.path.as_bytes());
        }
        let (maps, output) = (&self.maps, &mut self.output);
        maps::join(&maps.statement_lines, &maps.statement_counts, |line, count| {
            if let Some(hits) = output.count(count, place) {
                output.builder.line(*line, hits);
            }
        });
        maps::join(&maps.function_names, &maps.function_counts, |(line, name), count| {
            if let Some(hits) = output.count(count, place) {
                output.builder.function(*line, &unescape(name), hits);
            }
        });
        maps::join(&maps.branch_spots, &maps.branch_arms, |spot, arms| {
            for (arm, count) in (0_u32..).zip(&maps.arm_counts[arms.clone()]) {
                let skipped = spot.skips(arm);
                let Some(taken) = output.count(count, place).filter(|_| !skipped) else { continue };
                match spot.line {
                    Some(line) => output.builder.arm(line, arm_of(spot, arm, taken > 0)),
                    None => output.warnings.add(WarningCode::BadBranch, place, spot.key),
                }
            }
        });
        output.close(&self.path, place, Repeat::Largest);
    }
}

/// The arm as LCOV numbers it.
fn arm_of(spot: &Spot<'_>, arm: u32, taken: bool) -> Fact {
    match std::str::from_utf8(spot.key).ok().and_then(|key| key.parse::<u32>().ok()) {
        Some(block) => Fact::numbered(block, arm, taken),
        None => Fact::arm(spot.key, arm.to_string().as_bytes(), taken),
    }
}
