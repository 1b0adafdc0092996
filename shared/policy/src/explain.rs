//! A policy as the tree of the file that would say all of it.

use std::time::Duration;

use covermark_coverage::{Metric, Rounding};

use crate::node::{Entry, Node, Value};
use crate::{
    Behavior, Change, CommentRule, Component, ExpectedUploads, FlagNotUploaded, FlagRule, LayoutToken, NotFound,
    Policy, ProjectRule, RemovedCode, RequireChanges, Section, StatusBase, StatusKind, StatusRule, Target, VerdictKind,
};

/// The tree of a policy.
pub(crate) fn tree(policy: &Policy) -> Value {
    let mut root = vec![
        ("codecov", codecov(policy)),
        ("coverage", coverage(policy)),
        ("comment", policy.comment.as_ref().map_or_else(|| switch(false), comment)),
        ("ignore", list(policy.ignore.texts())),
        ("fixes", list(policy.fixes.texts())),
        ("parsers", parsers(policy)),
    ];
    root.extend(flags(policy));
    let components = policy.components.iter().map(component).collect();
    root.push(("component_management", map(vec![("individual_components", groups(components))])));
    root.push(("covermark", ours(policy)));
    map(root)
}

fn text(text: impl ToString) -> Value {
    Value::Scalar(text.to_string())
}

fn switch(on: bool) -> Value {
    text(on)
}

fn list<'t>(texts: impl Iterator<Item = &'t str>) -> Value {
    groups(texts.map(text).collect())
}

fn groups(values: Vec<Value>) -> Value {
    Value::List(values.into_iter().map(|value| Node { line: 0, value }).collect())
}

fn map<K: ToString>(entries: Vec<(K, Value)>) -> Value {
    let entry = |(key, value): (K, Value)| Entry { key: key.to_string(), line: 0, node: Node { line: 0, value } };
    Value::Map(entries.into_iter().map(entry).collect())
}

fn codecov(policy: &Policy) -> Value {
    let notify = &policy.notify;
    let mut all = Vec::new();
    all.extend(policy.default_branch.as_ref().map(|branch| ("branch", text(branch))));
    all.extend(policy.strict_yaml_branch.as_ref().map(|branch| ("strict_yaml_branch", text(branch))));
    let excluded = notify.ci.exclude.iter().map(|part| format!("!{part}"));
    let ci: Vec<String> = notify.ci.include.iter().cloned().chain(excluded).collect();
    all.extend([
        ("ci", list(ci.iter().map(String::as_str))),
        ("max_report_age", policy.max_report_age.map_or_else(|| text("off"), age)),
        ("disable_default_path_fixes", switch(policy.disable_default_path_fixes)),
        ("require_ci_to_pass", switch(notify.require_ci_to_pass)),
        ("archive", map(vec![("uploads", switch(policy.archive_uploads))])),
    ]);
    let notify = map(vec![
        ("after_n_builds", text(notify.after_n_builds)),
        ("wait_for_ci", switch(notify.wait_for_ci)),
        ("manual_trigger", switch(notify.manual_trigger)),
        ("notify_error", switch(notify.notify_error)),
    ]);
    all.push(("notify", notify));
    map(all)
}

fn age(age: Duration) -> Value {
    match age.as_secs() {
        seconds if seconds % 3600 == 0 => text(format!("{}h", seconds / 3600)),
        seconds => text(format!("{seconds}s")),
    }
}

fn coverage(policy: &Policy) -> Value {
    let rounding = match policy.rounding {
        Rounding::Down => "down",
        Rounding::Up => "up",
        Rounding::Nearest => "nearest",
    };
    let (low, high) = policy.range;
    let kinds = [StatusKind::Project, StatusKind::Patch, StatusKind::Changes].map(|kind| {
        let rules = policy.statuses.of(kind);
        let named = rules.iter().map(|one| (one.title.clone(), map(rule(one)))).collect();
        (kind.as_str(), if rules.is_empty() { switch(false) } else { map(named) })
    });
    map(vec![
        ("precision", text(policy.precision)),
        ("round", text(rounding)),
        ("range", text(format!("{low}..{high}"))),
        ("status", map(kinds.into())),
    ])
}

