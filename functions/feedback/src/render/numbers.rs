//! Numbers as people read them: by the repository's precision, with a real minus, and never rounded into a lie.

use std::cmp::Ordering;

use covermark_coverage::{Metric, Ratio, Totals, delta};

use crate::judge::{Style, Wanted};

/// Most digits after the point that are tried to tell two numbers apart.
const MOST_DIGITS: u8 = 6;
/// A change has few lines: more than one digit of its percentage says nothing.
const PATCH_DIGITS: u8 = 1;

impl Style {
    /// Coverage of the project: `84.71 %`.
    pub(crate) fn project(self, totals: &Totals) -> String {
        self.percent(totals.ratio(self.metric), self.precision)
    }

    /// A fraction as coverage of the project is written.
    pub(crate) fn share(self, ratio: Ratio) -> String {
        self.percent(ratio, self.precision)
    }

    /// Coverage of a change or of a file's part in it: `71.4 %`.
    pub(crate) fn patch(self, totals: &Totals) -> String {
        self.percent(totals.ratio(self.metric), self.precision.min(PATCH_DIGITS))
    }

    /// Coverage of a change that is less than `wanted`, with as many digits as it takes to see that.
    pub(crate) fn patch_below(self, totals: &Totals, wanted: &Wanted) -> String {
        let wanted = self.wanted(wanted);
        let ratio = totals.ratio(self.metric);
        let mut digits = (self.precision.min(PATCH_DIGITS)..=MOST_DIGITS).map(|digits| self.percent(ratio, digits));
        digits.clone().find(|text| !same_number(text, &wanted)).or_else(|| digits.next_back()).unwrap_or_default()
    }

    /// What is asked for: `80 %`.
    pub(crate) fn wanted(self, wanted: &Wanted) -> String {
        match wanted {
            Wanted::Percent(percent) => format!("{percent} %"),
            Wanted::Base(ratio) => whole(&self.percent(*ratio, self.precision)),
            Wanted::Uncovered(lines) => format!("at most {} uncovered", grouped(*lines)),
        }
    }

    /// The difference to the base: `(+0.12)`, `(−0.01)`, `(unchanged)`; nothing when one of them has no lines.
    pub(crate) fn difference(self, head: &Totals, base: &Totals) -> Option<String> {
        let (head, base) = (head.ratio(self.metric), base.ratio(self.metric));
        if head.compare(&base) == Some(Ordering::Equal) {
            return Some("(unchanged)".to_owned());
        }
        let digits = (self.precision..=MOST_DIGITS).map(|digits| delta(head, base, digits, self.rounding));
        let text = digits.clone().flatten().find(|text| text.contains(|c: char| matches!(c, '1'..='9')));
        text.or_else(|| digits.flatten().last()).map(|text| format!("({text})"))
    }

    /// `37 of 41 changed lines are covered`, in the words of what is counted.
    pub(crate) fn counted(self, totals: &Totals) -> String {
        let ratio = totals.ratio(self.metric);
        let what = if self.metric == Metric::LineAndBranch { "changed lines and branches" } else { "changed lines" };
        match (ratio.covered, ratio.total) {
            (1, 1) => "The one changed line is covered".to_owned(),
            (0, 1) => "The one changed line is not covered".to_owned(),
            (covered, total) if covered == total => format!("All {} {what} are covered", grouped(total)),
            (0, total) => format!("None of {} {what} is covered", grouped(total)),
            (1, total) => format!("1 of {} {what} is covered", grouped(total)),
            (covered, total) => format!("{} of {} {what} are covered", grouped(covered), grouped(total)),
        }
    }

    /// A percentage that says 100 only for all and 0 only for nothing, whatever the rounding.
    fn percent(self, ratio: Ratio, digits: u8) -> String {
        if ratio.total > 0 && (ratio.covered == 0 || ratio.is_full()) {
            return if ratio.covered == 0 { "0 %".to_owned() } else { "100 %".to_owned() };
        }
        let mut texts = (digits..=MOST_DIGITS).filter_map(|digits| ratio.percent(digits, self.rounding));
        let honest = |text: &String| {
            let full = text.starts_with("100") && ratio.covered < ratio.total;
            let nothing = ratio.covered > 0 && !text.contains(|c: char| matches!(c, '1'..='9'));
            !full && !nothing
        };
        let text = texts.clone().find(honest).or_else(|| texts.next_back());
        text.map_or_else(|| "–".to_owned(), |text| format!("{text} %"))
    }
}

/// `1 file`, `3 files`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {many}", grouped(number as u64)) }
}

/// `12,345`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The text with a capital letter first, to stand by itself.
pub(crate) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// The text with its first letter in the other case, to stand inside a line.
pub(crate) fn uncapitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// `80.00 %` as people say it: `80 %`. Other fractions stay as they are.
fn whole(text: &str) -> String {
    match text.strip_suffix(" %").and_then(|number| number.split_once('.')) {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => format!("{whole} %"),
        _ => text.to_owned(),
    }
}

/// Whether both say the same number, `80 %` and `80.0 %`.
fn same_number(left: &str, right: &str) -> bool {
    let bare = |text: &str| {
        let text = text.trim_end_matches(" %");
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
    };
    bare(left) == bare(right)
}
