//! From YAML to a policy, in steps that each do one thing: parse, put old spellings in their place ([`moved`]), keep
//! what the schema knows ([`check`]), lay the files over each other ([`merge`]), build the policy ([`build`]).

mod build;
mod build_parts;
mod check;
mod check_lists;
mod layout;
mod merge;
mod moved;
pub(crate) mod schema;
pub(crate) mod schema_parts;
mod suggest;
pub(crate) mod values;

use crate::node::{self, Entry, Node, Value};
use crate::problem::Found;
use crate::{Code, Kind, Layer, Policy, Problem};

/// The largest policy file that is read, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

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
    let mut problems = Vec::new();
    let mut merged = None;
    let files =
        [(Layer::Instance, layers.instance), (Layer::Owner, layers.owner), (Layer::Repository, layers.repository)];
    for (layer, text) in files {
        let (tree, found) = sound(text.unwrap_or_default(), layer);
        problems.extend(found.into_iter().map(|found| found.problem));
        merged = merge::over(merged, tree);
    }
    (merged.map_or_else(Policy::default, |tree| build::policy(&tree)), problems)
}

/// Reads a repository's file with no defaults below it but ours. What is wrong in it comes back in the order of its
/// lines; the good part holds.
#[must_use]
pub fn read(yaml: &str) -> (Policy, Vec<Problem>) {
    layered(&Layers { repository: Some(yaml), ..Layers::default() })
}

/// The sound part of a file, and what is wrong with the rest.
pub(crate) fn sound(yaml: &str, layer: Layer) -> (Option<Node>, Vec<Found>) {
    let whole = |line, code, reason| {
        let problem = Problem { layer, ..whole_file(line, code, reason) };
        (None, vec![Found { problem, path: Vec::new() }])
    };
    if yaml.len() > MAX_BYTES {
        let size = yaml.len();
        let reason = format!("The file has {size} bytes; more than {MAX_BYTES} are not read. Defaults hold.");
        return whole(None, Code::TooLarge, reason);
    }
    match node::parse(yaml.strip_prefix('\u{feff}').unwrap_or(yaml)) {
        Ok(None) => (None, Vec::new()),
        Ok(Some(Node { value: Value::Null, .. })) => (None, Vec::new()),
        Ok(Some(Node { value: Value::Map(entries), line })) => {
            let mut checker = check::Checker::new(layer);
            let kept = checker.file(moved::in_place(entries));
            (Some(Node { line, value: Value::Map(kept) }), checker.problems())
        }
        Ok(Some(root)) => {
            let reason = format!("The file is {}, not a group of keys. Defaults hold.", root.kind());
            whole(Some(root.line), Code::Unreadable, reason)
        }
        Err((line, said)) => {
            whole(line, Code::Unreadable, format!("The file is not valid YAML: {said}. Defaults hold."))
        }
    }
}

/// A problem of a whole file.
fn whole_file(line: Option<usize>, code: Code, reason: String) -> Problem {
    Problem { kind: Kind::Mistake, code, layer: Layer::Repository, line, key: String::new(), reason, suggestion: None }
}

/// A path as people write it: `flag_management.individual_flags[0].name`.
fn dotted(path: &[String]) -> String {
    let mut text = String::new();
    for part in path {
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
            text.push_str(&format!("[{part}]"));
            continue;
        }
        if !text.is_empty() {
            text.push('.');
        }
        text.push_str(part);
    }
    text
}

/// What stands at a path below a node.
fn at<'n>(node: &'n Node, path: &str) -> Option<&'n Node> {
    path.split('.').try_fold(node, |node, key| node.get(key).map(|entry| &entry.node))
}

/// The entries of a group.
fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Map(entries) => entries,
        _ => &[],
    }
}

/// The items of a list.
fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        _ => &[],
    }
}
