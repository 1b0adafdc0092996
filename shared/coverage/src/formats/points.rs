//! Statements that span lines, and which of them speaks for a line.
//!
//! A statement of five lines may hold the body of a lambda that never ran. So a line belongs to the statements that
//! start on it, else to the innermost one around it: the outer statement does not make the lambda's lines hit. Of
//! several that start on one line the largest count holds, as in LLVM's and Istanbul's reports; a format whose own
//! totals call such a line partial says so (`mixed`).
//!
//! Trap: the model knows a partial line only by its branches, so a partial line gets the parts of it as an unnamed
//! branch. Only partial lines do: a report without branches shall not seem to have some.

use super::spans::Spans;
use crate::model::{Fact, FileBuilder};

/// One statement: its first and last line, how often it ran, whether it ran as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Point {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) hits: u32,
    /// It ran, but the report says that only a part of it did.
    pub(super) partial: bool,
}

impl Point {
    pub(super) fn new((start, end): (u32, u32), hits: u32) -> Point {
        Point { start, end, hits, partial: false }
    }
}

/// Writes the lines of all statements of one file. Returns where a statement claims more lines than are believed; of
/// such a one the first line counts.
pub(super) fn paint(points: &mut [Point], spans: &mut Spans, mixed: bool, out: &mut FileBuilder) -> Vec<u32> {
    let mut long = Vec::new();
    for point in points.iter_mut() {
        let (end, believed) = spans.end(point.start, point.end);
        point.end = end;
        if !believed {
            long.push(point.start);
        }
    }
    // The longest first, so that the innermost lies on top; of equal ones the one that ran.
    points.sort_unstable_by_key(|point| (point.start, std::cmp::Reverse(point.end), point.hits));
    let mut around = Around::default();
    for group in points.chunk_by(|a, b| a.start == b.start) {
        let line = group[0].start;
        around.fill(line, out);
        let hits = group.iter().map(|point| point.hits).max().unwrap_or(0);
        out.line(line, hits);
        if mixed {
            parts(group).into_iter().for_each(|fact| out.row(line, &[fact]));
        }
        around.open.extend(group.iter().filter(|point| point.end > line));
        around.next = u64::from(line) + 1;
    }
    around.fill(u32::MAX, out);
    around.last(out);
    long
}

/// The statements around the place that the sweep is at.
#[derive(Default)]
struct Around {
    open: Vec<Point>,
    next: u64,
}

impl Around {
    /// The lines from `next` up to but not including `line`.
    fn fill(&mut self, line: u32, out: &mut FileBuilder) {
        let line = u64::from(line);
        while self.next < line {
            let Some(inner) = self.open.last().copied() else { break };
            if u64::from(inner.end) < self.next {
                self.open.pop();
                continue;
            }
            // `next` is within the statement, so it fits.
            let (first, end) = (self.next as u32, inner.end.min((line - 1) as u32));
            for number in first..=end {
                out.line(number, inner.hits);
                if inner.partial {
                    out.row(number, &[Fact::count(1, 2)]);
                }
            }
            self.next = u64::from(end) + 1;
        }
    }

    /// Line 4,294,967,295, which no line comes after.
    fn last(&mut self, out: &mut FileBuilder) {
        let inner = self.open.iter().rev().find(|point| point.end == u32::MAX);
        if let Some(inner) = inner.filter(|_| self.next <= u64::from(u32::MAX)) {
            out.line(u32::MAX, inner.hits);
        }
    }
}

/// How much of a line ran, when that is neither nothing nor everything.
fn parts(group: &[Point]) -> Option<Fact> {
    let ran = group.iter().filter(|point| point.hits > 0).count();
    let total = group.len() + group.iter().filter(|point| point.partial).count();
    (ran > 0 && ran < total).then(|| Fact::count(ran as u32, total as u32))
}
