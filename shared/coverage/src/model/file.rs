//! One file of a report: its path, its columns and their digest.

use std::sync::OnceLock;

use super::{Branches, Columns, Fact, FileBuilder, Function, Line, Repeat, Totals, digest};

/// The coverage of one file. Lines are sorted by number and unique.
#[derive(Clone)]
pub struct FileReport {
    path: Box<str>,
    columns: Columns,
    marks: Marks,
}

/// What is made of the columns once, and only if somebody asks: a parser's files are mostly merged, never looked up.
#[derive(Clone, Default)]
struct Marks {
    digest: OnceLock<u64>,
    lines: OnceLock<u64>,
    arms: OnceLock<Option<u64>>,
}

impl FileReport {
    pub(crate) fn new(path: &str, mut columns: Columns) -> FileReport {
        columns.shrink();
        FileReport { path: path.into(), columns, marks: Marks::default() }
    }

    /// A file from lines in any order. Branch counts are taken as unnamed; a line given twice adds up. For tests and
    /// for callers that have numbers of their own; parsers keep the arms' names.
    #[must_use]
    pub fn from_lines(path: &str, lines: impl IntoIterator<Item = Line>) -> FileReport {
        let mut builder = FileBuilder::default();
        for line in lines {
            builder.line(line.number, line.hits);
            if let Some(Branches { taken, total, .. }) = line.branches {
                builder.row(line.number, &[Fact::count(taken, total)]);
            }
        }
        builder.finish(path, Repeat::Add)
    }

    /// The path: as the report wrote it after parsing, the repository's after ingestion.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The same coverage under another path.
    #[must_use]
    pub fn with_path(mut self, path: &str) -> FileReport {
        self.path = path.into();
        self
    }

    /// The executable lines in order.
    pub fn lines(&self) -> impl Iterator<Item = Line> + '_ {
        self.lines_in(0..self.columns.numbers.len())
    }

    /// The executable lines whose number is in `from..=to`.
    pub fn lines_between(&self, from: u32, to: u32) -> impl Iterator<Item = Line> + '_ {
        let start = self.columns.numbers.partition_point(|number| *number < from);
        let end = self.columns.numbers.partition_point(|number| *number <= to).max(start);
        self.lines_in(start..end)
    }

    /// The functions that the reports name, by line, then name.
    pub fn functions(&self) -> impl Iterator<Item = Function<'_>> {
        self.columns.functions.iter().flat_map(|functions| functions.iter())
    }

    /// Whether nothing is known of the file: no line, no branch, no function.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.columns.numbers.is_empty() && self.columns.branches.len() == 0 && self.columns.functions.is_none()
    }

    /// One line; `None` when it is not executable.
    #[must_use]
    pub fn line(&self, number: u32) -> Option<Line> {
        self.lines_between(number, number).next()
    }

    /// The sums over this file.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let columns = &self.columns;
        let mut totals = Totals { files: u64::from(!columns.numbers.is_empty()), ..Totals::default() };
        totals.lines = columns.numbers.len() as u64;
        totals.hits = columns.hits.iter().filter(|hits| **hits > 0).count() as u64;
        totals.misses = totals.lines - totals.hits;
        let mut left = &columns.numbers[..];
        // Arms on lines that are not executable count as branches, and make no line partial.
        for (line, row) in columns.branches.iter() {
            let Some(branches) = row.summary() else { continue };
            totals.count_branches(Some(branches));
            if branches.taken < branches.total {
                left = &left[left.iter().take_while(|number| **number < line).count()..];
                let ran = left.first() == Some(&line) && columns.hits[columns.numbers.len() - left.len()] > 0;
                totals.hits -= u64::from(ran);
                totals.partials += u64::from(ran);
            }
        }
        for function in self.functions() {
            totals.functions += 1;
            totals.functions_hit += u64::from(function.hits > 0);
        }
        totals
    }

    /// A 64-bit digest (XXH3) of lines, branches and functions, without the path. Files with equal digests have equal
    /// coverage, so a comparison skips them. Stable across versions: it is stored in shards.
    #[must_use]
    pub fn digest(&self) -> u64 {
        *self.marks.digest.get_or_init(|| digest::columns(&self.columns, self.lines_mark()))
    }

    fn lines_mark(&self) -> u64 {
        *self.marks.lines.get_or_init(|| digest::lines(&self.columns.numbers))
    }

    /// Files with equal marks have the same named arms, and no other facts.
    pub(super) fn arms_mark(&self) -> Option<u64> {
        *self.marks.arms.get_or_init(|| digest::arms(&self.columns.branches))
    }

    /// Whether both have the same executable lines.
    pub(super) fn has_lines_of(&self, other: &FileReport) -> bool {
        self.columns.numbers.len() == other.columns.numbers.len() && self.lines_mark() == other.lines_mark()
    }

    /// How much there is of it, roughly, for deciding when merging pays.
    pub(crate) fn weight(&self) -> usize {
        self.columns.numbers.len() + self.columns.branches.facts.len() + self.functions().count()
    }

    pub(crate) fn columns(&self) -> &Columns {
        &self.columns
    }

    fn lines_in(&self, range: std::ops::Range<usize>) -> impl Iterator<Item = Line> + '_ {
        let rows = &self.columns.branches;
        let first = self.columns.numbers.get(range.start).copied().unwrap_or(u32::MAX);
        let mut next = rows.lines.partition_point(|line| *line < first);
        range.map(move |index| {
            let number = self.columns.numbers[index];
            while rows.lines.get(next).is_some_and(|line| *line < number) {
                next += 1;
            }
            let has_row = rows.lines.get(next) == Some(&number);
            let branches = if has_row { rows.row(next).summary() } else { None };
            Line { number, hits: self.columns.hits[index], branches }
        })
    }
}

/// Equal path, equal coverage.
impl PartialEq for FileReport {
    fn eq(&self, other: &FileReport) -> bool {
        self.path == other.path && self.columns == other.columns
    }
}

impl Eq for FileReport {}

impl std::fmt::Debug for FileReport {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("FileReport")
            .field("path", &self.path)
            .field("lines", &self.lines().collect::<Vec<_>>())
            .field("functions", &self.functions().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
