//! The maps and counts of one file, as lists in the text's order: keys are slices of the text, and nothing is looked
//! up as long as a map and its counts have the same order, which they do unless somebody sorted them as text.

use std::ops::Range;

use crate::formats::number;

use super::{Broken, Json, Output, Place, WarningCode};

/// What stands under a key of a map.
type Keyed<'a, T> = Vec<(&'a [u8], T)>;

#[derive(Default)]
pub(super) struct FileMaps<'a> {
    /// The line each statement starts on.
    pub(super) statement_lines: Keyed<'a, u32>,
    pub(super) statement_counts: Keyed<'a, &'a [u8]>,
    /// The line of each function (0 when it is not said) and its name, escapes as they stand.
    pub(super) function_names: Keyed<'a, (u32, &'a [u8])>,
    pub(super) function_counts: Keyed<'a, &'a [u8]>,
    pub(super) branch_spots: Keyed<'a, Spot<'a>>,
    /// A branch's part of `arm_counts`.
    pub(super) branch_arms: Keyed<'a, Range<usize>>,
    pub(super) arm_counts: Vec<&'a [u8]>,
    seen: bool,
}

/// Where a branch is.
#[derive(Debug, Clone)]
pub(super) struct Spot<'a> {
    pub(super) key: &'a [u8],
    /// `None` when nothing in it is a line.
    pub(super) line: Option<u32>,
    /// All arms are left out.
    skip: bool,
    /// The arms that are left out.
    skipped: Vec<u32>,
}

impl Spot<'_> {
    pub(super) fn skips(&self, arm: u32) -> bool {
        self.skip || self.skipped.contains(&arm)
    }
}

/// A piece of source: `{"start": {"line": 1, …}, "end": …, "skip": …}`.
struct Piece {
    line: Option<u32>,
    skip: bool,
}

impl<'a> FileMaps<'a> {
    pub(super) fn clear(&mut self) {
        self.statement_lines.clear();
        self.statement_counts.clear();
        self.function_names.clear();
        self.function_counts.clear();
        self.branch_spots.clear();
        self.branch_arms.clear();
        self.arm_counts.clear();
        self.seen = false;
    }

    /// Whether there was not even an empty map: then it was no file.
    pub(super) fn is_empty(&self) -> bool {
        !self.seen && self.branch_arms.is_empty()
    }

    pub(super) fn statements(&mut self, json: &mut Json<'a>, output: &mut Output) -> Result<(), Broken> {
        self.seen = true;
        if !json.object()? {
            return Ok(());
        }
        while let Some(key) = json.raw_key()? {
            let start = json.at();
            match piece(json)? {
                Piece { skip: true, .. } => {}
                Piece { line: Some(line), .. } => self.statement_lines.push((key, line)),
                Piece { line: None, .. } => {
                    output.warnings.add(WarningCode::BadLineNumber, Place::Byte(start), json.since(start));
                }
            }
        }
        Ok(())
    }

    pub(super) fn functions(&mut self, json: &mut Json<'a>) -> Result<(), Broken> {
        if !json.object()? {
            return Ok(());
        }
        while let Some(key) = json.raw_key()? {
            let (mut name, mut declared, mut body, mut line, mut skip) = (&[][..], None, None, None, false);
            if json.object()? {
                while let Some(key) = json.raw_key()? {
                    match key {
                        b"name" => name = json.raw_string()?.unwrap_or_default(),
                        b"decl" => declared = piece(json)?.line,
                        b"loc" => body = piece(json)?.line,
                        b"line" => line = json.line()?,
                        b"skip" => skip = json.truth()?,
                        _ => json.skip()?,
                    }
                }
            }
            if !skip {
                self.function_names.push((key, (declared.or(line).or(body).unwrap_or(0), name)));
            }
        }
        Ok(())
    }

