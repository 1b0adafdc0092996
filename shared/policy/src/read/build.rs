//! From a tree that is known to be sound to the policy: every value that is there replaces its default.

use std::time::Duration;

use super::build_parts::{component, components_default, flags, rule, switched};
use super::layout::{Token, tokens};
use super::{at, entries, items, values};
use crate::node::{Node, Value};
use crate::{
    Behavior, BranchPatterns, CiFilter, CommentRule, Fixes, FlagNotUploaded, Patterns, Policy, ProjectRule, StatusKind,
    StatusRule, VerdictKind,
};

/// The policy of a tree.
pub(super) fn policy(root: &Node) -> Policy {
    let mut policy = Policy::default();
    coverage(root, &mut policy);
    statuses(root, &mut policy);
    codecov(root, &mut policy);
    parsers(root, &mut policy);
    policy.comment = comment(at(root, "comment"));
    policy.ignore = patterns(at(root, "ignore"));
    if let Some(node) = at(root, "fixes") {
        policy.fixes = gathered(node, Fixes::add);
    }
    let not_uploaded = default_not_uploaded(root);
    policy.flags = flags(root, not_uploaded);
    if let Some(node) = at(root, "component_management.individual_components") {
        let default = components_default(root, not_uploaded);
        policy.components = items(node).iter().filter_map(|node| component(node, &default, not_uploaded)).collect();
    }
    checks(root, &mut policy);
    ours(root, &mut policy);
    policy
}

/// Replaces a default by what stands at a path, if something does.
pub(super) fn set<T>(node: &Node, path: &str, place: &mut T, read: impl Fn(&Node) -> Option<T>) {
    if let Some(value) = at(node, path).and_then(read) {
        *place = value;
    }
}

/// A list of patterns, of whichever kind.
pub(super) fn gathered<T: Default>(node: &Node, add: fn(&mut T, &str) -> Result<(), &'static str>) -> T {
    let mut all = T::default();
    for text in items(node).iter().filter_map(Node::text) {
        // Those that cannot be read are not in the tree any more.
        let _ = add(&mut all, text.trim());
    }
    all
}

pub(super) fn patterns(node: Option<&Node>) -> Patterns {
    node.map(|node| gathered(node, Patterns::add)).unwrap_or_default()
}

pub(super) fn branches(node: Option<&Node>) -> BranchPatterns {
    node.map(|node| gathered(node, BranchPatterns::add)).unwrap_or_default()
}

pub(super) fn texts(node: &Node) -> Option<Vec<String>> {
    Some(items(node).iter().filter_map(Node::text).map(|text| text.trim().to_owned()).collect())
}

pub(super) fn number(node: &Node) -> Option<u32> {
    node.text()?.parse().ok()
}

fn owned(node: &Node) -> Option<Option<String>> {
    node.text().map(|text| Some(text.to_owned()))
}

fn coverage(root: &Node, policy: &mut Policy) {
    set(root, "coverage.precision", &mut policy.precision, |node| node.text()?.parse().ok());
    set(root, "coverage.round", &mut policy.rounding, values::rounding);
    set(root, "coverage.range", &mut policy.range, |node| values::range(node).ok());
}

fn statuses(root: &Node, policy: &mut Policy) {
    let not_uploaded = default_not_uploaded(root);
    let off = at(root, "coverage.status").and_then(Node::switch) == Some(false);
    let kinds = [
        ("coverage.status.project", &mut policy.statuses.project),
        ("coverage.status.patch", &mut policy.statuses.patch),
        ("coverage.status.changes", &mut policy.statuses.changes),
    ];
    for (path, rules) in kinds {
        if off {
            rules.clear();
        } else if let Some(node) = at(root, path) {
            *rules = named(node);
        }
        // What the file does not say of a rule, its default rules may.
        for rule in rules.iter_mut() {
            let says = at(root, path).is_some_and(|node| {
                let own = entries(node).iter().find(|entry| entry.key == rule.title);
                own.is_some_and(|entry| at(&entry.node, "flag_coverage_not_uploaded_behavior").is_some())
            });
            if !says {
                rule.flag_not_uploaded = not_uploaded;
            }
        }
    }
}

/// The rules of one kind of status. With only other names there is, as with the incumbent, none without a name.
fn named(node: &Node) -> Vec<StatusRule> {
    match node.switch() {
        Some(true) => vec![StatusRule::default()],
        Some(false) => Vec::new(),
        None => {
            let on = entries(node).iter().filter(|entry| switched(&entry.node));
            on.map(|entry| rule(&entry.node, &entry.key, FlagNotUploaded::Include)).collect()
        }
    }
}

fn default_not_uploaded(root: &Node) -> FlagNotUploaded {
    let node = at(root, "coverage.status.default_rules.flag_coverage_not_uploaded_behavior");
    node.and_then(super::build_parts::not_uploaded).unwrap_or_default()
}

