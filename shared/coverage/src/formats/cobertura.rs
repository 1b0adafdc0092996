//! Cobertura XML: `class` elements with `line` elements. Written by coverage.py, gcovr, coverlet, Istanbul, PHPUnit,
//! kcov, scoverage, gocover-cobertura, ReportGenerator and nearly every converter.
//!
//! Traps, all met in real files:
//! - lines stand twice, under the class and under its methods. The class's own are the report; Istanbul puts
//!   function-start lines under methods only and does not count them, so methods are read only for a class that has
//!   no lines of its own (reading all of them finds 13 % lines too many in a real report);
//! - several classes share one file (inner classes, C# partial classes): the largest count of a line holds;
//! - none, one or many `<source>` folders, absolute or not, sometimes blank; file names absolute in spite of them;
//! - `hits` of `1.0` or beyond 32 bits, `number` of `undefined`, `branch` of `True`;
//! - `condition-coverage="50% (1/2)"` does not say which half. Only coverage.py's `missing-branches` does;
//! - a DOCTYPE that names a URL, which is ignored.

use memchr::memchr;
use quick_xml::events::{BytesStart, Event};

use super::number::{self, Count};
use super::sections::{Refused, Sections};
use super::{Format, Parsed, Place, WarningCode, Warnings, xml};
use crate::model::{Fact, FileBuilder, Repeat, Row};

/// More `<source>` folders than this are not looked at: each of them is tried for each file.
const MAX_SOURCES: usize = 100;

/// Reads a whole document.
pub(super) fn read(text: &str, warnings: Warnings) -> Parsed {
    let mut document = Document { warnings, ..Document::default() };
    let mut reader = xml::reader(text);
    loop {
        let at = reader.buffer_position();
        match reader.read_event() {
            Ok(Event::Start(tag)) => document.start(&tag, at),
            Ok(Event::Empty(tag)) => {
                document.start(&tag, at);
                document.end(tag.name().as_ref(), at);
            }
            Ok(Event::End(tag)) => document.end(tag.name().as_ref(), at),
            Ok(Event::Text(text)) => document.source_text(&text.into_inner()),
            Ok(Event::CData(text)) => document.source_text(&text.into_inner()),
            Ok(Event::GeneralRef(name)) => document.source_entity(&name.into_inner(), at),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            // What follows a broken tag has no reliable meaning.
            Err(_) => {
                document.broken(reader.error_position());
                break;
            }
        }
    }
    document.finish(text.len() as u64)
}

#[derive(Default)]
struct Document {
    sections: Sections,
    /// The class that is open: its own lines, and those of its methods in case it has none.
    lines: FileBuilder,
    method_lines: FileBuilder,
    path: String,
    in_class: bool,
    in_method: bool,
    source: Option<String>,
    sources: Vec<String>,
    depth: u64,
    facts: Vec<Fact>,
    warnings: Warnings,
}

impl Document {
    fn start(&mut self, tag: &BytesStart<'_>, at: u64) {
        self.depth += 1;
        match tag.name().as_ref() {
            "line" => self.line(tag.attributes_raw(), at),
            "class" => self.open_class(tag, at),
            "method" => self.in_method = true,
            "source" => self.source = Some(String::new()),
            _ => {}
        }
    }

    fn end(&mut self, name: &str, at: u64) {
        self.depth = self.depth.saturating_sub(1);
        match name {
            "class" => self.close_class(at),
            "method" => self.in_method = false,
            "source" => self.close_source(),
            _ => {}
        }
    }

    fn open_class(&mut self, tag: &BytesStart<'_>, at: u64) {
        self.close_class(at);
        self.in_class = true;
        self.in_method = false;
        self.path.clear();
        let raw = xml::attribute(tag, "filename").unwrap_or_default();
        let name = xml::unescape(raw).unwrap_or_else(|| {
            self.warnings.add(WarningCode::Entity, Place::Byte(at), raw.as_bytes());
            raw.into()
        });
        self.path.push_str(name.trim());
    }

    fn close_class(&mut self, at: u64) {
        if !std::mem::take(&mut self.in_class) {
            return;
        }
        let lines = if self.lines.has_lines() { &mut self.lines } else { &mut self.method_lines };
        let code = match self.sections.add(&self.path, lines, Repeat::Largest) {
            Ok(()) => None,
            Err(Refused::Path) => Some(WarningCode::BadPath),
            Err(Refused::TooMany) => Some(WarningCode::TooManyFiles),
        };
        self.lines.clear();
        self.method_lines.clear();
        if let Some(code) = code {
            self.warnings.add(code, Place::Byte(at), self.path.as_bytes());
        }
    }

