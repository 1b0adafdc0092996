//! Segments and how they become lines.

use super::{Broken, Json, Output, Place, Spans};
use crate::formats::number;

/// Where the count changes: `[line, column, count, has count, is the entry of a region, is a gap]`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    line: u32,
    column: u32,
    count: u32,
    has_count: bool,
    entry: bool,
    gap: bool,
}

impl Segment {
    /// `None` when it is not understood.
    pub(super) fn read(json: &mut Json<'_>, output: &mut Output) -> Result<Option<Segment>, Broken> {
        let place = Place::Byte(json.at());
        if !json.array()? {
            return Ok(None);
        }
        let (mut numbers, mut truths) = ([&[][..]; 3], [false; 3]);
        let mut index = 0;
        while json.item()? {
            match index {
                0..3 => numbers[index] = json.number_text()?,
                // Swift's llvm-cov writes 1 and 0.
                3..6 => truths[index - 3] = json.truth()?,
                _ => json.skip()?,
            }
            index += 1;
        }
        let Some((line, column)) = number::line(numbers[0]).zip(number::line(numbers[1])) else { return Ok(None) };
        let [has_count, entry, gap] = truths;
        let count = if has_count { output.count(numbers[2], place) } else { Some(0) };
        Ok(count.map(|count| Segment { line, column, count, has_count, entry, gap }))
    }

    fn starts_region(&self) -> bool {
        self.entry && self.has_count && !self.gap
    }
}

/// The first texts of an array; the others are passed over.
pub(super) fn fields<'a>(json: &mut Json<'a>, fields: &mut [&'a [u8]]) -> Result<(), Broken> {
    if json.array()? {
        let mut fields = fields.iter_mut();
        while json.item()? {
            match fields.next() {
                Some(field) => *field = json.number_text()?,
                None => json.skip()?,
            }
        }
    }
    Ok(())
}

/// The first item of an array, read; the others are passed over.
pub(super) fn first<'a, T>(
    json: &mut Json<'a>,
    read: impl Fn(&mut Json<'a>) -> Result<T, Broken>,
) -> Result<Option<T>, Broken> {
    let mut first = None;
    if json.array()? {
        while json.item()? {
            match first {
                None => first = Some(read(json)?),
                Some(_) => json.skip()?,
            }
        }
    }
    Ok(first)
}

/// Gives each line with its count, by LLVM's rule. False when a stretch was too long.
pub(super) fn paint(segments: &mut [Segment], spans: &mut Spans, mut each: impl FnMut(u32, u32)) -> bool {
    if !segments.is_sorted_by_key(|segment| (segment.line, segment.column)) {
        segments.sort_by_key(|segment| (segment.line, segment.column));
    }
    let mut complete = true;
    // The last segment of an earlier line: its count reaches into the lines after it.
    let mut wrapped: Option<Segment> = None;
    let mut next_line = 0;
    for on_line in segments.chunk_by(|a, b| a.line == b.line) {
        let line = on_line[0].line;
        if let Some(segment) = wrapped.filter(|segment| segment.has_count && next_line < line) {
            let (end, whole) = spans.end(next_line, line - 1);
            complete &= whole;
            (next_line..=end).for_each(|line| each(line, segment.count));
        }
        if let Some(hits) = line_count(on_line, wrapped.as_ref()) {
            each(line, hits);
        }
        wrapped = on_line.last().copied();
        next_line = line.saturating_add(1);
    }
    complete
}

/// The count of a line on which segments start; `None` when it is no code.
fn line_count(on_line: &[Segment], wrapped: Option<&Segment>) -> Option<u32> {
    let starts = || on_line.iter().filter(|segment| segment.starts_region());
    let skipped = on_line.first().is_some_and(|segment| !segment.has_count && segment.entry);
    let reached = wrapped.filter(|segment| segment.has_count);
    let mapped = !skipped && (reached.is_some() || starts().next().is_some());
    // Newer versions count a line that only a gap starts on as well; the count is then what reaches into it.
    let mapped = mapped || on_line.iter().any(|segment| segment.entry && segment.has_count);
    let most = starts().map(|segment| segment.count).chain(wrapped.map(|segment| segment.count)).max();
    mapped.then(|| most.unwrap_or(0))
}
