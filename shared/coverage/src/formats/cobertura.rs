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

use super::input::Input;
use super::number::{self, Count};
use super::sections::Sections;
use super::xml::{Event, Scanner, Tag, Usual};
use super::{Format, Parsed, Place, WarningCode, Warnings, xml};
use crate::model::{Fact, FileBuilder, Repeat, Row};

/// More `<source>` folders than this are not looked at: each of them is tried for each file.
const MAX_SOURCES: usize = 100;

/// Reads a document.
pub(super) fn read(input: &mut Input<'_>) -> Parsed {
    let mut document = Document::default();
    let mut xml = Scanner::new(input);
    loop {
        while document.in_lines()
            && let Some((number, hits, branches)) = xml.usual(usual_line)
        {
            document.lines.line(number, hits);
            if let Some(branches) = branches {
                document.lines.row(number, &[branches]);
            }
        }
        let Some(event) = xml.next() else { break };
        match event {
            Event::Start(tag) if tag.name == "source" => {
                let place = tag.place();
                let (text, unresolved) = xml.text(super::MAX_PATH);
                document.source(&text, unresolved.then_some(place));
            }
            Event::Start(tag) => document.start(tag),
            Event::Empty(tag) => {
                document.start(tag);
                document.end(tag.name);
            }
            Event::End(name) => document.end(name),
        }
    }
    document.close_class();
    xml.finish(&mut document.warnings);
    Parsed {
        format: Format::Cobertura,
        files: document.sections.into_files(),
        sources: document.sources,
        warnings: document.warnings.into_vec(),
    }
}

#[derive(Default)]
struct Document {
    sections: Sections,
    /// The class that is open: its own lines, and those of its methods in case it has none.
    lines: FileBuilder,
    method_lines: FileBuilder,
    path: String,
    /// Where the class that is open begins.
    class: Option<Place>,
    method: Option<Method>,
    sources: Vec<String>,
    facts: Vec<Fact>,
    warnings: Warnings,
}

/// A line in the form that most of them have: number, hits, branches.
type UsualLine = (u32, u32, Option<Fact>);

/// `<line number="1" hits="2"/>`, what most of most reports is made of, without branches or with two numbers for
/// them. Also gives its length.
#[inline]
fn usual_line(tag: &[u8]) -> Option<(UsualLine, usize)> {
    let mut rest = Usual(tag);
    let number = rest.number(b"<line number=\"").filter(|number| *number > 0)?;
    let hits = rest.number(b"\" hits=\"")?;
    let mut branches = None;
    if rest.literal(b"\" branch=\"true\" condition-coverage=\"").is_some() {
        rest.number(b"")?;
        let (taken, total) = (rest.number(b"% (")?, rest.number(b"/")?);
        rest.literal(b")")?;
        branches = Some((taken <= total && total > 0).then(|| Fact::count(taken, total))?);
    } else {
        let _ = rest.literal(b"\" branch=\"false");
    }
    rest.literal(b"\"/>")?;
    Some(((number, hits, branches), tag.len() - rest.0.len()))
}

/// A method that is open. It starts on its first line, and was called as often as that ran.
struct Method {
    name: String,
    line: u32,
    hits: u32,
    ran: bool,
}

impl Document {
    /// Whether lines that come now are a class's own.
    fn in_lines(&self) -> bool {
        self.class.is_some() && self.method.is_none()
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag.name {
            "line" => self.line(tag),
            "class" => self.open_class(tag),
            "method" => {
                let name = self.text(tag, "name");
                self.method = Some(Method { name, line: 0, hits: 0, ran: false });
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "class" => self.close_class(),
            "method" => self.close_method(),
            _ => {}
        }
    }

    fn open_class(&mut self, tag: Tag<'_>) {
        self.close_class();
        self.class = Some(tag.place());
        self.path = self.text(tag, "filename");
    }

    /// An attribute's text; with its entities as they stand when there is one that nobody resolves.
    fn text(&mut self, tag: Tag<'_>, name: &str) -> String {
        let raw = tag.attribute(name).unwrap_or_default();
        let text = xml::unescape(raw).unwrap_or_else(|| {
            self.warnings.add(WarningCode::Entity, tag.place(), raw.as_bytes());
            raw.into()
        });
        text.trim().to_owned()
    }

    fn close_method(&mut self) {
        if let Some(method) = self.method.take().filter(|method| method.line > 0 && !method.name.is_empty()) {
            self.lines.function(method.line, &method.name, method.hits.max(u32::from(method.ran)));
        }
    }

    fn close_class(&mut self) {
        self.close_method();
        let Some(place) = self.class.take() else { return };
        if !self.lines.has_lines() {
            std::mem::swap(&mut self.lines, &mut self.method_lines);
            self.lines.take_functions(&mut self.method_lines);
        }
        if let Err(refused) = self.sections.add(&self.path, &mut self.lines, Repeat::Largest) {
            self.warnings.add(refused.code(), place, self.path.as_bytes());
        }
        self.lines.clear();
        self.method_lines.clear();
    }

    fn line(&mut self, tag: Tag<'_>) {
        if self.class.is_none() {
            return self.warnings.add(WarningCode::OutsideFile, tag.place(), tag.example());
        }
        let line = LineTag::read(tag);
        let Some(number) = number::line(line.number.trim().as_bytes()) else {
            return self.warnings.add(WarningCode::BadLineNumber, tag.place(), tag.example());
        };
        let hits = match number::count(line.hits.as_bytes()) {
            Count::Plain(hits) => hits,
            Count::Negative => {
                self.warnings.add(WarningCode::NegativeCount, tag.place(), tag.example());
                0
            }
            Count::Not => return self.warnings.add(WarningCode::BadCount, tag.place(), tag.example()),
        };
        self.facts.clear();
        if !line.branches(&mut self.facts) {
            self.warnings.add(WarningCode::BadBranch, tag.place(), tag.example());
        }
        let builder = match &mut self.method {
            Some(method) => {
                method.see(number, hits);
                &mut self.method_lines
            }
            None => &mut self.lines,
        };
        builder.line(number, hits);
        builder.row(number, &self.facts);
    }

    fn source(&mut self, text: &str, unresolved: Option<Place>) {
        let folder = text.trim();
        if let Some(place) = unresolved {
            self.warnings.add(WarningCode::Entity, place, folder.as_bytes());
        }
        if !folder.is_empty() && self.sources.len() < MAX_SOURCES && !self.sources.iter().any(|known| known == folder) {
            self.sources.push(folder.to_owned());
        }
    }
}

impl Method {
    fn see(&mut self, line: u32, hits: u32) {
        self.ran |= hits > 0;
        if self.line == 0 || line < self.line {
            (self.line, self.hits) = (line, hits);
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
    fn read(from: Tag<'a>) -> LineTag<'a> {
        let mut tag = LineTag::default();
        for (name, value) in from.attributes() {
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
