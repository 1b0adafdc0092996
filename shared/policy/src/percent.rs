//! A percentage as people write it: `80`, `80.5`, `"80%"`, `"5 %"`. Kept in millionths, so that no comparison rounds.

use std::fmt;

use covermark_coverage::Ratio;

const ONE: u64 = 1_000_000;

/// Between 0 and 100, exact to six digits after the point. As a threshold it is percentage points.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u64);

impl Percent {
    /// 0 %.
    pub const ZERO: Percent = Percent(0);

    /// So many whole percent, 100 at most.
    #[must_use]
    pub const fn whole(percent: u8) -> Percent {
        Percent(if percent > 100 { 100 * ONE } else { percent as u64 * ONE })
    }

    /// Reads a percentage. `None` for what is no number, below 0, above 100 or finer than a millionth.
    #[must_use]
    pub fn parse(text: &str) -> Option<Percent> {
        let text = text.trim();
        let text = text.strip_suffix('%').unwrap_or(text).trim_end();
        let text = text.strip_prefix('+').unwrap_or(text);
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() && fraction.is_empty() || !digits(whole) || !digits(fraction) {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        if whole.len() > 9 || fraction.len() > 6 {
            return None;
        }
        let number = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<u64>().ok() };
        let scale = 10_u64.pow(6 - fraction.len() as u32);
        let millionths = number(whole)? * ONE + number(fraction)? * scale;
        (millionths <= 100 * ONE).then_some(Percent(millionths))
    }

    /// In millionths of a percent: 80.5 % is 80,500,000.
    #[must_use]
    pub fn millionths(&self) -> u64 {
        self.0
    }

    /// Whether a coverage is at least this percentage less `threshold`. `None` when there is nothing to measure.
    #[must_use]
    pub fn reached_by(&self, ratio: Ratio, threshold: Percent) -> Option<bool> {
        let wanted = u128::from(self.0.saturating_sub(threshold.0));
        let scale = u128::from(100 * ONE);
        (ratio.total > 0).then(|| u128::from(ratio.covered) * scale >= wanted * u128::from(ratio.total))
    }

    /// Whether `head` is at least `base` less this many percentage points. `None` when a side has nothing to measure.
    #[must_use]
    pub fn allows_drop(&self, head: Ratio, base: Ratio) -> Option<bool> {
        let order = head.compare(&base)?;
        if order.is_ge() {
            return Some(true);
        }
        let wide = |a: u64, b: u64| u128::from(a) * u128::from(b);
        let lost = wide(base.covered, head.total) - wide(head.covered, base.total);
        let allowed = u128::from(self.0).checked_mul(wide(head.total, base.total));
        // Only totals beyond 2⁵⁰ lines overflow; then a drop is a drop.
        let fits = lost.checked_mul(u128::from(100 * ONE)).zip(allowed).is_some_and(|(lost, allowed)| lost <= allowed);
        Some(fits)
    }
}

/// As short as it is exact, without the sign: `80`, `80.5`.
impl fmt::Display for Percent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / ONE, self.0 % ONE);
        if fraction == 0 {
            return write!(out, "{whole}");
        }
        let fraction = format!("{fraction:06}");
        write!(out, "{whole}.{}", fraction.trim_end_matches('0'))
    }
}