fn codecov(root: &Node, policy: &mut Policy) {
    let Some(node) = at(root, "codecov") else { return };
    set(node, "branch", &mut policy.default_branch, owned);
    set(node, "strict_yaml_branch", &mut policy.strict_yaml_branch, owned);
    set(node, "max_report_age", &mut policy.max_report_age, |node| values::age(node).ok());
    set(node, "disable_default_path_fixes", &mut policy.disable_default_path_fixes, Node::switch);
    set(node, "archive.uploads", &mut policy.archive_uploads, Node::switch);
    let notify = &mut policy.notify;
    set(node, "require_ci_to_pass", &mut notify.require_ci_to_pass, Node::switch);
    set(node, "notify.after_n_builds", &mut notify.after_n_builds, number);
    set(node, "notify.wait_for_ci", &mut notify.wait_for_ci, Node::switch);
    set(node, "notify.manual_trigger", &mut notify.manual_trigger, Node::switch);
    set(node, "notify.notify_error", &mut notify.notify_error, Node::switch);
    set(node, "ci", &mut notify.ci, |node| {
        let (exclude, include): (Vec<String>, Vec<String>) =
            texts(node)?.into_iter().partition(|text| text.starts_with('!'));
        let bare = |text: String| text.trim_start_matches('!').to_owned();
        let exclude = exclude.into_iter().map(bare).filter(|text| !text.is_empty()).collect();
        Some(CiFilter { include: include.into_iter().filter(|text| !text.is_empty()).collect(), exclude })
    });
}

fn parsers(root: &Node, policy: &mut Policy) {
    let Some(node) = at(root, "parsers") else { return };
    let parsers = &mut policy.parsers;
    for (path, place) in [
        ("go.partials_as_hits", &mut parsers.go_partials_as_hits),
        ("jacoco.partials_as_hits", &mut parsers.jacoco_partials_as_hits),
        ("lcov.partials_as_hits", &mut parsers.lcov_partials_as_hits),
        ("cobertura.partials_as_hits", &mut parsers.cobertura_partials_as_hits),
        ("cobertura.handle_missing_conditions", &mut parsers.cobertura_missing_conditions),
        ("javascript.enable_partials", &mut parsers.javascript_partials),
        ("gcov.branch_detection.conditional", &mut parsers.gcov_conditional),
        ("gcov.branch_detection.loop", &mut parsers.gcov_loop),
        ("gcov.branch_detection.method", &mut parsers.gcov_method),
        ("gcov.branch_detection.macro", &mut parsers.gcov_macro),
    ] {
        set(node, path, place, Node::switch);
    }
}

fn comment(node: Option<&Node>) -> Option<CommentRule> {
    let mut rule = CommentRule::default();
    let Some(node) = node else { return Some(rule) };
    if node.switch() == Some(false) {
        return None;
    }
    set(node, "layout", &mut rule.layout, layout);
    set(node, "behavior", &mut rule.behavior, |node| match node.text()? {
        "once" => Some(Behavior::Once),
        "new" | "spammy" => Some(Behavior::New),
        _ => Some(Behavior::Default),
    });
    set(node, "require_changes", &mut rule.require_changes, |node| values::require_changes(node).ok());
    set(node, "after_n_builds", &mut rule.after_n_builds, number);
    set(node, "show_carryforward_flags", &mut rule.show_carryforward_flags, Node::switch);
    set(node, "hide_comment_details", &mut rule.hide_comment_details, Node::switch);
    set(node, "hide_project_coverage", &mut rule.hide_project_coverage, Node::switch);
    Some(rule)
}

/// `None` when nothing in it can be shown: then our own holds.
fn layout(node: &Node) -> Option<Option<Vec<crate::LayoutToken>>> {
    let parts = tokens(node.text()?).filter_map(|(_, token)| match token {
        Token::Part(part) => Some(part),
        _ => None,
    });
    let parts: Vec<_> = parts.collect();
    (!parts.is_empty()).then_some(Some(parts))
}

fn checks(root: &Node, policy: &mut Policy) {
    let checks = &mut policy.checks;
    if at(root, "github_checks").and_then(Node::switch) == Some(false) {
        checks.kind = VerdictKind::Statuses;
    }
    set(root, "covermark.verdict", &mut checks.kind, |node| match node.text()? {
        "checks" => Some(VerdictKind::Checks),
        "statuses" => Some(VerdictKind::Statuses),
        _ => Some(VerdictKind::Auto),
    });
    set(root, "covermark.annotations_max", &mut checks.annotations_max, number);
    if at(root, "github_checks.annotations").and_then(Node::switch) == Some(false) {
        checks.annotations_max = 0;
    }
}

fn ours(root: &Node, policy: &mut Policy) {
    let Some(node) = at(root, "covermark") else { return };
    set(node, "metric", &mut policy.metric, values::metric);
    set(node, "context_prefix", &mut policy.context_prefix, |node| values::prefix(node).ok());
    set(node, "expected_uploads", &mut policy.expected, |node| values::expected(node).ok());
    set(node, "wait_minutes", &mut policy.notify.wait, |node| {
        number(node).map(|minutes| Duration::from_secs(u64::from(minutes) * 60))
    });
    set(node, "project_rule", &mut policy.project_rule, |node| match node.text()? {
        "uncovered" => Some(ProjectRule::Uncovered),
        _ => Some(ProjectRule::Percentage),
    });
}

/// The kind that a listed status is of.
pub(super) fn kind(node: &Node) -> Option<StatusKind> {
    match node.text()? {
        "project" => Some(StatusKind::Project),
        "patch" => Some(StatusKind::Patch),
        "changes" => Some(StatusKind::Changes),
        _ => None,
    }
}

/// Whether a named rule is on at all.
pub(super) fn is_on(node: &Node) -> bool {
    !matches!(&node.value, Value::Scalar(_)) || node.switch() == Some(true)
}
