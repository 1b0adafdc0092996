//! The two records that nearly all of a tracefile is made of, in the form that nearly all of them have: `DA:1,2` and
//! `BRDA:1,0,1,2`, plain small numbers, a line feed. Eight bytes at a time, without a branch for each byte. Whatever looks
//! otherwise gives `None` and is read the long way, which says the same.

use crate::formats::number;
use crate::model::Fact;

/// How much of the text a record is looked for in.
const WINDOW: usize = 48;

/// The line of the last arm as it was written, with its comma: arms of a line follow each other.
pub(super) struct BranchLine {
    text: u64,
    /// The bytes that `text` has.
    mask: u64,
    number: u32,
    length: usize,
}

impl Default for BranchLine {
    /// What no text is.
    fn default() -> Self {
        BranchLine { text: u64::MAX, mask: 0, number: 0, length: 0 }
    }
}

impl BranchLine {
    /// `BRDA:1,0,1,2`: the line, the arm, and the record's length.
    #[inline]
    pub(super) fn arm(&mut self, text: &[u8; WINDOW]) -> Option<(u32, Fact, usize)> {
        if word(text, 0) & 0x00FF_FFFF_FFFF != u64::from_le_bytes(*b"BRDA:\0\0\0") {
            return None;
        }
        let (number, length) = self.number(word(text, 5))?;
        let (fact, end) = match single_digits(word(text, 5 + length)) {
            Some(fact) => (fact, 5 + length + 7),
            None => plain_numbers(text, 5 + length)?,
        };
        Some((number, fact, end))
    }

    /// The number that this text begins with and a comma ends, if it is a line's, and how many digits it has.
    #[inline]
    fn number(&mut self, text: u64) -> Option<(u32, usize)> {
        if text & self.mask == self.text {
            return Some((self.number, self.length));
        }
        let (number, length) = number::digits(text);
        if !(1..8).contains(&length) || text >> (8 * length) & 0xFF != u64::from(b',') || number == 0 {
            return None;
        }
        let mask = u64::MAX >> (56 - 8 * length);
        *self = BranchLine { text: text & mask, mask, number, length };
        Some((number, length))
    }
}

/// `DA:1,2`: the line, its count, and the record's length.
#[inline]
pub(super) fn count(text: &[u8; WINDOW]) -> Option<(u32, u32, usize)> {
    let start = word(text, 0);
    if start & 0x00FF_FFFF != u64::from_le_bytes(*b"DA:\0\0\0\0\0") {
        return None;
    }
    // Five digits fit behind it; a longer number ends in a digit here, and not in a comma.
    let (number, length) = number::digits(start >> 24);
    let rest = word(text, 3 + length);
    let (hits, digits) = number::digits(rest >> 8);
    let ends = rest >> 8 >> (8 * digits) & 0xFF == u64::from(b'\n');
    (length > 0 && digits > 0 && rest & 0xFF == u64::from(b',') && ends && number > 0)
        .then(|| (number, hits, 3 + length + 1 + digits + 1))
}

/// Eight bytes, the first one lowest.
#[inline]
fn word(text: &[u8; WINDOW], at: usize) -> u64 {
    text[at..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// `,0,1,2` and a line feed: what most arms end in, eight bytes at a time.
#[inline]
fn single_digits(mut word: u64) -> Option<Fact> {
    const DIGITS: u64 = 0x0000_0F00_0F00_0F00;
    if word >> 40 & 0xFF == u64::from(b'-') {
        // An arm of a block that never ran was not taken.
        word ^= u64::from(b'-' ^ b'0') << 40;
    }
    let shape = word & 0x00FF_F0FF_F0FF_F0FF == 0x000A_302C_302C_302C;
    let decimal = ((word & DIGITS) + 0x0000_0600_0600_0600) & 0x0000_1000_1000_1000 == 0;
    let digit = |at: u32| (word >> at & 0xF) as u32;
    (shape && decimal).then(|| Fact::numbered(digit(8), digit(24), digit(40) > 0))
}

/// `,12,345,67` and a line feed: the arm, and where the record ends. Not inlined: the loop has better use for the
/// registers.
#[inline(never)]
fn plain_numbers(text: &[u8; WINDOW], at: usize) -> Option<(Fact, usize)> {
    let field = |at: usize| {
        let (value, length) = number::leading(text.get(at + 1..)?)?;
        // A leading zero makes a name of it.
        (text[at] == b',' && (text[at + 1] != b'0' || length == 1)).then_some((value, at + 1 + length))
    };
    let (block, at) = field(at)?;
    let (arm, at) = field(at)?;
    let rest = text.get(at..)?.strip_prefix(b",")?;
    let (taken, length) = if rest.first() == Some(&b'-') { (0, 1) } else { number::leading(rest)? };
    (rest.get(length) == Some(&b'\n') && arm < 1 << 16)
        .then(|| (Fact::numbered(block, arm, taken > 0), at + length + 2))
}
