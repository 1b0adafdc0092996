//! Single values. The error is what the value has to be, for a sentence.

use std::time::Duration;

use covermark_coverage::{Metric, Rounding};

use super::schema::Shape;
use crate::node::{Node, Value};
use crate::{Change, ExpectedUploads, Percent, RequireChanges, Target};

/// Names in `covermark.expected_uploads`, and letters in each.
const MAX_NAMES: usize = 500;
const MAX_NAME: usize = 300;

/// Whether a single value is one that its key can have.
pub(crate) fn sound(shape: Shape, node: &Node) -> Result<(), String> {
    let said = |expected: &'static str| expected.to_owned();
    match shape {
        Shape::Switch => node.switch().map(drop).ok_or("`true` or `false`").map_err(said),
        Shape::Text | Shape::Secret => text(node).map(drop).map_err(said),
        Shape::Whole(most) => {
            let number = node.text().and_then(|text| text.parse::<u32>().ok());
            number.filter(|number| *number <= most).map(drop).ok_or(format!("a whole number from 0 to {most}"))
        }
        Shape::Percent => percent(node).map(drop).map_err(said),
        Shape::Target => target(node).map(drop).map_err(said),
        Shape::Range => range(node).map(drop).map_err(said),
        Shape::OneOf(words) => is_one_of(words, node).then_some(()).ok_or_else(|| one_of(words)),
        Shape::OneOfOrOff(_) if node.switch() == Some(false) => Ok(()),
        Shape::OneOfOrOff(words) => is_one_of(words, node).then_some(()).ok_or(one_of(words) + " or `off`"),
        Shape::Age => age(node).map(drop).map_err(said),
        Shape::Prefix => prefix(node).map(drop).map_err(said),
        Shape::Expected => expected(node).map(drop).map_err(said),
        Shape::RequireChanges => require_changes(node).map(drop).map_err(said),
        _ => Ok(()),
    }
}

fn is_one_of(words: &[&str], node: &Node) -> bool {
    node.text().is_some_and(|text| words.contains(&text))
}

fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

pub(crate) fn text(node: &Node) -> Result<&str, &'static str> {
    node.text().filter(|text| text.len() <= MAX_NAME).ok_or("a single value of at most 300 letters")
}

pub(crate) fn rounding(node: &Node) -> Option<Rounding> {
    match node.text()? {
        "down" => Some(Rounding::Down),
        "up" => Some(Rounding::Up),
        "nearest" => Some(Rounding::Nearest),
        _ => None,
    }
}

pub(crate) fn metric(node: &Node) -> Option<Metric> {
    match node.text()? {
        "codecov" => Some(Metric::Codecov),
        "line" => Some(Metric::Line),
        "line+branch" => Some(Metric::LineAndBranch),
        _ => None,
    }
}

/// Letters that are safe in a status's context and leave room for what follows.
pub(crate) fn prefix(node: &Node) -> Result<String, &'static str> {
    let is_safe = |text: &&str| {
        (1..=60).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/'))
    };
    let text = node.text().filter(is_safe);
    text.map(str::to_owned).ok_or("1 to 60 letters, digits, `-`, `_`, `.` or `/`")
}

pub(crate) fn target(node: &Node) -> Result<Target, &'static str> {
    match node.text() {
        Some("auto") => Ok(Target::Auto),
        text => text.and_then(Percent::parse).map(Target::Percent).ok_or("`auto` or a percentage from 0 to 100"),
    }
}

pub(crate) fn percent(node: &Node) -> Result<Percent, &'static str> {
    node.text().and_then(Percent::parse).ok_or("a percentage from 0 to 100")
}

/// A list is put in order; written as text, low comes first.
pub(crate) fn range(node: &Node) -> Result<(Percent, Percent), &'static str> {
    let expected = "two percentages like `60..80`, the lower first";
    let pair = match &node.value {
        Value::Scalar(text) => {
            let (low, high) = text.split_once("...").or_else(|| text.split_once("..")).ok_or(expected)?;
            Percent::parse(low).zip(Percent::parse(high)).filter(|(low, high)| low <= high)
        }
        Value::List(list) => match list.as_slice() {
            [a, b] => percent(a).ok().zip(percent(b).ok()).map(|(a, b)| (a.min(b), a.max(b))),
            _ => None,
        },
        _ => None,
    };
    pair.ok_or(expected)
}

/// `None` is any age.
pub(crate) fn age(node: &Node) -> Result<Option<Duration>, &'static str> {
    let expected = "an age like `12h` or `3 days`, or `off`";
    match node.switch() {
        Some(false) => return Ok(None),
        Some(true) => return Err(expected),
        None => {}
    }
    let text = node.text().ok_or(expected)?.trim().trim_end_matches("ago").trim_end();
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().map_err(|_| expected)?;
    let seconds = match text[digits..].trim() {
        "" | "s" | "sec" | "second" | "seconds" => 1,
        "m" | "min" | "minute" | "minutes" => 60,
        "h" | "hour" | "hours" => 60 * 60,
        "d" | "day" | "days" => 24 * 60 * 60,
        "w" | "week" | "weeks" => 7 * 24 * 60 * 60,
        _ => return Err(expected),
    };
    let age = number.checked_mul(seconds).ok_or(expected)?;
    Ok((age > 0).then(|| Duration::from_secs(age)))
}

pub(crate) fn expected(node: &Node) -> Result<ExpectedUploads, &'static str> {
    let wrong = "a number from 1 to 10000, or a list of at most 500 names or flags";
    match &node.value {
        Value::Scalar(text) => match text.parse() {
            Ok(count @ 1..=10_000) => Ok(ExpectedUploads::Count(count)),
            _ => Err(wrong),
        },
        Value::List(list) if (1..=MAX_NAMES).contains(&list.len()) => {
            let names: Result<Vec<String>, _> = list.iter().map(|node| text(node).map(str::to_owned)).collect();
            names.map(ExpectedUploads::Named).map_err(|_| wrong)
        }
        _ => Err(wrong),
    }
}

/// `a or b and c` is (a or b) and c.
pub(crate) fn require_changes(node: &Node) -> Result<RequireChanges, &'static str> {
    let expected = "`true`, `false`, or `any_change`, `coverage_drop`, `uncovered_patch` joined by `or` and `and`";
    if let Some(on) = node.switch() {
        return Ok(RequireChanges { groups: if on { vec![vec![Change::Any]] } else { Vec::new() } });
    }
    let text = node.text().filter(|text| text.len() <= MAX_NAME).ok_or(expected)?.to_ascii_lowercase();
    let mut groups: Vec<Vec<Change>> = vec![Vec::new()];
    let mut wants_word = true;
    for word in text.split_ascii_whitespace() {
        let change = match word {
            "any_change" => Some(Change::Any),
            "coverage_drop" => Some(Change::CoverageDrop),
            "uncovered_patch" => Some(Change::UncoveredPatch),
            "or" | "and" => None,
            _ => return Err(expected),
        };
        if change.is_some() != wants_word {
            return Err(expected);
        }
        wants_word = !wants_word;
        match (change, groups.last_mut()) {
            (Some(change), Some(group)) => group.push(change),
            _ if word == "and" => groups.push(Vec::new()),
            _ => {}
        }
    }
    if wants_word { Err(expected) } else { Ok(RequireChanges { groups }) }
}
