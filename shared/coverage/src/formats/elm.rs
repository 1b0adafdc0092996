//! elm-coverage's `codecov.json`: `coverageData` with ranges for each module, `moduleMap` from modules to files.
//!
//! Traps:
//! - ranges nest: a declaration holds its `case` branches and `if` arms, so the innermost speaks for a line
//!   ([`super::points`]);
//! - `count` is missing for what never ran;
//! - `moduleMap` may come before or after the data; a module without a path is left out.

use std::collections::BTreeMap;

use super::file_set::FileSet;
use super::json::{Broken, Json};
use super::number::Count;
use super::points::Point;
use super::{Format, Parsed, Place, WarningCode, Warnings};
use crate::model::Repeat;

/// Reads a whole document.
pub(super) fn read(bytes: &[u8], warnings: Warnings) -> Parsed {
    let mut json = Json::new(bytes);
    let mut reader = Reader { files: FileSet::new(warnings), ..Reader::default() };
    if reader.document(&mut json).is_err() {
        reader.files.warn(WarningCode::BrokenJson, Place::Byte(json.at()), b"");
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    files: FileSet,
    paths: BTreeMap<String, String>,
    modules: Vec<Module>,
}

struct Module {
    name: String,
    place: Place,
    sections: Vec<Section>,
}

struct Section {
    point: Point,
    /// A declaration's name.
    name: Option<String>,
}

impl Reader {
    fn document(&mut self, json: &mut Json<'_>) -> Result<(), Broken> {
        if !json.object()? {
            return Ok(());
        }
        while let Some(key) = json.raw_key()? {
            match key {
                b"moduleMap" if json.object()? => {
                    while let Some(module) = json.key()? {
                        if let Some(path) = json.string()? {
                            self.paths.insert(module.into_owned(), path.into_owned());
                        }
                    }
                }
                b"coverageData" if json.object()? => {
                    while let Some(module) = json.key()? {
                        self.module(json, module.into_owned())?;
                    }
                }
                b"moduleMap" | b"coverageData" => {}
                _ => json.skip()?,
            }
        }
        Ok(())
    }

    fn module(&mut self, json: &mut Json<'_>, name: String) -> Result<(), Broken> {
        let mut module = Module { name, place: Place::Byte(json.at()), sections: Vec::new() };
        let read = self.sections(json, &mut module.sections);
        self.modules.push(module);
        read
    }

    fn sections(&mut self, json: &mut Json<'_>, sections: &mut Vec<Section>) -> Result<(), Broken> {
        if !json.array()? {
            return Ok(());
        }
        while json.item()? {
            let start = json.at();
            let (mut from, mut to, mut count, mut name) = (None, None, Count::Plain(0), None);
            if !json.object()? {
                continue;
            }
            while let Some(key) = json.raw_key()? {
                match key {
                    b"from" => from = line(json)?,
                    b"to" => to = line(json)?,
                    b"count" => count = json.count()?,
                    b"name" => name = json.string()?,
                    _ => json.skip()?,
                }
            }
            let place = Place::Byte(start);
            let Some(first) = from else {
                self.files.warn(WarningCode::BadLineNumber, place, json.since(start));
                continue;
            };
            let Some(hits) = self.files.counted(count, place, json.since(start)) else { continue };
            let point = Point::new((first, to.unwrap_or(first).max(first)), hits);
            sections.push(Section { point, name: name.map(std::borrow::Cow::into_owned) });
        }
        Ok(())
    }

    fn finish(mut self) -> Parsed {
        for module in self.modules {
            let Some(path) = self.paths.get(&module.name) else {
                self.files.warn(WarningCode::OutsideFile, module.place, module.name.as_bytes());
                continue;
            };
            let Some(file) = self.files.file(path, module.place) else { continue };
            for Section { point, name } in module.sections {
                self.files.point(file, point);
                if let Some(name) = name {
                    self.files.builder(file).function(point.start, &name, point.hits);
                }
            }
        }
        self.files.finish(Format::Elm, Repeat::Largest)
    }
}

/// The line of `{"line": 3, "column": 5}`.
pub(super) fn line(json: &mut Json<'_>) -> Result<Option<u32>, Broken> {
    let mut line = None;
    if json.object()? {
        while let Some(key) = json.raw_key()? {
            match key {
                b"line" => line = json.line()?,
                _ => json.skip()?,
            }
        }
    }
    Ok(line)
}
