//! Blocks of source become lines: Go's profiles and llvm-cov's segments name where a block starts and ends.
//!
//! A block of two numbers can claim four thousand million lines, so what all blocks of a report may cover together is
//! bounded by how many there are; real blocks have four lines on the average.

/// Most lines of one block. The longest function bodies of generated code are a tenth of it.
const MAX_BLOCK: u32 = 1 << 16;
/// Lines that a report of any size may cover, and those that each block adds.
const START: u32 = 1 << 20;
const EACH: u32 = 16;

/// The lines that may still be painted.
#[derive(Debug)]
pub(super) struct Spans {
    left: u32,
}

impl Default for Spans {
    fn default() -> Self {
        Spans { left: START }
    }
}

impl Spans {
    /// The last line to paint from `first` on: `last`, or `first` when that is too far away (then the second value is
    /// false).
    pub(super) fn end(&mut self, first: u32, last: u32) -> (u32, bool) {
        self.left = self.left.saturating_add(EACH);
        let more = last.saturating_sub(first);
        if more <= MAX_BLOCK.min(self.left) {
            self.left -= more;
            return (first + more, true);
        }
        (first, false)
    }
}
