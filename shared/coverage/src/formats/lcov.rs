//! LCOV tracefiles: `SF:` opens a file, `DA:line,count[,checksum]` and `BRDA:line,block,arm,taken` fill it,
//! `end_of_record` closes it. Written by lcov, geninfo, gcovr, coverage.py, nyc, c8, Dart, cargo-llvm-cov and more.
//!
//! Traps, all met in real files:
//! - several `SF:` sections for one file, one for each test name: counts add up. The last `end_of_record` may be missing;
//! - lcov 2.x: `VER`, `FNL`/`FNA` for `FN`/`FNDA`, `MCDC`, `FN` with an end line, an `e` before exception blocks;
//! - arms named by text, with commas in it (coverage.py: `BRDA:3,0,jump to line 6,1`): the last comma is the one
//!   before `taken`; blocks named `None` (gcovr); `-` for an arm whose block never ran;
//! - counts that are negative, in scientific notation, too large, `undefined` or `=====`; line 0 (older coverage.py);
//! - JavaScript's arms, which the incumbent passes over in LCOV (and those on line 1 of `.ts` files and of mangled C++
//!   functions) but counts in all other forms of the same run: they count, so that one run has one result;
//! - Windows paths, whose drive colon is part of the path; CRLF; arms on lines that have no `DA`.
//!
//! Function records are in `lcov/functions.rs`, the short way through the usual records in `lcov/usual.rs`. The summary
//! records (`LF`, `LH`, `BRF`, `BRH`, `FNF`, `FNH`) are not needed to read a report; tests use them as the oracle. MC/DC
//! records are recognised and passed over.

mod functions;
mod usual;

use functions::Functions;
use memchr::{memchr, memrchr};

use super::input::Input;
use super::number::{self, Count};
use super::sections::Sections;
use super::{Format, Parsed, Place, WarningCode, Warnings};
use crate::model::{Fact, FileBuilder, Repeat};

/// Reads a tracefile.
pub(super) fn read(input: &mut Input<'_>) -> Parsed {
    let mut reader = Reader::default();
    while let Some(lines) = input.lines() {
        reader.feed(lines.as_bytes());
    }
    reader.finish()
}

/// Takes the report in blocks of whole lines.
#[derive(Default)]
struct Reader {
    sections: Sections,
    builder: FileBuilder,
    functions: Functions,
    /// The open file's path; empty between files, or when the path was not usable.
    path: String,
    open: bool,
    line: u64,
    branch: usual::BranchLine,
    warnings: Warnings,
}

impl Reader {
    fn feed(&mut self, block: &[u8]) {
        let mut rest = block;
        while !rest.is_empty() {
            if self.open {
                rest = self.usual(rest);
            }
            let end = memchr(b'\n', rest).unwrap_or(rest.len());
            self.record(&rest[..end]);
            rest = rest.get(end + 1..).unwrap_or_default();
        }
    }

