//! Percentages: kept as two integers, compared exactly, rounded only to be shown.
//!
//! Thresholds and deltas are judged on the exact value; a rounded number decides nothing.

use std::cmp::Ordering;

/// Three ways to make one percentage; every tool uses one of them and they disagree on the same file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Lines that ran / lines. What most tools print as "line coverage".
    Line,
    /// (Lines that ran + arms taken) / (lines + arms). What coverage.py prints with `--branch`.
    LineAndBranch,
    /// Fully covered lines / lines: a partial counts as a miss. Codecov's rule, and the default for drop-in use.
    #[default]
    Codecov,
}

/// How a percentage loses its digits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// Towards −∞, so that 99.996 is not shown as 100.00. The default.
    #[default]
    Down,
    /// Towards +∞.
    Up,
    /// To the nearest, ties to the even digit.
    Nearest,
}

/// An exact fraction. Comparing two is [`Ratio::compare`]: `==` compares the integers (1/2 is not 2/4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Ratio {
    /// What is covered.
    pub covered: u64,
    /// What there is. 0 means that there is no percentage.
    pub total: u64,
}

impl Ratio {
    /// The most digits after the point that are ever shown; a larger wish is cut.
    pub const MAX_PRECISION: u8 = 15;

    /// The percentage with `precision` digits after the point and no sign: `84.71`. `None` when there is nothing.
    #[must_use]
    pub fn percent(&self, precision: u8, rounding: Rounding) -> Option<String> {
        (self.total > 0).then(|| {
            let covered = self.covered.min(self.total);
            Fraction { negative: false, part: u128::from(covered), whole: u128::from(self.total) }
                .text(precision, rounding)
        })
    }

    /// The order of two fractions, by cross multiplication. `None` when one of them has nothing to measure.
    #[must_use]
    pub fn compare(&self, other: &Ratio) -> Option<Ordering> {
        let wide = |a: u64, b: u64| u128::from(a) * u128::from(b);
        (self.total > 0 && other.total > 0)
            .then(|| wide(self.covered, other.total).cmp(&wide(other.covered, self.total)))
    }

    /// Whether nothing is left uncovered. False when there is nothing to measure.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.total > 0 && self.covered >= self.total
    }
}

/// The difference in percentage points as text: `+0.12`, `−0.01` (with U+2212), `+0.00` when nothing changed. A drop
/// too small to show keeps its sign when rounding hides its size. `None` when a side has nothing to measure.
#[must_use]
pub fn delta(head: Ratio, base: Ratio, precision: u8, rounding: Rounding) -> Option<String> {
    let order = head.compare(&base)?;
    let wide = |a: u64, b: u64| u128::from(a) * u128::from(b);
    let (a, b) = (wide(head.covered, base.total), wide(base.covered, head.total));
    let difference =
        Fraction { negative: order == Ordering::Less, part: a.abs_diff(b), whole: wide(head.total, base.total) };
    let sign = if difference.negative { '\u{2212}' } else { '+' };
    Some(format!("{sign}{}", difference.text(precision, rounding)))
}

/// `part / whole`, at most 1 in size.
struct Fraction {
    negative: bool,
    part: u128,
    whole: u128,
}

impl Fraction {
    /// The size as a percentage, by long division: exact for any total below 2⁶⁰, whatever the precision.
    fn text(&self, precision: u8, rounding: Rounding) -> String {
        let digits = usize::from(precision.min(Ratio::MAX_PRECISION));
        // Ten times the remainder must fit; beyond 2¹²⁰ the last bits go.
        let excess = 8_u32.saturating_sub(self.whole.leading_zeros());
        let (part, whole) = (self.part >> excess, self.whole >> excess);
        let mut value = part / whole;
        let mut rest = part % whole;
        for _ in 0..digits + 2 {
            rest *= 10;
            value = value * 10 + rest / whole;
            rest %= whole;
        }
        let away = match rounding {
            Rounding::Down => self.negative && rest > 0,
            Rounding::Up => !self.negative && rest > 0,
            Rounding::Nearest => match (rest * 2).cmp(&whole) {
                Ordering::Greater => true,
                Ordering::Equal => value % 2 == 1,
                Ordering::Less => false,
            },
        };
        let text = format!("{:0>width$}", value + u128::from(away), width = digits + 1);
        let (whole_part, fraction) = text.split_at(text.len() - digits);
        if fraction.is_empty() { whole_part.to_owned() } else { format!("{whole_part}.{fraction}") }
    }
}

#[cfg(test)]
mod tests;
