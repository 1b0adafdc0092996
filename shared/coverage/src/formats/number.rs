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
