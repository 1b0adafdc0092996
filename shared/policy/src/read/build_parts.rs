//! Single rules, flags and components of a sound tree.

use std::collections::BTreeMap;

use super::build::{branches, gathered, is_on, kind, number, patterns, set, texts};
use super::{at, entries, items, values};
use crate::node::Node;
use crate::{
    Component, FlagNotUploaded, FlagPatterns, FlagRule, Flags, NotFound, RemovedCode, StatusBase, StatusKind,
    StatusRule,
};

/// Whether a rule is there to be posted.
pub(super) fn switched(node: &Node) -> bool {
    is_on(node) && at(node, "enabled").and_then(Node::switch) != Some(false)
}

/// One rule. What it says nothing of is as in [`StatusRule::default`], or as `not_uploaded` says.
pub(super) fn rule(node: &Node, title: &str, not_uploaded: FlagNotUploaded) -> StatusRule {
    let mut rule = StatusRule { title: title.to_owned(), flag_not_uploaded: not_uploaded, ..StatusRule::default() };
    set(node, "target", &mut rule.target, |node| values::target(node).ok());
    set(node, "threshold", &mut rule.threshold, |node| values::percent(node).ok());
    set(node, "informational", &mut rule.informational, Node::switch);
    set(node, "flags", &mut rule.flags, texts);
    rule.paths = patterns(at(node, "paths"));
    rule.branches = branches(at(node, "branches"));
    set(node, "only_pulls", &mut rule.only_pulls, Node::switch);
    set(node, "base", &mut rule.base, |node| match node.text()? {
        "pr" => Some(StatusBase::Pull),
        "parent" => Some(StatusBase::Parent),
        _ => Some(StatusBase::Auto),
    });
    set(node, "if_not_found", &mut rule.if_not_found, state);
    set(node, "if_ci_failed", &mut rule.if_ci_failed, state);
    set(node, "removed_code_behavior", &mut rule.removed_code, |node| match node.text()? {
        "removals_only" => Some(RemovedCode::RemovalsOnly),
        "adjust_base" => Some(RemovedCode::AdjustBase),
        "fully_covered_patch" => Some(RemovedCode::FullyCoveredPatch),
        _ => Some(RemovedCode::Off),
    });
    set(node, "flag_coverage_not_uploaded_behavior", &mut rule.flag_not_uploaded, self::not_uploaded);
    rule
}

fn state(node: &Node) -> Option<NotFound> {
    match node.text()? {
        "success" => Some(NotFound::Success),
        "failure" => Some(NotFound::Failure),
        "error" => Some(NotFound::Error),
        "ignore" => Some(NotFound::Ignore),
        _ => None,
    }
}

pub(super) fn not_uploaded(node: &Node) -> Option<FlagNotUploaded> {
    match node.text()? {
        "include" => Some(FlagNotUploaded::Include),
        "exclude" => Some(FlagNotUploaded::Exclude),
        "pass" => Some(FlagNotUploaded::Pass),
        _ => None,
    }
}

/// `statuses` of flags and components. Without a type there is nothing to post.
fn listed(node: &Node, not_uploaded: FlagNotUploaded) -> Vec<(StatusKind, StatusRule)> {
    let on = items(node).iter().filter(|node| switched(node));
    on.filter_map(|node| {
        let prefix = at(node, "name_prefix").and_then(Node::text).unwrap_or_default();
        Some((at(node, "type").and_then(kind)?, rule(node, prefix, not_uploaded)))
    })
    .collect()
}

/// `flags` and `flag_management`.
pub(super) fn flags(root: &Node, not_uploaded: FlagNotUploaded) -> Flags {
    let mut otherwise = FlagRule::default();
    if let Some(node) = at(root, "flag_management.default_rules") {
        flag(node, &mut otherwise, not_uploaded);
    }
    let mut named = BTreeMap::new();
    let individual = at(root, "flag_management.individual_flags").map(items).unwrap_or_default();
    for node in individual {
        let Some(name) = at(node, "name").and_then(Node::text) else { continue };
        let mut rule = otherwise.clone();
        flag(node, &mut rule, not_uploaded);
        // The first of a name holds, as with the incumbent.
        named.entry(name.trim().to_owned()).or_insert(rule);
    }
    for entry in at(root, "flags").map(entries).unwrap_or_default() {
        let mut rule = FlagRule::default();
        flag(&entry.node, &mut rule, not_uploaded);
        named.insert(entry.key.trim().to_owned(), rule);
    }
    Flags { named, otherwise }
}

fn flag(node: &Node, rule: &mut FlagRule, not_uploaded: FlagNotUploaded) {
    set(node, "paths", &mut rule.paths, |node| Some(patterns(Some(node))));
    set(node, "ignore", &mut rule.ignore, |node| Some(patterns(Some(node))));
    set(node, "carryforward", &mut rule.carryforward, Node::switch);
    set(node, "joined", &mut rule.joined, Node::switch);
    set(node, "after_n_builds", &mut rule.after_n_builds, number);
    set(node, "statuses", &mut rule.statuses, |node| Some(listed(node, not_uploaded)));
}

/// What holds for components that do not say otherwise.
pub(super) fn components_default(root: &Node, not_uploaded: FlagNotUploaded) -> Component {
    let mut default = Component {
        id: String::new(),
        name: String::new(),
        paths: patterns(None),
        flags: FlagPatterns::default(),
        statuses: Vec::new(),
    };
    if let Some(node) = at(root, "component_management.default_rules") {
        narrow(node, &mut default, not_uploaded);
    }
    default
}

/// One component. Without an id it is known by its name, and without either it is none.
pub(super) fn component(node: &Node, default: &Component, not_uploaded: FlagNotUploaded) -> Option<Component> {
    let text = |key| at(node, key).and_then(Node::text).map(str::trim).filter(|text| !text.is_empty());
    let (id, name) = (text("component_id"), text("name"));
    let id = id.or(name)?;
    let mut component = default.clone();
    component.id = id.to_owned();
    component.name = name.unwrap_or(id).to_owned();
    narrow(node, &mut component, not_uploaded);
    for (_, rule) in &mut component.statuses {
        rule.title.push_str(&component.name);
    }
    Some(component)
}

fn narrow(node: &Node, component: &mut Component, not_uploaded: FlagNotUploaded) {
    set(node, "paths", &mut component.paths, |node| Some(patterns(Some(node))));
    set(node, "flag_regexes", &mut component.flags, |node| Some(gathered(node, FlagPatterns::add)));
    set(node, "statuses", &mut component.statuses, |node| Some(listed(node, not_uploaded)));
}
