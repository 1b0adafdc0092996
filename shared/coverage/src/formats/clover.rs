//! Clover XML (PHPUnit, Istanbul, gcovr, OpenClover, Devel::Cover): `file` elements with `line`s of type `stmt`, `cond`
//! or `method`, and `metrics` that add them up. Writers disagree about what lines mean, so each file is read the way
//! in which its own metrics come out.
//!
//! - **Conditions.** For OpenClover `truecount` and `falsecount` say how often a condition was true and false: two
//!   arms, 0/2 to 2/2 (the incumbent reads all reports so). Istanbul writes the arms that were taken and those that
//!   were not: 2/2 is `truecount="2" falsecount="0"`, which the other reading makes 1/2. The file's
//!   `conditionals` decide; when both fit, whether its conditions have a `count` besides, as Istanbul's do.
//! - **Methods.** A `method` line is where a function starts, not a statement: it is a function. PHPUnit writes it in
//!   place of the statement when a function is all on one line; as many as `statements` counts beyond the statement
//!   lines are lines too, those first that have no statement before the next method. (The incumbent makes all of them
//!   lines; PHPUnit's own Cobertura report and totals do not.)
//! - **Lines past the end.** PHPUnit reports the lines of a trait under the class that uses it, beyond `loc`. They are
//!   left out when `statements` does not count them, or says nothing; no other writer's `loc` is trusted, gcovr's
//!   ends at the last line that ran.
//!
//! More traps, all met in real files: `path` is missing (PHPUnit: the name is the path) or relative (gcovr), `name` a
//! base name; gcovr fills the metrics with zeros; classes in a file have metrics of their own; `testproject` holds the
//! tests (gcovr: a dummy); conditions without a `count` ran as often as they were true and false.

mod file;

use super::input::Input;
use super::output::Output;
use super::xml::{Event, Scanner, Tag};
use super::{Format, Parsed, Place, WarningCode};
use crate::model::Repeat;
use file::{File, Metrics};

/// Reads a document.
pub(super) fn read(input: &mut Input<'_>) -> Parsed {
    let mut document = Document::default();
    let mut xml = Scanner::new(input);
    loop {
        while document.open.is_some()
            && !document.in_tests
            && let Some(line) = xml.usual(file::usual_line)
        {
            document.file.usual(line);
        }
        let Some(event) = xml.next() else { break };
        match event {
            Event::Start(tag) => document.start(tag),
            Event::Empty(tag) => {
                document.start(tag);
                document.end(tag.name);
            }
            Event::End(name) => document.end(name),
        }
    }
    document.close_file();
    xml.finish(&mut document.output.warnings);
    document.output.finish(Format::Clover, None)
}

#[derive(Default)]
struct Document {
    output: Output,
    file: File,
    /// The path of the file that is open, and where it begins.
    open: Option<(String, Place)>,
    in_class: bool,
    in_tests: bool,
}

impl Document {
    fn start(&mut self, tag: Tag<'_>) {
        match tag.name {
            "testproject" => self.in_tests = true,
            _ if self.in_tests => {}
            "line" if self.open.is_some() => self.file.line(tag, &mut self.output),
            "line" => self.output.warnings.add(WarningCode::OutsideFile, tag.place(), tag.example()),
            "metrics" if self.open.is_some() && !self.in_class => self.file.metrics = Metrics::read(tag),
            "class" => self.in_class = true,
            "file" => {
                self.close_file();
                let path = self.output.attribute(tag, "path");
                let path = if path.is_empty() { self.output.attribute(tag, "name") } else { path };
                self.open = Some((path, tag.place()));
                self.in_class = false;
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "file" => self.close_file(),
            "class" => self.in_class = false,
            "testproject" => self.in_tests = false,
            _ => {}
        }
    }

    fn close_file(&mut self) {
        let Some((path, place)) = self.open.take() else { return };
        let is_php = path.len() >= 4 && path.as_bytes()[path.len() - 4..].eq_ignore_ascii_case(b".php");
        self.file.write(is_php, &mut self.output.builder);
        self.output.close(&path, place, Repeat::Largest);
    }
}
