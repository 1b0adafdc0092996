//! The keys that are known, and what becomes of each.
//!
//! `*` stands for any name: a flag, a component, a status. A key that is read is [`Read`](Support::Read); one that the
//! uploader reads on its own side, or that only ever concerned another product, passes in silence; every other one of
//! the incumbent's is named, so that nobody believes in a setting that does nothing.

use crate::Problem;
use crate::node::{self, Node, Value};
use crate::problem::nearest;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Support {
    /// Read here; the keys below it are checked too.
    Read,
    /// Read by the uploader, or without any effect on coverage.
    Elsewhere,
    /// Known, but not honoured yet.
    Later,
}

use Support::{Elsewhere, Later, Read};

const KEYS: &[(&str, Support)] = &[
    ("codecov", Read),
    ("codecov.token", Elsewhere),
    ("codecov.url", Elsewhere),
    ("codecov.slug", Elsewhere),
    ("codecov.bot", Elsewhere),
    ("codecov.ui", Elsewhere),
    ("codecov.archive", Elsewhere),
    ("codecov.branch", Later),
    ("codecov.ci", Later),
    ("codecov.strict_yaml_branch", Later),
    ("codecov.max_report_age", Later),
    ("codecov.disable_default_path_fixes", Later),
    ("codecov.require_ci_to_pass", Later),
    ("codecov.allow_pseudo_compare", Later),
    ("codecov.allow_coverage_offsets", Later),
    ("codecov.assume_all_flags", Later),
    ("codecov.notify", Later),
    ("coverage", Read),
    ("coverage.precision", Read),
    ("coverage.round", Read),
    ("coverage.range", Later),
    ("coverage.notify", Later),
    ("coverage.ignore", Read),
    ("coverage.fixes", Later),
    ("coverage.flags", Later),
    ("coverage.parsers", Later),
    ("coverage.status", Read),
    ("coverage.status.changes", Later),
    ("coverage.status.default_rules", Later),
    ("coverage.status.no_upload_behavior", Later),
    ("coverage.status.project", Read),
    ("coverage.status.patch", Read),
    ("ignore", Read),
    ("fixes", Later),
    ("parsers", Later),
    ("flags", Later),
    ("flag_management", Later),
    ("component_management", Later),
    ("comment", Read),
    ("comment.layout", Later),
    ("comment.behavior", Later),
    ("comment.require_changes", Later),
    ("comment.require_base", Later),
    ("comment.require_head", Later),
    ("comment.branches", Later),
    ("comment.paths", Later),
    ("comment.flags", Later),
    ("comment.after_n_builds", Later),
    ("comment.show_carryforward_flags", Later),
    ("comment.show_critical_paths", Later),
    ("comment.hide_comment_details", Later),
    ("comment.hide_project_coverage", Later),
    ("comment.require_bundle_changes", Elsewhere),
    ("comment.bundle_change_threshold", Elsewhere),
    ("github_checks", Later),
    ("slack_app", Later),
    ("cli", Elsewhere),
    ("bundle_analysis", Elsewhere),
    ("profiling", Elsewhere),
    ("beta_groups", Elsewhere),
    ("ai_pr_review", Elsewhere),
    ("test_analytics", Elsewhere),
    ("to_string", Elsewhere),
    ("covermark", Read),
    ("covermark.metric", Read),
    ("covermark.context_prefix", Read),
];

/// Keys that can be nothing but a group. Of the others, whoever reads them says what they may be.
const GROUPS: [&str; 3] = ["codecov", "coverage", "covermark"];

/// Keys of one named status, below `coverage.status.{project,patch}.NAME`.
const RULE: &[(&str, Support)] = &[
    ("target", Read),
    ("threshold", Read),
    ("informational", Read),
    ("enabled", Read),
    ("base", Later),
    ("branches", Later),
    ("disable_approx", Later),
    ("flags", Later),
    ("paths", Later),
    ("if_not_found", Later),
    ("if_ci_failed", Later),
    ("if_no_uploads", Later),
    ("only_pulls", Later),
    ("removed_code_behavior", Later),
    ("flag_coverage_not_uploaded_behavior", Later),
    ("include_changes", Later),
    ("measurement", Later),
    ("skip_if_assumes", Later),
    ("carryforward_behavior", Later),
];

/// Names every key of the file that has no effect.
pub(super) fn check(root: &Node, problems: &mut Vec<Problem>) {
    group(root, "", problems);
}

fn group(node: &Node, path: &str, problems: &mut Vec<Problem>) {
    let Value::Map(entries) = &node.value else { return };
    for (index, entry) in entries.iter().enumerate() {
        let key = if path.is_empty() { shown(&entry.key) } else { format!("{path}.{}", shown(&entry.key)) };
        let mut note = |reason: String| problems.push(super::problem(Some(entry.line), &key, reason));
        if entries[index + 1..].iter().any(|later| later.key == entry.key) {
            note("stands here twice; the last one holds.".to_owned());
            continue;
        }
        match support(path, &entry.key) {
            Some(Read) if GROUPS.contains(&key.as_str()) && !may_be_group(&entry.node) => {
                note(format!("is {}, but has to be a group of keys. It has no effect.", entry.node.kind()));
            }
            Some(Read) => group(&entry.node, &key, problems),
            Some(Elsewhere) => {}
            Some(Later) => note("is not honoured yet; it has no effect.".to_owned()),
            None => note(unknown(path, &entry.key)),
        }
    }
}

fn may_be_group(node: &Node) -> bool {
    matches!(node.value, Value::Map(_) | Value::Null)
}

fn shown(key: &str) -> String {
    node::shorten(key)
}

/// The kind of status whose named rules are below this path.
fn is_rules(path: &str) -> bool {
    matches!(path, "coverage.status.project" | "coverage.status.patch")
}

fn is_rule(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(parent, _)| is_rules(parent))
}

fn support(path: &str, key: &str) -> Option<Support> {
    if is_rules(path) {
        // Misplaced rule keys are named where the rules are read, with the way out.
        return Some(if key == "default" || RULE.iter().any(|(known, _)| *known == key) { Read } else { Later });
    }
    known(path).find(|(known, _)| *known == key).map(|(_, support)| support)
}

/// The keys that may stand below a path.
fn known(path: &str) -> impl Iterator<Item = (&'static str, Support)> + use<'_> {
    let keys = if is_rule(path) { RULE } else { KEYS };
    let prefix = if is_rule(path) { "" } else { path };
    keys.iter().filter_map(move |(key, support)| {
        let rest = if prefix.is_empty() { Some(*key) } else { key.strip_prefix(prefix)?.strip_prefix('.') };
        rest.filter(|rest| !rest.contains('.')).map(|rest| (rest, *support))
    })
}

fn unknown(path: &str, key: &str) -> String {
    match nearest(key, known(path).map(|(known, _)| known)) {
        Some(meant) => format!("is not a known key; did you mean `{meant}`? It has no effect."),
        None => elsewhere(path, key).map_or("is not a known key. It has no effect.".to_owned(), |place| {
            format!("is not a known key here; did you mean `{place}`? It has no effect.")
        }),
    }
}

/// A known key of this very name at another place.
fn elsewhere(path: &str, key: &str) -> Option<&'static str> {
    let others = KEYS.iter().map(|(known, _)| *known);
    others.filter(|known| *known != path).find(|known| known.rsplit('.').next() == Some(key))
}
