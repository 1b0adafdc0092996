//! The policy as a file.

use crate::{Policy, read};

#[test]
fn the_defaults_are_a_file_of_their_own() {
    let text = Policy::default().explain();
    insta::assert_snapshot!(text);
    let (policy, problems) = read(&text);
    assert_eq!(policy, Policy::default());
    assert!(problems.iter().all(|problem| !problem.is_mistake()), "{problems:?}");
}

#[test]
fn every_setting_survives_being_explained() {
    let yaml = r##"
codecov: {branch: "a: b", max_report_age: off, strict_yaml_branch: x, ci: [a, "!b"], archive: {uploads: no}}
coverage:
  round: nearest
  status:
    project: {default: {removed_code_behavior: off, branches: ["*", "!x"]}, "a b": {paths: ["**/*.rs"]}, "": {}}
    patch: off
    changes: {default: {if_not_found: ignore, if_ci_failed: failure, base: parent}}
comment: {layout: "diff, files:3", require_changes: "any_change or coverage_drop and uncovered_patch"}
ignore: ["# not a comment", "- x", "é", "\u0007", "null", "[0-9]+", "trail "]
fixes: ["a::b", "::c/"]
parsers: {gcov: {branch_detection: {loop: yes}}}
flags: {apart: {joined: no, paths: [x]}}
flag_management: {default_rules: {carryforward: yes}, individual_flags: [{name: "1.0", statuses: [{type: patch, name_prefix: p-}]}]}
component_management: {individual_components: [{component_id: core, name: The Core, statuses: [{type: project}]}]}
covermark: {expected_uploads: [a, "b: c"], metric: line, verdict: statuses, wait_minutes: 7, project_rule: uncovered}
"##;
    let (policy, _) = read(yaml);
    let (again, problems) = read(&policy.explain());
    assert!(problems.iter().all(|problem| !problem.is_mistake()), "{problems:?}\n{}", policy.explain());
    assert_eq!(again, policy, "{}", policy.explain());
    assert_eq!(again.explain(), policy.explain());
}
