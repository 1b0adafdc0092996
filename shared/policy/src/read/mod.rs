//! From YAML to a policy. First every key is held against the list of known keys; then the values that are used are
//! read one by one, each falling back to its default with a problem.

mod keys;
mod status;
mod values;

use crate::node::{self, Entry, Node, Value};
use crate::{Code, CommentRule, Kind, Layer, Policy, Problem};

/// The largest policy file that is read, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

/// Patterns in `ignore` that are used at most: each of them is asked about each file.
const MAX_PATTERNS: usize = 1000;

/// The files that rules come from, each as its text. `None` is one that does not exist.
#[derive(Debug, Clone, Copy, Default)]
pub struct Layers<'a> {
    /// The instance's defaults.
    pub instance: Option<&'a str>,
    /// The owner's defaults.
    pub owner: Option<&'a str>,
    /// The repository's file at the commit.
    pub repository: Option<&'a str>,
}

pub(crate) fn layered(layers: &Layers<'_>) -> (Policy, Vec<Problem>) {
    let text = layers.repository.or(layers.owner).or(layers.instance);
    read(text.unwrap_or_default())
}

/// Reads a repository's file without any defaults but ours. What is wrong in it comes back in the order of its lines; the good part holds.
#[must_use]
pub fn read(yaml: &str) -> (Policy, Vec<Problem>) {
    let whole = |line, reason: String| (Policy::default(), vec![problem(line, "", reason)]);
    if yaml.len() > MAX_BYTES {
        let size = yaml.len();
        return whole(None, format!("The file has {size} bytes; more than {MAX_BYTES} are not read. Defaults hold."));
    }
    match node::parse(yaml) {
        Ok(None) => (Policy::default(), Vec::new()),
        Ok(Some(root)) => match root.value {
            Value::Null => (Policy::default(), Vec::new()),
            Value::Map(_) => Reader::default().policy(&root),
            _ => whole(Some(root.line), format!("The file is {}, not a group of keys. Defaults hold.", root.kind())),
        },
        Err((line, said)) => whole(line, format!("The file is not valid YAML: {said}. Defaults hold.")),
    }
}

#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn policy(mut self, root: &Node) -> (Policy, Vec<Problem>) {
        keys::check(root, &mut self.problems);
        let mut policy = Policy::default();
        if let Some(entry) = root.get("comment") {
            policy.comment = self.comment(entry).then(CommentRule::default);
        }
        if let Some(Entry { node: coverage, .. }) = root.get("coverage") {
            self.value(coverage, "coverage.precision", &mut policy.precision, values::precision);
            self.value(coverage, "coverage.round", &mut policy.rounding, values::rounding);
            if let Some(entry) = coverage.get("status") {
                self.statuses(entry, &mut policy);
            }
            self.ignore(coverage, "coverage.ignore", &mut policy);
        }
        self.ignore(root, "ignore", &mut policy);
        if let Some(Entry { node: ours, .. }) = root.get("covermark") {
            self.value(ours, "covermark.metric", &mut policy.metric, values::metric);
            self.value(ours, "covermark.context_prefix", &mut policy.context_prefix, values::context_prefix);
        }
        self.problems.sort_by_key(|problem| problem.line);
        (policy, self.problems)
    }

    fn comment(&mut self, entry: &Entry) -> bool {
        match (&entry.node.value, entry.node.switch()) {
            (Value::Map(_) | Value::Null, _) => true,
            (_, Some(on)) => on,
            _ => {
                self.wrong("comment", entry, "`false` or a group of keys", "Comments stay on");
                true
            }
        }
    }

    fn ignore(&mut self, parent: &Node, key: &str, policy: &mut Policy) {
        let Some(entry) = parent.get(last(key)) else { return };
        let patterns = match &entry.node.value {
            Value::List(patterns) => patterns.as_slice(),
            // One pattern without a list is a common slip, and there is only one thing it can mean.
            Value::Scalar(_) => std::slice::from_ref(&entry.node),
            Value::Null => return,
            Value::Map(_) => return self.wrong(key, entry, "a list of path patterns", "Nothing is ignored by it"),
        };
        if patterns.len() > MAX_PATTERNS {
            self.note(entry.line, key, format!("has {} patterns; the first {MAX_PATTERNS} hold.", patterns.len()));
        }
        for pattern in patterns.iter().take(MAX_PATTERNS) {
            if !pattern.text().is_some_and(|text| policy.ignore.add(text.trim()).is_ok()) {
                let reason =
                    format!("has {}, which is no path pattern that can be read. It is left out.", pattern.kind());
                self.note(pattern.line, key, reason);
            }
        }
    }

    /// Replaces a default by what the file says, if it says so and it can be read.
    fn value<T>(&mut self, parent: &Node, key: &str, place: &mut T, read: fn(&Node) -> Result<T, &'static str>) {
        let Some(entry) = parent.get(last(key)) else { return };
        match read(&entry.node) {
            Ok(value) => *place = value,
            Err(expected) => self.wrong(key, entry, expected, "The default holds"),
        }
    }

    fn wrong(&mut self, key: &str, entry: &Entry, expected: &str, instead: &str) {
        let reason = format!("is {}, but has to be {expected}. {instead}.", entry.node.kind());
        self.note(entry.line, key, reason);
    }

    fn note(&mut self, line: usize, key: &str, reason: String) {
        self.problems.push(problem(Some(line), key, reason));
    }
}

fn last(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

fn problem(line: Option<usize>, key: &str, reason: String) -> Problem {
    let (kind, code) = (Kind::Mistake, Code::WrongValue);
    Problem { kind, code, layer: Layer::Repository, line, key: key.to_owned(), reason, suggestion: None }
}