    pub(super) fn branches(&mut self, json: &mut Json<'a>) -> Result<(), Broken> {
        if !json.object()? {
            return Ok(());
        }
        while let Some(key) = json.raw_key()? {
            let mut spot = Spot { key, line: None, skip: false, skipped: Vec::new() };
            let (mut line, mut first) = (None, None);
            if json.object()? {
                while let Some(key) = json.raw_key()? {
                    match key {
                        b"loc" => spot.line = piece(json)?.line,
                        b"line" => line = json.line()?,
                        b"locations" => first = locations(json, &mut spot.skipped)?,
                        b"skip" => spot.skip = json.truth()?,
                        _ => json.skip()?,
                    }
                }
            }
            spot.line = spot.line.or(line).or(first);
            self.branch_spots.push((key, spot));
        }
        Ok(())
    }

    pub(super) fn arms(&mut self, json: &mut Json<'a>) -> Result<(), Broken> {
        if !json.object()? {
            return Ok(());
        }
        while let Some(key) = json.raw_key()? {
            let start = self.arm_counts.len();
            if json.array()? {
                while json.item()? {
                    self.arm_counts.push(json.number_text()?);
                }
            }
            self.branch_arms.push((key, start..self.arm_counts.len()));
        }
        Ok(())
    }
}

/// `{"0": 1, …}`
pub(super) fn counts<'a>(json: &mut Json<'a>, counts: &mut Keyed<'a, &'a [u8]>) -> Result<(), Broken> {
    if json.object()? {
        while let Some(key) = json.raw_key()? {
            counts.push((key, json.number_text()?));
        }
    }
    Ok(())
}

/// The pieces of a branch: the line of the first, and which of them are left out.
fn locations(json: &mut Json<'_>, skipped: &mut Vec<u32>) -> Result<Option<u32>, Broken> {
    let (mut first, mut index) = (None, 0_u32);
    if json.array()? {
        while json.item()? {
            let piece = piece(json)?;
            if index == 0 {
                first = piece.line;
            }
            if piece.skip {
                skipped.push(index);
            }
            index += 1;
        }
    }
    Ok(first)
}

fn piece(json: &mut Json<'_>) -> Result<Piece, Broken> {
    if let Some(piece) = usual_piece(json) {
        return Ok(piece);
    }
    let mut piece = Piece { line: None, skip: false };
    if !json.object()? {
        return Ok(piece);
    }
    while let Some(key) = json.raw_key()? {
        match key {
            b"start" => {
                if json.object()? {
                    while let Some(key) = json.raw_key()? {
                        if key == b"line" { piece.line = json.line()? } else { json.skip()? }
                    }
                }
            }
            b"skip" => piece.skip = json.truth()?,
            _ => json.skip()?,
        }
    }
    Ok(piece)
}

/// As all writers write it: nearly all of a report is pieces, and this is several times faster than key by key.
fn usual_piece(json: &mut Json<'_>) -> Option<Piece> {
    let mut ahead = json.clone();
    ahead.literal(b"{\"start\":{\"line\":")?;
    let line = number::line(ahead.digits()?)?;
    ahead.literal(b",\"column\":")?;
    ahead.digits()?;
    ahead.literal(b"},\"end\":{\"line\":")?;
    ahead.digits()?;
    ahead.literal(b",\"column\":")?;
    ahead.digits().map(drop).or_else(|| ahead.literal(b"null"))?;
    ahead.literal(b"}}")?;
    *json = ahead;
    Some(Piece { line: Some(line), skip: false })
}

/// Gives each entry of `map` together with what `counts` has under its key; what has no partner is passed over, as
/// Istanbul does.
pub(super) fn join<'a, M, C>(map: &Keyed<'a, M>, counts: &Keyed<'a, C>, mut each: impl FnMut(&M, &C)) {
    if map.len() == counts.len() && map.iter().zip(counts).all(|(place, count)| place.0 == count.0) {
        return map.iter().zip(counts).for_each(|((_, place), (_, count))| each(place, count));
    }
    let mut order: Vec<&(&[u8], C)> = counts.iter().collect();
    order.sort_by_key(|(key, _)| *key);
    for (key, place) in map {
        if let Ok(found) = order.binary_search_by_key(key, |(key, _)| key) {
            each(place, &order[found].1);
        }
    }
}
