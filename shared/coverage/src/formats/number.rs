//! Numbers as coverage tools really write them: `17`, `1.0`, `1e+06`, `-1`, `18446744073709551616`, `undefined`.

/// A count: executions or branch arms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    /// The count, capped at `u32::MAX`.
    Plain(u32),
    /// Below zero (a counter that overflowed or raced). Counts as 0.
    Negative,
    /// No number.
    Not,
}

/// Reads a whole count. The loop is the hot path; everything else is the slow one.
pub(super) fn count(text: &[u8]) -> Count {
    let mut value: u32 = 0;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return odd_count(text);
        }
        value = value.saturating_mul(10).saturating_add(u32::from(digit));
    }
    if text.is_empty() { Count::Not } else { Count::Plain(value) }
}

#[cold]
fn odd_count(text: &[u8]) -> Count {
    let text = text.trim_ascii();
    // Only digits, sign, point and exponent: Rust would also read "inf" and "nan".
    let is_number =
        text.len() <= 64 && text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    let value = std::str::from_utf8(text).ok().filter(|_| is_number).and_then(|text| text.parse::<f64>().ok());
    match value {
        Some(value) if value < 0.0 => Count::Negative,
        // `as` saturates: 1e99 becomes u32::MAX.
        Some(value) => Count::Plain(value as u32),
        None => Count::Not,
    }
}

/// A 1-based line number; `None` for 0, for what does not fit, and for what is no number.
pub(super) fn line(text: &[u8]) -> Option<u32> {
    let mut value: u32 = 0;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u32::from(digit))?;
    }
    (value > 0).then_some(value)
}

/// The digits that a word of text begins with (its first byte is the lowest one): the number, and how many digits it has.
/// All eight bytes at a time, without a branch for each digit. The number of no digits is any.
#[inline]
pub(super) fn digits(word: u64) -> (u32, usize) {
    let digits = word ^ 0x3030_3030_3030_3030;
    // The high bit of each byte that is no digit; what the carry of such a byte does to those after it is of no interest.
    let others = (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080;
    let length = others.trailing_zeros() / 8;
    // The digits at the end and zeros before them, then pairs, fours and all eight of them at once.
    let digits = digits.wrapping_shl(64 - 8 * length);
    let pairs = digits.wrapping_mul(10 << 8 | 1) >> 8 & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(100 << 16 | 1) >> 16 & 0x0000_FFFF_0000_FFFF;
    ((fours.wrapping_mul(10_000 << 32 | 1) >> 32) as u32, length as usize)
}

/// The number of up to seven digits that `text` starts with, and how many digits it has. `None` for no digit, for eight
/// and more, and close to the end of the text; the callers have a slower way for those.
#[inline]
pub(super) fn leading(text: &[u8]) -> Option<(u32, usize)> {
    let (number, length) = digits(u64::from_le_bytes(*text.first_chunk()?));
    (1..8).contains(&length).then_some((number, length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::leading;

    proptest! {
        #[test]
        fn leading_digits_are_a_number(digits in "[0-9]{0,9}", rest in proptest::collection::vec(any::<u8>(), 0..12)) {
            let mut text = digits.into_bytes();
            text.extend(rest);
            let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let expected = (text.len() >= 8 && (1..8).contains(&length))
                .then(|| (std::str::from_utf8(&text[..length]).unwrap().parse().unwrap(), length));
            prop_assert_eq!(leading(&text), expected);
        }
    }
}
