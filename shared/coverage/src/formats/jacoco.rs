//! JaCoCo XML (Java, Kotlin, Scala, Groovy; gcovr writes it too): `report` → `group`* → `package` → `sourcefile` →
//! `line` with `mi`/`ci`, instructions missed and covered, and `mb`/`cb`, branches missed and covered.
//!
//! A line ran when one of its instructions did, as in JaCoCo's own LINE counter. Instructions are no executions, so the
//! count of a line that ran is 1. A line whose instructions ran in part but which has no branches (an exception left
//! it) is a hit, for JaCoCo's counter and for the incumbent. Branches are two numbers without names: merged uploads
//! take the better of the two.
//!
//! Traps, all met in real files:
//! - the report is one line of 50 MB, with a DOCTYPE that names a DTD, which is not read;
//! - aggregated reports nest `group`s, one for each module, and modules have packages and files of the same names.
//!   The groups stand before the package in the path (`core/com/acme/A.java`), where `paths` looks for the module. A
//!   report without groups is one module, and its name, if it is the module's, leads to it ([`Parsed::sources`]);
//! - Kotlin leaves out of a file's folders what all packages share, so package and name are not the path's end;
//! - counters stand at every level and are sums: only lines and methods are read. Lines of inlined code lie beyond the
//!   end of the file and count in JaCoCo's totals; the uploader's hints take them out;
//! - methods belong to the file that their class names, which comes after them; names like `<init>` are escaped;
//! - gcovr writes branches but no instructions: whether a line without branches ran is not in its report;
//! - without debug information there are classes, but no files and no lines.

use std::collections::HashMap;

use super::input::Input;
use super::number::{self, Count};
use super::output::Output;
use super::xml::{Event, Scanner, Tag, Usual};
use super::{Format, MAX_PATH, Parsed, Place, WarningCode};
use crate::model::{Fact, Repeat};