    fn line(&mut self, raw: &str, at: u64) {
        if !self.in_class {
            return self.warnings.add(WarningCode::OutsideFile, Place::Byte(at), raw.trim().as_bytes());
        }
        let tag = LineTag::read(raw);
        let Some(number) = number::line(tag.number.trim().as_bytes()) else {
            return self.warnings.add(WarningCode::BadLineNumber, Place::Byte(at), raw.trim().as_bytes());
        };
        let hits = match number::count(tag.hits.as_bytes()) {
            Count::Plain(hits) => hits,
            Count::Negative => {
                self.warnings.add(WarningCode::NegativeCount, Place::Byte(at), raw.trim().as_bytes());
                0
            }
            Count::Not => return self.warnings.add(WarningCode::BadCount, Place::Byte(at), raw.trim().as_bytes()),
        };
        self.facts.clear();
        if !tag.branches(&mut self.facts) {
            self.warnings.add(WarningCode::BadBranch, Place::Byte(at), raw.trim().as_bytes());
        }
        let builder = if self.in_method { &mut self.method_lines } else { &mut self.lines };
        builder.line(number, hits);
        builder.row(number, &self.facts);
    }

    fn source_text(&mut self, text: &str) {
        if let Some(source) = &mut self.source {
            let room = super::MAX_PATH.saturating_sub(source.len());
            source.extend(text.chars().take(room));
        }
    }

    /// `&amp;` between the texts of a folder's name.
    fn source_entity(&mut self, name: &str, at: u64) {
        if self.source.is_none() {
            return;
        }
        let reference = format!("&{name};");
        match xml::unescape(&reference) {
            Some(text) => self.source_text(&text),
            None => self.warnings.add(WarningCode::Entity, Place::Byte(at), reference.as_bytes()),
        }
    }

    fn close_source(&mut self) {
        let source = self.source.take().unwrap_or_default();
        let folder = source.trim();
        if !folder.is_empty() && self.sources.len() < MAX_SOURCES && !self.sources.iter().any(|known| known == folder) {
            self.sources.push(folder.to_owned());
        }
    }

    fn broken(&mut self, at: u64) {
        self.warnings.add(WarningCode::BrokenXml, Place::Byte(at), b"");
        self.depth = 0;
    }

    fn finish(mut self, length: u64) -> Parsed {
        if self.depth > 0 {
            self.broken(length);
        }
        self.close_class(length);
        Parsed {
            format: Format::Cobertura,
            files: self.sections.into_files(),
            sources: self.sources,
            warnings: self.warnings.into_vec(),
        }
    }
}

/// The attributes of a `line` element that matter.
#[derive(Default)]
struct LineTag<'a> {
    number: &'a str,
    hits: &'a str,
    branch: &'a str,
    conditions: &'a str,
    missing: &'a str,
}

impl<'a> LineTag<'a> {
    fn read(raw: &'a str) -> LineTag<'a> {
        let mut tag = LineTag::default();
        for (name, value) in xml::attributes(raw) {
            match name {
                "number" => tag.number = value,
                "hits" => tag.hits = value,
                "branch" => tag.branch = value,
                "condition-coverage" => tag.conditions = value,
                "missing-branches" => tag.missing = value,
                _ => {}
            }
        }
        tag
    }

    /// Writes what is known of the branches. False when they are written in a way that cannot be.
    fn branches(&self, facts: &mut Vec<Fact>) -> bool {
        if !self.branch.eq_ignore_ascii_case("true") || self.conditions.is_empty() {
            return true;
        }
        let Some((taken, total)) = fraction(self.conditions.as_bytes()) else { return false };
        if total == 0 {
            return true;
        }
        if !self.missing.is_empty() {
            facts.push(Fact::missing_total(total));
            let names = self.missing.split(',').map(str::trim).filter(|name| !name.is_empty());
            facts.extend(names.map(|name| Fact::missing(name.as_bytes())));
            Row::normalise(facts);
        }
        // Names that do not add up to the counts are no names.
        if facts.len() as u64 != u64::from(total) - u64::from(taken.min(total)) + 1 || taken == total {
            facts.clear();
            facts.push(Fact::count(taken.min(total), total));
        }
        taken <= total
    }
}

/// The `(1/2)` of `50% (1/2)`.
fn fraction(text: &[u8]) -> Option<(u32, u32)> {
    let start = memchr(b'(', text)? + 1;
    let slash = start + memchr(b'/', &text[start..])?;
    let end = slash + memchr(b')', &text[slash..])?;
    match (number::count(text[start..slash].trim_ascii()), number::count(text[slash + 1..end].trim_ascii())) {
        (Count::Plain(taken), Count::Plain(total)) => Some((taken, total)),
        _ => None,
    }
}
