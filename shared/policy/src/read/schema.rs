//! Every key that may stand in a file, what may stand under it, and what becomes of it here.
//!
//! The table is the incumbent's (codecov.yml) and ours (`covermark`). Nothing is known of keys anywhere else: checking,
//! suggesting, validating and the README's table all go by it.

use super::schema_parts::{CHECKS, CLI, COMPONENTS, FLAG, FLAGS_MANAGED, NOTIFIERS, PARSERS, RULE};

/// What may stand under a key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// `true`, `false` and YAML's other words for them.
    Switch,
    /// Any single value.
    Text,
    /// A single value that is never repeated in a sentence.
    Secret,
    /// A whole number from 0 to this.
    Whole(u32),
    /// A percentage.
    Percent,
    /// `auto` or a percentage.
    Target,
    /// `60..80`, `60...80` or a list of two.
    Range,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// One of these words, or off.
    OneOfOrOff(&'static [&'static str]),
    /// `12h`, or off.
    Age,
    /// A context's beginning.
    Prefix,
    /// A number, or a list of names.
    Expected,
    /// `any_change or …`, or a switch.
    RequireChanges,
    /// Parts of the comment, with commas between.
    Layout,
    /// A list of single values.
    Texts,
    /// A list of path patterns.
    Paths,
    /// A list of branch patterns.
    Branches,
    /// A list of flag patterns.
    FlagPatterns,
    /// A list of `before::after`.
    Fixes,
    /// These keys.
    Group(&'static [Key]),
    /// A switch, or these keys.
    SwitchOr(&'static [Key]),
    /// Any keys, with these below each of them.
    Named(&'static [Key]),
    /// Named status rules, each a switch or a group, or one switch for all.
    Rules,
    /// A list of groups of these keys.
    ListOf(&'static [Key]),
    /// Whatever it is: it is not read here.
    Any,
}

/// What becomes of a key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Used {
    /// It is read.
    Here,
    /// It concerns the uploader or another product, and may well stand here.
    Elsewhere,
    /// The incumbent accepts it and never reads it.
    Never,
    /// We do not do it; why, as a sentence's end.
    NotHere(&'static str),
}

/// A key, what may stand under it and what becomes of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) used: Used,
}

pub(super) const fn here(name: &'static str, shape: Shape) -> Key {
    Key { name, shape, used: Used::Here }
}

pub(super) const fn elsewhere(name: &'static str) -> Key {
    Key { name, shape: Shape::Any, used: Used::Elsewhere }
}

pub(super) const fn never(name: &'static str) -> Key {
    Key { name, shape: Shape::Any, used: Used::Never }
}

pub(super) const fn not_here(name: &'static str, shape: Shape, why: &'static str) -> Key {
    Key { name, shape, used: Used::NotHere(why) }
}

/// The whole file.
pub(crate) const ROOT: &[Key] = &[
    here("codecov", Shape::Group(CODECOV)),
    here("coverage", Shape::Group(COVERAGE)),
    here("ignore", Shape::Paths),
    here("fixes", Shape::Fixes),
    not_here("parsers", Shape::Group(PARSERS), "each format is read by its own rules"),
    here("flags", Shape::Named(FLAG)),
    here("flag_management", Shape::Group(FLAGS_MANAGED)),
    here("component_management", Shape::Group(COMPONENTS)),
    here("comment", Shape::SwitchOr(COMMENT)),
    here("github_checks", Shape::SwitchOr(CHECKS)),
    here("covermark", Shape::Group(OURS)),
    not_here("slack_app", Shape::Any, "nothing is sent to Slack"),
    Key { name: "cli", shape: Shape::Group(CLI), used: Used::Elsewhere },
    elsewhere("bundle_analysis"),
    elsewhere("profiling"),
    elsewhere("beta_groups"),
    elsewhere("ai_pr_review"),
    elsewhere("test_analytics"),
    elsewhere("to_string"),
];

const CODECOV: &[Key] = &[
    Key { name: "token", shape: Shape::Secret, used: Used::Elsewhere },
    not_here("bot", Shape::Text, "verdicts are posted by the GitHub App"),
    here("branch", Shape::Text),
    here("ci", Shape::Texts),
    not_here("strict_yaml_branch", Shape::Text, "the file is read at each commit, and none is stored"),
    here("max_report_age", Shape::Age),
    here("disable_default_path_fixes", Shape::Switch),
    here("require_ci_to_pass", Shape::Switch),
    not_here("allow_pseudo_compare", Shape::Switch, "a base without a report is always walked past"),
    never("allow_coverage_offsets"),
    not_here("archive", Shape::Group(ARCHIVE), "how long uploads are kept is for the instance to say"),
    never("url"),
    never("slug"),
    never("assume_all_flags"),
    here("notify", Shape::Group(NOTIFY)),
    here("ui", Shape::Group(UI)),
];

const ARCHIVE: &[Key] = &[here("uploads", Shape::Switch)];

const NOTIFY: &[Key] = &[
    here("after_n_builds", Shape::Whole(10_000)),
    here("wait_for_ci", Shape::Switch),
    here("manual_trigger", Shape::Switch),
    here("notify_error", Shape::Switch),
    never("delay"),
    never("countdown"),
];

const UI: &[Key] = &[
    not_here("hide_complexity", Shape::Any, "complexity is never shown"),
    never("hide_density"),
    never("hide_contexual"),
    never("hide_contextual"),
    never("hide_sunburst"),
    never("hide_search"),
];

const COVERAGE: &[Key] = &[
    here("precision", Shape::Whole(15)),
    here("round", Shape::OneOf(&["down", "up", "nearest"])),
    here("range", Shape::Range),
    not_here("notify", Shape::Group(NOTIFIERS), "nothing but comments, statuses and checks is sent"),
    here("status", Shape::SwitchOr(STATUS)),
];

const STATUS: &[Key] = &[
    here("project", Shape::Rules),
    here("patch", Shape::Rules),
    here("changes", Shape::Rules),
    here("default_rules", Shape::Group(DEFAULT_RULES)),
    never("no_upload_behavior"),
];

const DEFAULT_RULES: &[Key] = &[
    here("flag_coverage_not_uploaded_behavior", Shape::OneOf(&["include", "exclude", "pass"])),
    never("carryforward_behavior"),
];

const COMMENT: &[Key] = &[
    here("layout", Shape::Layout),
    here("behavior", Shape::OneOf(&["default", "once", "new", "spammy"])),
    here("require_changes", Shape::RequireChanges),
    here("after_n_builds", Shape::Whole(10_000)),
    here("show_carryforward_flags", Shape::Switch),
    here("hide_comment_details", Shape::Switch),
    here("hide_project_coverage", Shape::Switch),
    never("require_base"),
    never("require_head"),
    never("branches"),
    never("paths"),
    never("flags"),
    never("show_critical_paths"),
    elsewhere("require_bundle_changes"),
    elsewhere("bundle_change_threshold"),
];

const OURS: &[Key] = &[
    here("metric", Shape::OneOf(&["codecov", "line", "line+branch"])),
    here("context_prefix", Shape::Prefix),
    here("verdict", Shape::OneOf(&["auto", "checks", "statuses"])),
    here("expected_uploads", Shape::Expected),
    here("wait_minutes", Shape::Whole(1440)),
    here("project_rule", Shape::OneOf(&["percentage", "uncovered"])),
    here("annotations_max", Shape::Whole(1000)),
];

/// Calls back for every key there is, with its path. A status's name is `default`, others are `NAME`.
pub(crate) fn each(call: &mut dyn FnMut(&str, &Key)) {
    walk(ROOT, "", call);
}

fn walk(keys: &'static [Key], prefix: &str, call: &mut dyn FnMut(&str, &Key)) {
    for key in keys {
        let path = if prefix.is_empty() { key.name.to_owned() } else { format!("{prefix}.{}", key.name) };
        call(&path, key);
        match key.shape {
            Shape::Group(below) | Shape::SwitchOr(below) => walk(below, &path, call),
            Shape::Named(below) => walk(below, &format!("{path}.NAME"), call),
            Shape::Rules => walk(RULE, &format!("{path}.default"), call),
            Shape::ListOf(below) => walk(below, &format!("{path}[]"), call),
            _ => {}
        }
    }
}