/// A rule's keys, without its name.
fn rule(rule: &StatusRule) -> Vec<(&'static str, Value)> {
    let state = |state: NotFound| match state {
        NotFound::Success => text("success"),
        NotFound::Failure => text("failure"),
        NotFound::Error => text("error"),
        NotFound::Ignore => text("ignore"),
    };
    let target = match rule.target {
        Target::Auto => text("auto"),
        Target::Percent(percent) => text(format!("{percent}%")),
    };
    let base = match rule.base {
        StatusBase::Auto => "auto",
        StatusBase::Pull => "pr",
        StatusBase::Parent => "parent",
    };
    let removed = match rule.removed_code {
        RemovedCode::RemovalsOnly => "removals_only",
        RemovedCode::AdjustBase => "adjust_base",
        RemovedCode::FullyCoveredPatch => "fully_covered_patch",
        RemovedCode::Off => "off",
    };
    let not_uploaded = match rule.flag_not_uploaded {
        FlagNotUploaded::Include => "include",
        FlagNotUploaded::Exclude => "exclude",
        FlagNotUploaded::Pass => "pass",
    };
    vec![
        ("target", target),
        ("threshold", text(format!("{}%", rule.threshold))),
        ("informational", switch(rule.informational)),
        ("flags", list(rule.flags.iter().map(String::as_str))),
        ("paths", list(rule.paths.texts())),
        ("branches", list(rule.branches.texts())),
        ("only_pulls", switch(rule.only_pulls)),
        ("base", text(base)),
        ("if_not_found", state(rule.if_not_found)),
        ("if_ci_failed", state(rule.if_ci_failed)),
        ("removed_code_behavior", text(removed)),
        ("flag_coverage_not_uploaded_behavior", text(not_uploaded)),
    ]
}

/// Statuses of a flag or a component, whose titles end with `name`.
fn listed(statuses: &[(StatusKind, StatusRule)], name: &str) -> Value {
    let one = |(kind, of): &(StatusKind, StatusRule)| {
        let prefix = of.title.strip_suffix(name).unwrap_or(&of.title);
        let mut keys = vec![("type", text(kind.as_str())), ("name_prefix", text(prefix))];
        keys.extend(rule(of));
        map(keys)
    };
    groups(statuses.iter().map(one).collect())
}

fn comment(rule: &CommentRule) -> Value {
    let behavior = match rule.behavior {
        Behavior::Default => "default",
        Behavior::Once => "once",
        Behavior::New => "new",
    };
    let mut all = Vec::new();
    all.extend(rule.layout.as_ref().map(|tokens| ("layout", layout(tokens))));
    all.extend([
        ("behavior", text(behavior)),
        ("require_changes", require_changes(&rule.require_changes)),
        ("after_n_builds", text(rule.after_n_builds)),
        ("show_carryforward_flags", switch(rule.show_carryforward_flags)),
        ("hide_comment_details", switch(rule.hide_comment_details)),
        ("hide_project_coverage", switch(rule.hide_project_coverage)),
    ]);
    map(all)
}