    /// Reads the records that nearly all of a tracefile is made of as long as they have the form that nearly all of them
    /// have: `DA:1,2` and `BRDA:1,0,1,2`, plain small numbers, a line feed. Gives the rest, for [`Reader::record`].
    fn usual<'t>(&mut self, mut text: &'t [u8]) -> &'t [u8] {
        let mut records = 0;
        loop {
            let before = records;
            // Each kind in a loop of its own: they come in runs, and a small loop keeps everything in registers.
            while let Some((number, hits, length)) = text.first_chunk().and_then(usual::count) {
                self.builder.line(number, hits);
                text = &text[length..];
                records += 1;
            }
            while let Some((number, fact, length)) = text.first_chunk().and_then(|text| self.branch.arm(text)) {
                self.builder.arm(number, fact);
                text = &text[length..];
                records += 1;
            }
            if records == before {
                self.line += records;
                return text;
            }
        }
    }

    fn finish(mut self) -> Parsed {
        if self.open {
            self.warn(WarningCode::UnfinishedFile, b"");
            self.close();
        }
        Parsed {
            format: Format::Lcov,
            files: self.sections.into_files(),
            sources: Vec::new(),
            warnings: self.warnings.into_vec(),
        }
    }

    fn record(&mut self, line: &[u8]) {
        self.line += 1;
        let line = line.trim_ascii();
        match line {
            [b'D', b'A', b':', fields @ ..] if self.open => self.line_count(fields, line),
            [b'B', b'R', b'D', b'A', b':', fields @ ..] if self.open => self.arm(fields, line),
            [b'F', b'N', b'D', b'A', b':', fields @ ..] if self.open => self.function(Functions::called, fields, line),
            [b'F', b'N', b':', fields @ ..] if self.open => self.function(Functions::named, fields, line),
            [b'F', b'N', b'A', b':', fields @ ..] if self.open => self.function(Functions::alias, fields, line),
            [b'F', b'N', b'L', b':', fields @ ..] if self.open => self.function(Functions::place, fields, line),
            [b'S', b'F', b':', path @ ..] => self.begin(path),
            b"end_of_record" => self.end(line),
            [] | [b'#', ..] => {}
            _ => self.other(line),
        }
    }

    fn line_count(&mut self, fields: &[u8], record: &[u8]) {
        let Some(comma) = memchr(b',', fields) else { return self.warn(WarningCode::BadCount, record) };
        let Some(number) = number::line(&fields[..comma]) else {
            return self.warn(WarningCode::BadLineNumber, record);
        };
        let count = &fields[comma + 1..];
        let count = memchr(b',', count).map_or(count, |checksum| &count[..checksum]);
        match number::count(count) {
            Count::Plain(hits) => self.builder.line(number, hits),
            Count::Negative => {
                self.warn(WarningCode::NegativeCount, record);
                self.builder.line(number, 0);
            }
            Count::Not => self.warn(WarningCode::BadCount, record),
        }
    }

    fn arm(&mut self, fields: &[u8], record: &[u8]) {
        let commas = memchr(b',', fields)
            .and_then(|first| Some((first, first + 1 + memchr(b',', &fields[first + 1..])?)))
            .and_then(|(first, second)| Some((first, second, memrchr(b',', fields).filter(|last| *last > second)?)));
        let Some((first, second, last)) = commas else { return self.warn(WarningCode::BadBranch, record) };
        let Some(number) = number::line(&fields[..first]) else {
            return self.warn(WarningCode::BadLineNumber, record);
        };
        let taken = match number::count(&fields[last + 1..]) {
            Count::Plain(taken) => taken > 0,
            Count::Not if &fields[last + 1..] == b"-" => false,
            Count::Negative => {
                self.warn(WarningCode::NegativeCount, record);
                false
            }
            Count::Not => return self.warn(WarningCode::BadBranch, record),
        };
        self.builder.arm(number, Fact::arm(&fields[first + 1..second], &fields[second + 1..last], taken));
    }

    fn begin(&mut self, path: &[u8]) {
        if self.open {
            self.warn(WarningCode::UnfinishedFile, path);
            self.close();
        }
        self.open = true;
        self.path.clear();
        self.path.push_str(&String::from_utf8_lossy(path.trim_ascii()));
    }

    fn end(&mut self, record: &[u8]) {
        if self.open { self.close() } else { self.warn(WarningCode::OutsideFile, record) }
    }

    fn close(&mut self) {
        self.open = false;
        self.functions.write(&mut self.builder);
        if let Err(refused) = self.sections.add(&self.path, &mut self.builder, Repeat::Add) {
            self.warnings.add(refused.code(), Place::Line(self.line), self.path.as_bytes());
        }
    }

    fn other(&mut self, record: &[u8]) {
        let name = &record[..memchr(b':', record).unwrap_or(record.len())];
        let code = match name {
            b"DA" | b"BRDA" | b"FN" | b"FNDA" | b"FNL" | b"FNA" => WarningCode::OutsideFile,
            b"TN" | b"VER" | b"FNF" | b"FNH" | b"LF" | b"LH" | b"BRF" | b"BRH" | b"BA" | b"MCDC" | b"MCF" | b"MCH"
            | b"MRF" | b"MRH" => return,
            _ => WarningCode::UnknownRecord,
        };
        self.warn(code, record);
    }

    fn function(&mut self, take: fn(&mut Functions, &[u8]) -> bool, fields: &[u8], record: &[u8]) {
        if !take(&mut self.functions, fields) {
            self.warn(WarningCode::BadFunction, record);
        }
    }

    #[cold]
    fn warn(&mut self, code: WarningCode, record: &[u8]) {
        self.warnings.add(code, Place::Line(self.line), record);
    }
}
