//! `POST /validate`: what the incumbent's validator says of a file, with more to go by when it is wrong.

use serde_json::{Map, Value as Json};

use crate::node::{Entry, Node, Value};
use crate::pattern;
use crate::read::schema::{Key, ROOT, Shape};
use crate::read::schema_parts::RULE;
use crate::read::{sound, values};
use crate::{Layer, Problem, Target, fixes, names};

/// What a file is worth.
#[derive(Debug, Clone)]
pub struct Validation {
    /// Whether there is no mistake in it. Answer 200 then, else 400.
    pub valid: bool,
    /// The answer, as text: `Valid!` and what was read, or where the first mistake is and then every one of them.
    pub message: String,
    /// What was read of it, each value in its plainest form: switches, numbers, regular expressions.
    pub normalised: Json,
    /// All that is to be said of it, by line.
    pub problems: Vec<Problem>,
}

/// Checks a file.
#[must_use]
pub fn validate(yaml: &str) -> Validation {
    let (tree, found) = sound(yaml, Layer::Repository);
    let place = found.iter().find(|found| found.problem.is_mistake()).map(|found| location(&found.path));
    let problems: Vec<Problem> = found.into_iter().map(|found| found.problem).collect();
    let normalised = tree.as_ref().map_or_else(|| Json::Object(Map::new()), |tree| plain(tree, Shape::Group(ROOT)));
    let message = match &place {
        None => praise(&normalised, &problems),
        Some(place) => blame(place, &problems),
    };
    Validation { valid: place.is_none(), message, normalised, problems }
}

fn praise(normalised: &Json, problems: &[Problem]) -> String {
    let mut text = format!("Valid!\n\n{normalised:#}\n");
    if !problems.is_empty() {
        text.push_str("\nGood to know:\n");
        text.push_str(&listed(problems));
    }
    text
}

fn blame(place: &str, problems: &[Problem]) -> String {
    let mistakes: Vec<Problem> = problems.iter().filter(|problem| problem.is_mistake()).cloned().collect();
    let first = mistakes.first().map(ToString::to_string).unwrap_or_default();
    let mut text = format!("Error at {place}: \n{first}\n");
    if mistakes.len() > 1 {
        text.push_str(&format!("\nAll {} mistakes:\n{}", mistakes.len(), listed(&mistakes)));
    }
    if mistakes.iter().all(|mistake| !mistake.key.is_empty()) {
        text.push_str("\nThe rest of the file holds. Codecov would not use any of it.\n");
    }
    text
}

fn listed(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("- {problem}\n")).collect()
}

/// The path as the incumbent shows it, for scripts that look for it: `['comment', 'layout']`.
fn location(path: &[String]) -> String {
    let part = |part: &String| match part.parse::<usize>() {
        Ok(index) => index.to_string(),
        Err(_) => format!("'{}'", part.replace('\\', "\\\\").replace('\'', "\\'")),
    };
    format!("[{}]", path.iter().map(part).collect::<Vec<_>>().join(", "))
}

/// A sound value in its plainest form.
fn plain(node: &Node, shape: Shape) -> Json {
    match (shape, &node.value) {
        (Shape::Group(keys) | Shape::SwitchOr(keys), Value::Map(entries)) => group(entries, keys),
        (Shape::Named(keys), Value::Map(entries)) => each(entries, Shape::Group(keys)),
        (Shape::Rules, Value::Map(entries)) => each(entries, Shape::SwitchOr(RULE)),
        (Shape::ListOf(keys), Value::List(items)) => list(items, |item| plain(item, Shape::Group(keys))),
        (Shape::Range, _) => {
            values::range(node).map_or(Json::Null, |(low, high)| vec![number(low), number(high)].into())
        }
        (shape, Value::List(items)) => list(items, |item| single(item, shape)),
        _ => single(node, shape),
    }
}

fn list(items: &[Node], one: impl Fn(&Node) -> Json) -> Json {
    Json::Array(items.iter().map(one).collect())
}

fn group(entries: &[Entry], keys: &[Key]) -> Json {
    let shape = |entry: &Entry| keys.iter().find(|key| key.name == entry.key).map_or(Shape::Any, |key| key.shape);
    Json::Object(entries.iter().map(|entry| (entry.key.clone(), plain(&entry.node, shape(entry)))).collect())
}

fn each(entries: &[Entry], shape: Shape) -> Json {
    Json::Object(entries.iter().map(|entry| (entry.key.clone(), plain(&entry.node, shape))).collect())
}

fn single(node: &Node, shape: Shape) -> Json {
    let Some(text) = node.text() else {
        return match &node.value {
            Value::Map(entries) => each(entries, Shape::Any),
            _ => Json::Null,
        };
    };
    let switched = node.switch();
    match (shape, switched) {
        (Shape::Switch | Shape::SwitchOr(_) | Shape::Rules | Shape::RequireChanges, Some(on)) => on.into(),
        (Shape::OneOfOrOff(_) | Shape::Age, Some(on)) => on.into(),
        (Shape::Percent, _) => values::percent(node).map_or(Json::Null, number),
        (Shape::Target, _) => match values::target(node) {
            Ok(Target::Percent(percent)) => number(percent),
            _ => text.into(),
        },
        (Shape::Paths, _) => pattern::normalised(text.trim()).into(),
        (Shape::Branches, _) => names::normalised_branch(text.trim()).into(),
        (Shape::Fixes, _) => fixes::normalised(text.trim()).into(),
        (Shape::Whole(_) | Shape::Any | Shape::Expected, _) => match (text.parse::<i64>(), text) {
            (Ok(whole), _) => whole.into(),
            (_, "true") => true.into(),
            (_, "false") => false.into(),
            _ => text.into(),
        },
        _ => text.into(),
    }
}

fn number(percent: crate::Percent) -> Json {
    percent.to_string().parse::<f64>().map_or(Json::Null, Json::from)
}
