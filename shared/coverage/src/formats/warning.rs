//! What a parser passed over: one entry for each kind, with how often, where first, and the record itself.
//!
//! Kinds and not records, so that a report of ten million broken lines costs ten entries.

/// The kinds of trouble that a report can be read in spite of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum WarningCode {
    /// A line number was 0, too large or no number. The record was left out.
    BadLineNumber,
    /// A count was no number. The record was left out.
    BadCount,
    /// A line had neither a count nor branches and was left out: nobody can tell whether it ran.
    NoCount,
    /// A count was negative and taken as 0.
    NegativeCount,
    /// A branch was not understood, or more arms were taken than there are.
    BadBranch,
    /// A function's line or calls were not understood. The record was left out.
    BadFunction,
    /// A record type that no version of the format has.
    UnknownRecord,
    /// A record stood outside any file.
    OutsideFile,
    /// A file had no end mark; what was there was used.
    UnfinishedFile,
    /// A file without a usable name was left out.
    BadPath,
    /// More files than are read from one report; the rest was left out.
    TooManyFiles,
    /// The XML broke off or broke the grammar; what came before was used.
    BrokenXml,
    /// The JSON broke off or broke the grammar; the files before that place were used.
    BrokenJson,
    /// A report of classes without files and lines.
    NoDebugInfo,
    /// A block of lines was too long, or all blocks together were; only its first line was used.
    LongBlock,
    /// A custom XML entity was left as it stands: entities are never resolved.
    Entity,
    /// Bytes that are not UTF-8 were replaced.
    NotUtf8,
    /// A line of the report was over 1 MiB and was cut.
    TooLong,
}

impl WarningCode {
    /// The stable name for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.texts().0
    }

    /// Code, what one is called, what several are called.
    fn texts(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::BadLineNumber => {
                ("bad-line-number", "line number could not be used", "line numbers could not be used")
            }
            Self::BadCount => ("bad-count", "count is not a number", "counts are not numbers"),
            Self::NoCount => (
                "no-count",
                "line has no count and was left out (gcovr's JaCoCo is like that: upload its Cobertura or LCOV)",
                "lines have no counts and were left out (gcovr's JaCoCo is like that: upload its Cobertura or LCOV)",
            ),
            Self::NegativeCount => ("negative-count", "negative count was read as 0", "negative counts were read as 0"),
            Self::BadBranch => ("bad-branch", "branch could not be read", "branches could not be read"),
            Self::BadFunction => ("bad-function", "function could not be read", "functions could not be read"),
            Self::UnknownRecord => ("unknown-record", "unknown record was skipped", "unknown records were skipped"),
            Self::OutsideFile => ("outside-file", "record belongs to no file", "records belong to no file"),
            Self::UnfinishedFile => ("unfinished-file", "file has no end mark", "files have no end mark"),
            Self::BadPath => ("bad-path", "file has no usable name", "files have no usable name"),
            Self::TooManyFiles => ("too-many-files", "file is over the limit", "files are over the limit"),
            Self::BrokenXml => ("broken-xml", "place where the XML breaks off", "places where the XML breaks off"),
            Self::BrokenJson => ("broken-json", "place where the JSON breaks off", "places where the JSON breaks off"),
            Self::NoDebugInfo => (
                "no-debug-info",
                "report names classes but no files and lines: the code was compiled without debug information",
                "reports name classes but no files and lines: the code was compiled without debug information",
            ),
            Self::LongBlock => (
                "long-block",
                "block is too long; its first line was used",
                "blocks are too long; their first lines were used",
            ),
            Self::Entity => ("entity", "entity was left unresolved", "entities were left unresolved"),
            Self::TooLong => ("too-long", "record is over 1 MiB and was cut", "records are over 1 MiB and were cut"),
            Self::NotUtf8 => ("not-utf8", "run of bytes is not UTF-8", "runs of bytes are not UTF-8"),
        }
    }
}

/// Where in the report file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A line of a text format, from 1.
    Line(u64),
    /// A byte offset, for formats where lines mean little.
    Byte(u64),
}

/// One kind of trouble in one report file. Displays as one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What happened.
    pub code: WarningCode,
    /// How often.
    pub count: u64,
    /// Where it happened first.
    pub place: Place,
    /// The first such record, shortened to 80 characters, control characters replaced; may be empty.
    pub example: String,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (_, one, many) = self.code.texts();
        write!(out, "{} {}", self.count, if self.count == 1 { one } else { many })?;
        let first = if self.count == 1 { "" } else { "first " };
        match self.place {
            Place::Line(line) => write!(out, ", {first}on line {line}")?,
            Place::Byte(byte) => write!(out, ", {first}at byte {byte}")?,
        }
        if self.example.is_empty() { Ok(()) } else { write!(out, ": `{}`", self.example) }
    }
}

/// Collects warnings by kind.
#[derive(Debug, Default)]
pub(crate) struct Warnings(Vec<Warning>);

impl Warnings {
    #[cold]
    pub(crate) fn add(&mut self, code: WarningCode, place: Place, record: &[u8]) {
        if let Some(known) = self.0.iter_mut().find(|warning| warning.code == code) {
            known.count += 1;
        } else {
            self.0.push(Warning { code, count: 1, place, example: shorten(record) });
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Warning> {
        self.0
    }
}

fn shorten(record: &[u8]) -> String {
    let text = String::from_utf8_lossy(&record[..record.len().min(400)]);
    // A back-tick would end the code span that the example is shown in.
    let clean = |c: char| if c.is_control() || c == '`' { ' ' } else { c };
    let mut short: String = text.chars().take(80).map(clean).collect();
    if text.chars().nth(80).is_some() {
        short.push('…');
    }
    short
}
