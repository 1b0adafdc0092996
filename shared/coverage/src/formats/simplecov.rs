//! SimpleCov: `.resultset.json` (command → `coverage` → path → `lines`, `branches`, `methods`) and the `coverage.json`
//! of its JSON formatter (`meta`, `coverage` → path → the same in another shape).
//!
//! Traps, all met in real files:
//! - the first count is line 1, `null` is no code, and `"ignored"` (`coverage.json`, between `:nocov:` comments) is
//!   none either; before 0.18 a path held its counts without `lines` around them;
//! - several commands (rspec, minitest, parallel workers) run the same files: their counts add up;
//! - branches are keyed by what Ruby prints: `[:if, 3, 5, 4, 9, 7]` is type, number, first line and column, last line
//!   and column. The number is the same in every run of the same source, and names the arm. `coverage.json` lists
//!   arms alone, without the branch they belong to: `report_line` is where SimpleCov shows them;
//! - methods are keyed `["Foo::Bar", :baz, 3, 2, 5, 5]`, with what is the class's name only mostly a string;
//! - paths are absolute.

use super::json::{Broken, Json, Kind};
use super::output::Output;
use super::{Format, Parsed, Place, WarningCode, Warnings};
use crate::model::{Fact, Repeat};

/// Reads a whole document of either kind.
pub(super) fn read(bytes: &[u8], warnings: Warnings) -> Parsed {
    let mut json = Json::new(bytes);
    let mut reader = Reader { output: Output::new(warnings), path: String::new() };
    let broken = reader.document(&mut json).err().map(|Broken| (json.at(), reader.path.as_str()));
    reader.output.finish(Format::SimpleCov, broken)
}

struct Reader {
    output: Output,
    /// The file that is open.
    path: String,
}

impl Reader {
    fn document(&mut self, json: &mut Json<'_>) -> Result<(), Broken> {
        if !json.object()? {
            return Ok(());
        }
        while let Some(key) = json.raw_key()? {
            match key {
                b"coverage" => self.coverage(json)?,
                b"meta" | b"groups" | b"total" | b"errors" => json.skip()?,
                _ => self.command(json)?,
            }
        }
        Ok(())
    }

    fn command(&mut self, json: &mut Json<'_>) -> Result<(), Broken> {
        if !json.object()? {
            return Ok(());
        }
        while let Some(key) = json.raw_key()? {
            if key == b"coverage" { self.coverage(json)? } else { json.skip()? }
        }
        Ok(())
    }

    fn coverage(&mut self, json: &mut Json<'_>) -> Result<(), Broken> {
        if !json.object()? {
            return Ok(());
        }
        while let Some(path) = json.key()? {
            self.path.clear();
            self.path.push_str(&path);
            let place = Place::Byte(json.at());
            if json.kind()? == Kind::Array {
                self.lines(json)?;
            } else {
                self.file(json)?;
            }
            self.output.close(&self.path, place, Repeat::Add);
            self.path.clear();
        }
        Ok(())
    }

    fn file(&mut self, json: &mut Json<'_>) -> Result<(), Broken> {
        if !json.object()? {
            return Ok(());
        }
        while let Some(key) = json.raw_key()? {
            match key {
                b"lines" => self.lines(json)?,
                b"branches" if json.kind()? == Kind::Array => self.listed_branches(json)?,
                b"branches" => self.branches(json)?,
                b"methods" if json.kind()? == Kind::Object => self.methods(json)?,
                _ => json.skip()?,
            }
        }
        Ok(())
    }

    fn lines(&mut self, json: &mut Json<'_>) -> Result<(), Broken> {
        if !json.array()? {
            return Ok(());
        }
        let mut number = 0_u32;
        while json.item()? {
            number = number.saturating_add(1);
            if json.kind()? == Kind::Number {
                let place = Place::Byte(json.at());
                let text = json.number_text()?;
                if let Some(hits) = self.output.count(text, place) {
                    self.output.builder.line(number, hits);
                }
            } else {
                json.skip()?;
            }
        }
        Ok(())
    }

