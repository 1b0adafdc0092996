//! Single values. The error is what the value has to be, for a sentence.

use covermark_coverage::{Metric, Ratio, Rounding};

use crate::node::Node;
use crate::{Percent, Target};

pub(super) fn precision(node: &Node) -> Result<u8, &'static str> {
    const { assert!(Ratio::MAX_PRECISION == 15, "the sentence below says so") };
    let number = node.text().and_then(|text| text.parse().ok());
    number.filter(|digits| *digits <= Ratio::MAX_PRECISION).ok_or("a whole number from 0 to 15")
}

pub(super) fn rounding(node: &Node) -> Result<Rounding, &'static str> {
    match node.text() {
        Some("down") => Ok(Rounding::Down),
        Some("up") => Ok(Rounding::Up),
        Some("nearest") => Ok(Rounding::Nearest),
        _ => Err("`down`, `up` or `nearest`"),
    }
}

pub(super) fn metric(node: &Node) -> Result<Metric, &'static str> {
    match node.text() {
        Some("codecov") => Ok(Metric::Codecov),
        Some("line") => Ok(Metric::Line),
        Some("line+branch") => Ok(Metric::LineAndBranch),
        _ => Err("`codecov`, `line` or `line+branch`"),
    }
}

/// Letters that are safe in a status's context and leave room for what follows.
pub(super) fn context_prefix(node: &Node) -> Result<String, &'static str> {
    let is_safe = |text: &&str| {
        (1..=60).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/'))
    };
    let text = node.text().filter(is_safe);
    text.map(str::to_owned).ok_or("1 to 60 letters, digits, `-`, `_`, `.` or `/`")
}

pub(super) fn target(node: &Node) -> Result<Target, &'static str> {
    match node.text() {
        Some("auto") => Ok(Target::Auto),
        text => text.and_then(Percent::parse).map(Target::Percent).ok_or("`auto` or a percentage from 0 to 100"),
    }
}

pub(super) fn threshold(node: &Node) -> Result<Percent, &'static str> {
    node.text().and_then(Percent::parse).ok_or("a percentage from 0 to 100")
}

pub(super) fn switch(node: &Node) -> Result<bool, &'static str> {
    node.switch().ok_or("`true` or `false`")
}
