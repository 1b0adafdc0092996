//! The groups of keys that stand in more than one place, or far down.

use super::schema::{Key, Shape, elsewhere, here, never};

const STATES: Shape = Shape::OneOf(&["success", "failure", "error", "ignore"]);
const REMOVED: Shape = Shape::OneOfOrOff(&["removals_only", "adjust_base", "fully_covered_patch"]);
const NOT_UPLOADED: Shape = Shape::OneOf(&["include", "exclude", "pass"]);
const PER_FLAG: u32 = 10_000;

/// One status.
pub(crate) const RULE: &[Key] = &[
    here("target", Shape::Target),
    here("threshold", Shape::Percent),
    here("informational", Shape::Switch),
    here("enabled", Shape::Switch),
    here("flags", Shape::Texts),
    here("paths", Shape::Paths),
    here("branches", Shape::Branches),
    here("only_pulls", Shape::Switch),
    here("base", Shape::OneOf(&["auto", "parent", "pr"])),
    here("if_not_found", STATES),
    here("if_ci_failed", STATES),
    here("removed_code_behavior", REMOVED),
    here("flag_coverage_not_uploaded_behavior", NOT_UPLOADED),
    never("include_changes"),
    never("if_no_uploads"),
    never("disable_approx"),
    never("measurement"),
    never("skip_if_assumes"),
    never("carryforward_behavior"),
];

/// One status of flags or components: a status, and what it is called.
const LISTED_RULE: &[Key] = &[
    here("type", Shape::OneOf(&["project", "patch", "changes"])),
    here("name_prefix", Shape::Text),
    here("target", Shape::Target),
    here("threshold", Shape::Percent),
    here("informational", Shape::Switch),
    here("enabled", Shape::Switch),
    here("flags", Shape::Texts),
    here("paths", Shape::Paths),
    here("branches", Shape::Branches),
    here("only_pulls", Shape::Switch),
    here("base", Shape::OneOf(&["auto", "parent", "pr"])),
    here("if_not_found", STATES),
    here("if_ci_failed", STATES),
    here("removed_code_behavior", REMOVED),
    here("flag_coverage_not_uploaded_behavior", NOT_UPLOADED),
    never("include_changes"),
    never("if_no_uploads"),
    never("disable_approx"),
    never("measurement"),
    never("skip_if_assumes"),
    never("carryforward_behavior"),
];

/// `flags.NAME`
pub(super) const FLAG: &[Key] = &[
    here("paths", Shape::Paths),
    here("ignore", Shape::Paths),
    here("carryforward", Shape::Switch),
    here("joined", Shape::Switch),
    here("after_n_builds", Shape::Whole(PER_FLAG)),
    never("carryforward_mode"),
    never("required"),
    never("assume"),
];

/// `flag_management`
pub(super) const FLAGS_MANAGED: &[Key] =
    &[here("default_rules", Shape::Group(MANAGED_FLAG)), here("individual_flags", Shape::ListOf(NAMED_FLAG))];

const MANAGED_FLAG: &[Key] = &[
    here("paths", Shape::Paths),
    here("ignore", Shape::Paths),
    here("carryforward", Shape::Switch),
    here("after_n_builds", Shape::Whole(PER_FLAG)),
    here("statuses", Shape::ListOf(LISTED_RULE)),
    never("carryforward_mode"),
];

const NAMED_FLAG: &[Key] = &[
    here("name", Shape::Text),
    here("paths", Shape::Paths),
    here("ignore", Shape::Paths),
    here("carryforward", Shape::Switch),
    here("after_n_builds", Shape::Whole(PER_FLAG)),
    here("statuses", Shape::ListOf(LISTED_RULE)),
    never("carryforward_mode"),
];

/// `component_management`
pub(super) const COMPONENTS: &[Key] =
    &[here("default_rules", Shape::Group(COMPONENT_DEFAULTS)), here("individual_components", Shape::ListOf(COMPONENT))];

const COMPONENT_DEFAULTS: &[Key] = &[
    here("paths", Shape::Paths),
    here("flag_regexes", Shape::FlagPatterns),
    here("statuses", Shape::ListOf(LISTED_RULE)),
];

const COMPONENT: &[Key] = &[
    here("component_id", Shape::Text),
    here("name", Shape::Text),
    here("paths", Shape::Paths),
    here("flag_regexes", Shape::FlagPatterns),
    here("statuses", Shape::ListOf(LISTED_RULE)),
];

/// `github_checks`
pub(super) const CHECKS: &[Key] = &[here("annotations", Shape::Switch)];

/// `cli`, for the uploader.
pub(super) const CLI: &[Key] = &[elsewhere("plugins"), elsewhere("runners")];

/// `coverage.notify`, none of which is sent.
pub(super) const NOTIFIERS: &[Key] = &[
    here("slack", Shape::Any),
    here("webhook", Shape::Any),
    here("gitter", Shape::Any),
    here("hipchat", Shape::Any),
    here("irc", Shape::Any),
    here("email", Shape::Any),
];

/// `parsers`
pub(super) const PARSERS: &[Key] = &[
    here("go", Shape::Group(PARTIALS)),
    here("jacoco", Shape::Group(PARTIALS)),
    here("lcov", Shape::Group(PARTIALS)),
    here("cobertura", Shape::Group(COBERTURA)),
    here("javascript", Shape::Group(JAVASCRIPT)),
    here("gcov", Shape::Group(GCOV)),
    here("v1", Shape::Group(V1)),
];

const PARTIALS: &[Key] = &[here("partials_as_hits", Shape::Switch)];
const COBERTURA: &[Key] = &[here("partials_as_hits", Shape::Switch), here("handle_missing_conditions", Shape::Switch)];
const JAVASCRIPT: &[Key] = &[here("enable_partials", Shape::Switch)];
const GCOV: &[Key] = &[here("branch_detection", Shape::Group(BRANCH_DETECTION))];
const BRANCH_DETECTION: &[Key] = &[
    here("conditional", Shape::Switch),
    here("loop", Shape::Switch),
    here("method", Shape::Switch),
    here("macro", Shape::Switch),
];
const V1: &[Key] = &[never("include_full_missed_files")];
