//! Where ids are likely to be, the same for the writer and the reader.
//!
//! Numbered arms follow the arm before them in the file. Arms that are named by a line ("jump to line 6", coverage.py's
//! `missing-branches="6"`) are near their own line. Hashed names are near nothing.

use crate::model::Near;

#[derive(Default)]
pub(super) struct Place {
    arm: u64,
    near: u64,
}

impl Place {
    /// A row of facts begins.
    pub(super) fn begin(&mut self, line: u32) {
        self.near = u64::from(line);
    }

    /// What the lower half of an id is written as the distance from; the upper half is known.
    pub(super) fn base(&self, id: u64, missing: bool) -> u64 {
        match Near::of(id, missing) {
            Near::Arm => self.arm,
            Near::Line => self.near,
            Near::Nothing => 0,
        }
    }

    /// Takes note of an id and returns its lower half.
    pub(super) fn reach(&mut self, id: u64, missing: bool) -> u64 {
        let low = id & u64::from(u32::MAX);
        match Near::of(id, missing) {
            Near::Arm => self.arm = low,
            Near::Line => self.near = low,
            Near::Nothing => {}
        }
        low
    }
}