fn layout(tokens: &[LayoutToken]) -> Value {
    let word = |section| match section {
        Section::Header => "header",
        Section::MissingLines => "newfiles",
        Section::Diff => "diff",
        Section::Flags => "flags",
        Section::Components => "components",
        Section::Files => "files",
        Section::Footer => "footer",
        Section::ShortFooter => "newfooter",
    };
    let one = |token: &LayoutToken| match token.limit {
        Some(limit) => format!("{}:{limit}", word(token.section)),
        None => word(token.section).to_owned(),
    };
    text(tokens.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn require_changes(changes: &RequireChanges) -> Value {
    if changes.groups.is_empty() {
        return switch(false);
    }
    let word = |change: &Change| match change {
        Change::Any => "any_change",
        Change::CoverageDrop => "coverage_drop",
        Change::UncoveredPatch => "uncovered_patch",
    };
    let group = |group: &Vec<Change>| group.iter().map(word).collect::<Vec<_>>().join(" or ");
    text(changes.groups.iter().map(group).collect::<Vec<_>>().join(" and "))
}

fn parsers(policy: &Policy) -> Value {
    let parsers = &policy.parsers;
    let partials = |on| map(vec![("partials_as_hits", switch(on))]);
    let cobertura = map(vec![
        ("partials_as_hits", switch(parsers.cobertura_partials_as_hits)),
        ("handle_missing_conditions", switch(parsers.cobertura_missing_conditions)),
    ]);
    let detection = map(vec![
        ("conditional", switch(parsers.gcov_conditional)),
        ("loop", switch(parsers.gcov_loop)),
        ("method", switch(parsers.gcov_method)),
        ("macro", switch(parsers.gcov_macro)),
    ]);
    map(vec![
        ("go", partials(parsers.go_partials_as_hits)),
        ("jacoco", partials(parsers.jacoco_partials_as_hits)),
        ("lcov", partials(parsers.lcov_partials_as_hits)),
        ("cobertura", cobertura),
        ("javascript", map(vec![("enable_partials", switch(parsers.javascript_partials))])),
        ("gcov", map(vec![("branch_detection", detection)])),
    ])
}

/// Flags that are not joined can only be said of below `flags`; the others stand where statuses can be said of.
fn flags(policy: &Policy) -> Vec<(&'static str, Value)> {
    let named = || policy.flags.names().map(|name| (name, policy.flags.rule(name)));
    let apart = named().filter(|(_, rule)| !rule.joined).map(|(name, rule)| {
        let mut keys = flag(rule);
        keys.retain(|(key, _)| *key != "statuses");
        keys.push(("joined", switch(false)));
        (name, map(keys))
    });
    let individual = named().filter(|(_, rule)| rule.joined).map(|(name, rule)| {
        let mut keys = vec![("name", text(name))];
        keys.extend(flag(rule));
        map(keys)
    });
    let management = map(vec![
        ("default_rules", map(flag(policy.flags.otherwise()))),
        ("individual_flags", groups(individual.collect())),
    ]);
    vec![("flags", map(apart.collect())), ("flag_management", management)]
}

fn flag(rule: &FlagRule) -> Vec<(&'static str, Value)> {
    vec![
        ("paths", list(rule.paths.texts())),
        ("ignore", list(rule.ignore.texts())),
        ("carryforward", switch(rule.carryforward)),
        ("after_n_builds", text(rule.after_n_builds)),
        ("statuses", listed(&rule.statuses, "")),
    ]
}

fn component(component: &Component) -> Value {
    map(vec![
        ("component_id", text(&component.id)),
        ("name", text(&component.name)),
        ("paths", list(component.paths.texts())),
        ("flag_regexes", list(component.flags.texts())),
        ("statuses", listed(&component.statuses, &component.name)),
    ])
}

fn ours(policy: &Policy) -> Value {
    let metric = match policy.metric {
        Metric::Codecov => "codecov",
        Metric::Line => "line",
        Metric::LineAndBranch => "line+branch",
    };
    let verdict = match policy.checks.kind {
        VerdictKind::Auto => "auto",
        VerdictKind::Checks => "checks",
        VerdictKind::Statuses => "statuses",
    };
    let project = match policy.project_rule {
        ProjectRule::Percentage => "percentage",
        ProjectRule::Uncovered => "uncovered",
    };
    let mut all = vec![
        ("metric", text(metric)),
        ("context_prefix", text(&policy.context_prefix)),
        ("verdict", text(verdict)),
        ("annotations_max", text(policy.checks.annotations_max)),
        ("project_rule", text(project)),
        ("wait_minutes", text(policy.notify.wait.as_secs() / 60)),
    ];
    match &policy.expected {
        ExpectedUploads::AsBefore => {}
        ExpectedUploads::Count(count) => all.push(("expected_uploads", text(count))),
        ExpectedUploads::Named(names) => all.push(("expected_uploads", list(names.iter().map(String::as_str)))),
    }
    map(all)
}