/// Reads a document.
pub(super) fn read(input: &mut Input<'_>) -> Parsed {
    let mut document = Document::default();
    let mut xml = Scanner::new(input);
    loop {
        while document.file.is_some()
            && let Some((number, counts)) = xml.usual(usual_line)
        {
            document.counted(number, counts);
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
    document.finish()
}

/// `<line nr="1" mi="0" ci="3" mb="0" cb="0"/>`, as JaCoCo writes it: the number, the counts, and its length.
#[inline]
fn usual_line(tag: &[u8]) -> Option<((u32, [u32; 4]), usize)> {
    let mut rest = Usual(tag);
    let number = rest.number(b"<line nr=\"").filter(|number| *number > 0)?;
    let instructions = [rest.number(b"\" mi=\"")?, rest.number(b"\" ci=\"")?];
    let arms = [rest.number(b"\" mb=\"")?, rest.number(b"\" cb=\"")?];
    rest.literal(b"\"/>")?;
    Some(((number, [instructions[0], instructions[1], arms[0], arms[1]]), tag.len() - rest.0.len()))
}

#[derive(Default)]
struct Document {
    output: Output,
    /// The report's name.
    name: String,
    /// Groups with a slash behind each, then the package.
    folders: String,
    /// Where each open group begins in `folders`.
    groups: Vec<usize>,
    grouped: bool,
    /// Where the package begins in `folders`.
    package: Option<usize>,
    /// The class that is open: its name without the package, and its file.
    class: (String, String),
    method: Option<Method>,
    /// Methods of the package by file.
    methods: HashMap<String, Vec<Method>>,
    /// The file that is open, where it began.
    file: Option<(String, Place)>,
    has_files: bool,
    /// The first class, and where.
    first_class: Option<(String, Place)>,
}

struct Method {
    name: String,
    line: u32,
    ran: bool,
}

impl Document {
    fn start(&mut self, tag: Tag<'_>) {
        match tag.name {
            "line" => self.line(tag),
            "counter" => self.counter(tag),
            "method" => self.open_method(tag),
            "class" => {
                let name = self.output.attribute(tag, "name");
                let name = name.rsplit('/').next().unwrap_or_default().to_owned();
                self.class = (name, self.output.attribute(tag, "sourcefilename"));
                self.first_class.get_or_insert_with(|| (self.class.0.clone(), tag.place()));
            }
            "sourcefile" => {
                self.close_file();
                self.has_files = true;
                self.file = Some((self.output.attribute(tag, "name"), tag.place()));
            }
            "package" => {
                self.package = Some(self.folders.len());
                self.enter(tag);
            }
            "group" => {
                self.grouped = true;
                self.groups.push(self.folders.len());
                self.enter(tag);
            }
            "report" => self.name = self.output.attribute(tag, "name"),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "method" => self.close_method(),
            "sourcefile" => self.close_file(),
            "package" => {
                self.methods.clear();
                self.folders.truncate(self.package.take().unwrap_or(self.folders.len()));
            }
            "group" => self.folders.truncate(self.groups.pop().unwrap_or(self.folders.len())),
            _ => {}
        }
    }

    /// One more folder; what would be too long for a path is cut, and the path is refused then.
    fn enter(&mut self, tag: Tag<'_>) {
        let name = self.output.attribute(tag, "name");
        if !name.is_empty() && self.folders.len() <= MAX_PATH {
            self.folders.push_str(&name[..name.floor_char_boundary(MAX_PATH)]);
            self.folders.push('/');
        }
    }

    fn line(&mut self, tag: Tag<'_>) {
        if self.file.is_none() {
            return self.output.warnings.add(WarningCode::OutsideFile, tag.place(), tag.example());
        }
        let line = LineTag::read(tag);
        let Some(number) = number::line(line.number.as_bytes()) else {
            return self.output.warnings.add(WarningCode::BadLineNumber, tag.place(), tag.example());
        };
        let mut count = |text: &str| match number::count(text.as_bytes()) {
            Count::Plain(count) => count,
            Count::Not if text.is_empty() => 0,
            odd => {
                let code = if odd == Count::Not { WarningCode::BadCount } else { WarningCode::NegativeCount };
                self.output.warnings.add(code, tag.place(), tag.example());
                0
            }
        };
        let [missed, covered] = [line.missed, line.covered].map(&mut count);
        let [arms_missed, arms_covered] = [line.arms_missed, line.arms_covered].map(&mut count);
        if missed | covered | arms_missed | arms_covered == 0 && line.missed.is_empty() && line.covered.is_empty() {
            return self.output.warnings.add(WarningCode::NoCount, tag.place(), tag.example());
        }
        self.counted(number, [missed, covered, arms_missed, arms_covered]);
    }

    /// A line by its instructions and branches, missed and covered.
    fn counted(&mut self, number: u32, [missed, covered, arms_missed, arms_covered]: [u32; 4]) {
        // JaCoCo's own rule: a line without instructions and branches is none.
        if missed | covered | arms_missed | arms_covered == 0 {
            return;
        }
        self.output.builder.line(number, u32::from(covered > 0 || arms_covered > 0));
        if arms_missed | arms_covered > 0 {
            let fact = Fact::count(arms_covered, arms_covered.saturating_add(arms_missed));
            self.output.builder.row(number, &[fact]);
        }
    }

    fn open_method(&mut self, tag: Tag<'_>) {
        self.close_method();
        let (name, signature) = (self.output.attribute(tag, "name"), self.output.attribute(tag, "desc"));
        let line = tag.attribute("line").and_then(|line| number::line(line.as_bytes())).unwrap_or(0);
        self.method = Some(Method { name: format!("{}.{name}{signature}", self.class.0), line, ran: false });
    }

    /// Of a method, any counter that covered something says that it ran.
    fn counter(&mut self, tag: Tag<'_>) {
        if let Some(method) = self.method.as_mut().filter(|method| !method.ran) {
            let covered = tag.attribute("covered").unwrap_or_default();
            method.ran |= matches!(number::count(covered.as_bytes()), Count::Plain(1..));
        }
    }

    fn close_method(&mut self) {
        if let Some(method) = self.method.take().filter(|_| !self.class.1.is_empty()) {
            match self.methods.get_mut(&self.class.1) {
                Some(methods) => methods.push(method),
                None => drop(self.methods.insert(self.class.1.clone(), vec![method])),
            }
        }
    }

    fn close_file(&mut self) {
        let Some((name, place)) = self.file.take() else { return };
        for method in self.methods.remove(&name).unwrap_or_default() {
            self.output.builder.function(method.line, &method.name, u32::from(method.ran));
        }
        let path = if name.is_empty() { name } else { format!("{}{name}", self.folders) };
        self.output.close(&path, place, Repeat::Largest);
    }

    fn finish(mut self) -> Parsed {
        if let Some((class, place)) = self.first_class.filter(|_| !self.has_files) {
            self.output.warnings.add(WarningCode::NoDebugInfo, place, class.as_bytes());
        }
        let mut parsed = self.output.finish(Format::Jacoco, None);
        if !self.grouped && !self.name.is_empty() && self.name.len() <= MAX_PATH {
            let roots = ["java", "kotlin", "scala", "groovy"];
            parsed.sources = roots.iter().map(|root| format!("{}/src/main/{root}", self.name)).collect();
        }
        parsed
    }
}

/// The attributes of a `line` element.
#[derive(Default)]
struct LineTag<'a> {
    number: &'a str,
    missed: &'a str,
    covered: &'a str,
    arms_missed: &'a str,
    arms_covered: &'a str,
}

impl<'a> LineTag<'a> {
    fn read(from: Tag<'a>) -> LineTag<'a> {
        let mut tag = LineTag::default();
        for (name, value) in from.attributes() {
            match name {
                "nr" => tag.number = value,
                "mi" => tag.missed = value,
                "ci" => tag.covered = value,
                "mb" => tag.arms_missed = value,
                "cb" => tag.arms_covered = value,
                _ => {}
            }
        }
        tag
    }
}
