//! The ids of branch arms: numbers as they are, names as hashes that keep the number at their end.

use twox_hash::XxHash3_64;

/// The id comes from text.
const TEXT: u64 = 1 << 60;
/// Of text that does not end in a number: 59 bits of its hash. Otherwise 27 bits of what stands before the number, and
/// the number, because such names ("jump to line 6") are then small next to each other and their line in a shard.
const PLAIN: u64 = 1 << 59;

/// Decimal digits, at most 18 of them and no leading zero, so that a number and its text are the same thing.
pub(super) fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 18 || (text[0] == b'0' && text.len() > 1) {
        return None;
    }
    text.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u64::from(byte - b'0')))
}

/// The id of an arm that has text for a name.
pub(super) fn named(seed: u64, name: &[u8]) -> u64 {
    let stem = name.len() - name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let hash = XxHash3_64::oneshot_with_seed(seed, &name[..stem]);
    match number(&name[stem..]) {
        Some(number) if number < 1 << 32 => TEXT | hash >> 37 << 32 | number,
        _ => TEXT | PLAIN | XxHash3_64::oneshot_with_seed(seed, name) >> 5,
    }
}

/// How an id is best written down: what it is likely to be near to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Near {
    /// The arm before it.
    Arm,
    /// The line that it belongs to, or the arm before it on that line.
    Line,
    /// Nothing.
    Nothing,
}

impl Near {
    /// For the id of an arm that is `missing` or not.
    pub(crate) fn of(id: u64, missing: bool) -> Near {
        if id & TEXT != 0 && id & PLAIN != 0 {
            Near::Nothing
        } else if missing || id & TEXT != 0 {
            Near::Line
        } else {
            Near::Arm
        }
    }
}