    /// `{"[:if, 0, 3, 4, 5, 7]": {"[:then, 1, 4, 6, 4, 12]": 1, …}}`
    fn branches(&mut self, json: &mut Json<'_>) -> Result<(), Broken> {
        if !json.object()? {
            return Ok(());
        }
        while let Some(branch) = json.key()? {
            let place = Place::Byte(json.at());
            let line = Ruby::read(&branch).and_then(|branch| branch.line);
            if line.is_none() {
                self.output.warnings.add(WarningCode::BadBranch, place, branch.as_bytes());
            }
            if !json.object()? {
                continue;
            }
            while let Some(arm) = json.key()? {
                let count = json.number_text()?;
                let Some(hits) = self.output.count(count, place) else { continue };
                let Some(line) = line else { continue };
                self.output.builder.arm(line, arm_of(&branch, &arm, hits > 0));
            }
        }
        Ok(())
    }

    /// `[{"type": "then", "start_line": 4, "end_line": 4, "coverage": 1, "inline": false, "report_line": 3}, …]`
    fn listed_branches(&mut self, json: &mut Json<'_>) -> Result<(), Broken> {
        if !json.array()? {
            return Ok(());
        }
        let mut index = 0_u32;
        while json.item()? {
            let place = Place::Byte(json.at());
            let (mut line, mut start, mut count) = (None, None, None);
            if json.object()? {
                while let Some(key) = json.raw_key()? {
                    match key {
                        b"report_line" => line = json.line()?,
                        b"start_line" => start = json.line()?,
                        // "ignored" between :nocov: comments.
                        b"coverage" if json.kind()? == Kind::Number => count = Some(json.number_text()?),
                        _ => json.skip()?,
                    }
                }
            }
            let hits = count.and_then(|count| self.output.count(count, place));
            match (line.or(start), hits) {
                (Some(line), Some(hits)) => self.output.builder.arm(line, Fact::numbered(0, index, hits > 0)),
                (None, Some(_)) => self.output.warnings.add(WarningCode::BadBranch, place, b""),
                (_, None) => {}
            }
            index = index.saturating_add(1);
        }
        Ok(())
    }

    /// `{"[\"Foo\", :bar, 3, 2, 5, 5]": 1, …}`
    fn methods(&mut self, json: &mut Json<'_>) -> Result<(), Broken> {
        if !json.object()? {
            return Ok(());
        }
        while let Some(method) = json.key()? {
            let place = Place::Byte(json.at());
            let count = json.number_text()?;
            let Some(hits) = self.output.count(count, place) else { continue };
            match Ruby::read(&method) {
                Some(method) => self.output.builder.function(method.line.unwrap_or(0), &method.name(), hits),
                None => self.output.warnings.add(WarningCode::UnknownRecord, place, method.as_bytes()),
            }
        }
        Ok(())
    }
}

/// By the numbers of branch and arm, which fit closely together; by their text where Ruby prints no numbers.
fn arm_of(branch: &str, arm: &str, taken: bool) -> Fact {
    match (Ruby::read(branch).and_then(|branch| branch.number), Ruby::read(arm).and_then(|arm| arm.number)) {
        (Some(block), Some(number)) if number < 0xFFFF => Fact::numbered(block, number, taken),
        _ => Fact::arm(branch.as_bytes(), arm.as_bytes(), taken),
    }
}

/// An array as Ruby prints it: something, something, four numbers.
struct Ruby<'a> {
    first: &'a str,
    second: &'a str,
    /// The second, when it is a number.
    number: Option<u32>,
    line: Option<u32>,
}

impl<'a> Ruby<'a> {
    fn read(text: &'a str) -> Option<Ruby<'a>> {
        let inside = text.trim().strip_prefix('[')?.strip_suffix(']')?;
        // From the end: a class's name can hold commas.
        let mut fields = inside.rsplitn(6, ", ");
        let line = fields.nth(3)?;
        let second = fields.next()?;
        let first = fields.next()?;
        let line = line.parse().ok().filter(|line| *line > 0);
        Some(Ruby { first, second, number: second.parse().ok(), line })
    }

    /// `Foo#bar`
    fn name(&self) -> String {
        format!("{}#{}", self.first.trim_matches('"'), self.second.trim_start_matches(':'))
    }
}
