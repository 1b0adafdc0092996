//! Where rows and ids are likely to be, the same for the writer and the reader.
//!
//! A row of branch facts belongs to an executable line, so its place is the distance to the row before it in executable
//! lines; rows on other lines (tools write them) are told apart by a bit. Arms that are named by a line ("jump to line
//! 6", coverage.py's `missing-branches="6"`) mostly go to the next executable line or a few further: again a distance
//! in executable lines. Numbered arms follow the arm before them in the file. Hashed names are near nothing.

use super::varint::{self, Reader};
use crate::model::Near;

/// Walks through one file's rows and ids.
pub(super) struct Place<'a> {
    numbers: &'a [u32],
    /// The first executable line after the last row.
    next: usize,
    line: u32,
    /// The executable line that the next arm is measured from.
    from: usize,
    near: u64,
    arm: u64,
}

impl<'a> Place<'a> {
    pub(super) fn new(numbers: &'a [u32]) -> Place<'a> {
        Place { numbers, next: 0, line: 0, from: 0, near: 0, arm: 0 }
    }

    /// Writes where the next row is.
    pub(super) fn put_row(&mut self, out: &mut Vec<u8>, line: u32) {
        let index = self.next + self.numbers[self.next..].partition_point(|number| *number < line);
        let executable = self.numbers.get(index) == Some(&line);
        varint::put(out, ((index - self.next) as u64) << 1 | u64::from(!executable));
        if !executable {
            varint::put(out, u64::from(line - self.before(index) - 1));
        }
        self.begin(index, executable, line);
    }

    /// Reads the line of the next row.
    pub(super) fn row(&mut self, reader: &mut Reader<'_>) -> Option<u32> {
        let code = reader.u64()?;
        let index = self.next.checked_add(usize::try_from(code >> 1).ok()?)?;
        let executable = code & 1 == 0;
        let line = if executable {
            *self.numbers.get(index)?
        } else {
            let distance = reader.u32()?;
            // An index beyond the last executable line has nothing to be measured from.
            (index <= self.numbers.len()).then(|| self.before(index))?.checked_add(distance)?.checked_add(1)?
        };
        self.begin(index, executable, line);
        Some(line)
    }

    /// The last known line before executable line `index`.
    fn before(&self, index: usize) -> u32 {
        index.checked_sub(1).map_or(0, |before| self.numbers[before]).max(self.line)
    }

    fn begin(&mut self, index: usize, executable: bool, line: u32) {
        self.next = index + usize::from(executable);
        self.line = line;
        self.begin_facts(line);
    }

    /// Ids of a row on this line follow.
    pub(super) fn begin_facts(&mut self, line: u32) {
        self.from = self.numbers.partition_point(|number| *number < line);
        self.near = u64::from(line);
    }

    /// Writes the lower half of an id.
    pub(super) fn put_id(&mut self, out: &mut Vec<u8>, id: u64, missing: bool) {
        let low = id & u64::from(u32::MAX);
        match Near::of(id, missing) {
            Near::Nothing => {}
            Near::Arm => {
                varint::put_delta(out, self.arm, low);
                self.arm = low;
            }
            Near::Line => {
                let index = u32::try_from(low).ok().and_then(|line| self.numbers.binary_search(&line).ok());
                match index {
                    Some(index) => {
                        let distance = index as i64 - self.from as i64 - 1;
                        varint::put(out, varint::zigzag(distance) << 1);
                        self.from = index;
                    }
                    None => varint::put(out, varint::zigzag(low as i64 - self.near as i64) << 1 | 1),
                }
                self.near = low;
            }
        }
    }

    /// Reads the lower half of the id whose upper half is `high`; of one that is near nothing, `high` is all.
    pub(super) fn id(&mut self, reader: &mut Reader<'_>, high: u64, missing: bool) -> Option<u64> {
        let low = match Near::of(high, missing) {
            Near::Nothing => return Some(high),
            Near::Arm => {
                self.arm = u64::from(u32::try_from(reader.delta(self.arm)?).ok()?);
                self.arm
            }
            Near::Line => {
                let code = reader.u64()?;
                let distance = varint::unzigzag(code >> 1);
                self.near = if code & 1 == 0 {
                    let index = (self.from as i64).checked_add(1)?.checked_add(distance)?;
                    self.from = usize::try_from(index).ok()?;
                    u64::from(*self.numbers.get(self.from)?)
                } else {
                    u64::from(u32::try_from((self.near as i64).checked_add(distance)?).ok()?)
                };
                self.near
            }
        };
        (high & u64::from(u32::MAX) == 0).then_some(high | low)
    }
}
