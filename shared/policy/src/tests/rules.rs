//! Each group of keys, as it arrives in the policy.

use std::time::Duration;

use crate::{
    Behavior, Change, ExpectedUploads, FlagNotUploaded, LayoutToken, NotFound, Policy, ProjectRule, RemovedCode,
    Section, StatusBase, StatusKind, Target, VerdictKind, read,
};

/// The policy of a file without problems.
fn clean(yaml: &str) -> Policy {
    let (policy, problems) = read(yaml);
    assert_eq!(problems, [], "{yaml}");
    policy
}

#[test]
fn a_status_has_all_its_settings() {
    let policy = clean(
        "coverage:
  status:
    default_rules: {flag_coverage_not_uploaded_behavior: exclude}
    project:
      default: {base: pr}
      api:
        target: 80
        threshold: '1%'
        flags: [unit, e2e]
        paths: ['src/api/', '!src/api/gen']
        branches: [main, 'release/*']
        if_not_found: failure
        if_ci_failed: success
        only_pulls: true
        removed_code_behavior: off
        flag_coverage_not_uploaded_behavior: pass
      web: {enabled: false}
      docs: no
    changes: true
",
    );
    let [default, api] = policy.statuses.project.as_slice() else { panic!("two: {:?}", policy.statuses) };
    assert_eq!((default.base, default.flag_not_uploaded), (StatusBase::Pull, FlagNotUploaded::Exclude));
    assert_eq!(default.removed_code, RemovedCode::AdjustBase);
    assert_eq!((api.target, api.threshold.to_string()), (Target::Percent(crate::Percent::whole(80)), "1".into()));
    assert_eq!(api.flags, ["unit", "e2e"]);
    assert!(api.paths.selects("src/api/a") && !api.paths.selects("src/api/gen/a") && !api.branches.matches("dev"));
    assert_eq!((api.if_not_found, api.if_ci_failed), (NotFound::Failure, NotFound::Success));
    assert!(api.only_pulls);
    assert_eq!((api.removed_code, api.flag_not_uploaded), (RemovedCode::Off, FlagNotUploaded::Pass));
    assert_eq!(api.context("codecov", StatusKind::Project), "codecov/project/api");
    assert_eq!(policy.statuses.changes[0].context("covermark", StatusKind::Changes), "covermark/changes");
}

#[test]
fn flags_have_rules_by_name_and_by_default() {
    let policy = clean(
        "flags:
  old: {paths: [old/], carryforward: yes, joined: no, after_n_builds: 2}
  bare:
flag_management:
  default_rules:
    carryforward: true
    statuses:
      - {type: project, name_prefix: 'all-', target: 70%}
      - {type: patch, enabled: no}
  individual_flags:
    - name: unit
      paths: [src/]
      ignore: [src/gen]
      carryforward: false
    - name: e2e
      statuses: [{type: patch}]
    - name: old
      paths: [other/]
",
    );
    assert!(policy.flags.rule("unheard-of").carryforward);
    let old = policy.flags.rule("old");
    assert!(old.carryforward && !old.joined && old.after_n_builds == 2 && old.paths.selects("old/a"));
    assert!(old.statuses.is_empty(), "`flags` stands for itself");
    assert!(!policy.flags.rule("bare").carryforward);
    let unit = policy.flags.rule("unit");
    assert!(!unit.carryforward && unit.ignore.matches("src/gen/a") && unit.statuses.len() == 1);
    assert_eq!(policy.flags.names().collect::<Vec<_>>(), ["bare", "e2e", "old", "unit"]);
    let titles: Vec<String> = contexts(&policy, &["unit", "e2e", "new"]);
    assert_eq!(titles, ["c/project", "c/patch", "c/project/all-unit", "c/patch/e2e", "c/project/all-new"]);
}

fn contexts(policy: &Policy, flags: &[&str]) -> Vec<String> {
    policy.statuses_for(flags).iter().map(|(kind, rule)| rule.context("c", *kind)).collect()
}

#[test]
fn components_take_what_they_do_not_say_from_the_default_rules() {
    let policy = clean(
        "component_management:
  default_rules:
    flag_regexes: ['unit-.*']
    statuses: [{type: project, target: auto, branches: ['!main']}]
  individual_components:
    - component_id: core
      name: The Core
      paths: ['src/core/**']
    - component_id: web
      flag_regexes: [web]
      statuses: [{type: patch, name_prefix: 'ui-'}, {type: project}]
",
    );
    let [core, web] = policy.components.as_slice() else { panic!("two components") };
    assert_eq!((core.id.as_str(), core.name.as_str()), ("core", "The Core"));
    assert!(core.flags.matches("unit-linux") && !core.flags.matches("my-unit-linux"));
    assert_eq!((web.id.as_str(), web.name.as_str()), ("web", "web"));
    let statuses = policy.statuses_for(&["unit-a", "web", "other"]);
    let shown: Vec<_> = statuses.iter().map(|(kind, rule)| (rule.context("c", *kind), rule.flags.join(" "))).collect();
    let of = |context: &str, flags: &str| (context.to_owned(), flags.to_owned());
    let expected = [of("c/project/The Core", "unit-a"), of("c/patch/ui-web", "web"), of("c/project/web", "web")];
    assert_eq!(shown[2..], expected);
    assert!(statuses[2].1.paths.selects("src/core/a/b.rs") && !statuses[2].1.paths.selects("src/web/a.rs"));
}

#[test]
fn each_context_is_there_once() {
    let policy = clean(
        "coverage: {status: {project: {unit: {target: 1%}}}}
flag_management: {default_rules: {statuses: [{type: project}, {type: project, target: 2%}]}}",
    );
    assert_eq!(contexts(&policy, &["unit", "unit"]), ["c/project/unit", "c/patch"]);
    assert_eq!(policy.statuses_for(&["unit"])[0].1.target, Target::Percent(crate::Percent::whole(1)));
}

#[test]
fn a_comment_has_all_its_settings() {
    let policy = clean(
        "comment:
  layout: ' header, diff ,files:5, flags,components,tree, condensed_footer'
  behavior: once
  require_changes: 'coverage_drop OR uncovered_patch and any_change'
  after_n_builds: 3
  show_carryforward_flags: true
  hide_comment_details: false
  hide_project_coverage: true
",
    );
    let rule = policy.comment.expect("a comment");
    let token = |section, limit| LayoutToken { section, limit };
    let layout = [
        token(Section::Header, None),
        token(Section::Diff, None),
        token(Section::Files, Some(5)),
        token(Section::Flags, None),
        token(Section::Components, None),
        token(Section::Files, None),
        token(Section::ShortFooter, None),
    ];
    assert_eq!(rule.layout.as_deref(), Some(layout.as_slice()));
    assert_eq!((rule.behavior, rule.after_n_builds), (Behavior::Once, 3));
    assert!(rule.show_carryforward_flags && !rule.hide_comment_details && rule.hide_project_coverage);
    let drop_alone = |change| change == Change::CoverageDrop;
    assert!(!rule.require_changes.met(drop_alone));
    assert!(rule.require_changes.met(|change| change != Change::UncoveredPatch));
    let required = |yaml: &str| clean(&format!("comment: {{require_changes: {yaml}}}")).comment.expect("on");
    assert!(required("false").require_changes.met(|_| false));
    assert!(
        !required("yes").require_changes.met(drop_alone) && required("coverage_drop").require_changes.met(drop_alone)
    );
}

#[test]
fn timing_and_sources_have_their_settings() {
    let policy = clean(
        "codecov:
  token: 0000-1111
  branch: develop
  ci: [ci.example.com, '!nightly']
  max_report_age: 3 days ago
  notify: {after_n_builds: 4, wait_for_ci: no, manual_trigger: yes, notify_error: yes, require_ci_to_pass: yes}
github_checks: {annotations: false}
covermark:
  verdict: checks
  wait_minutes: 15
  expected_uploads: [unit, e2e]
  project_rule: uncovered
",
    );
    assert_eq!(policy.default_branch.as_deref(), Some("develop"));
    assert_eq!(policy.notify.ci.says("jobs at ci.example.com"), Some(true));
    assert_eq!(policy.notify.ci.says("ci.example.com/nightly"), Some(false));
    assert_eq!(policy.notify.ci.says("lint"), None);
    assert_eq!(policy.max_report_age, Some(Duration::from_secs(3 * 24 * 3600)));
    let notify = &policy.notify;
    assert!(notify.require_ci_to_pass && notify.manual_trigger && notify.notify_error && !notify.wait_for_ci);
    assert_eq!((notify.after_n_builds, notify.wait), (4, Duration::from_secs(900)));
    assert_eq!((policy.checks.kind, policy.checks.annotations_max), (VerdictKind::Checks, 0));
    assert_eq!(policy.expected, ExpectedUploads::Named(vec!["unit".into(), "e2e".into()]));
    assert_eq!(policy.project_rule, ProjectRule::Uncovered);
}

#[test]
fn verdicts_are_statuses_where_checks_are_unwanted() {
    assert_eq!(clean("github_checks: off").checks.kind, VerdictKind::Statuses);
    assert_eq!(clean("github_checks: on").checks.kind, VerdictKind::Auto);
    assert_eq!(clean("github_checks: off\ncovermark: {verdict: auto}").checks.kind, VerdictKind::Auto);
    assert_eq!(clean("github_checks: {annotations: yes}").checks.annotations_max, 200);
}

#[test]
fn ages_are_read_as_people_write_them() {
    for (text, seconds) in [
        ("12h", Some(43_200)),
        ("90", Some(90)),
        ("30 minutes", Some(1800)),
        ("2w", Some(1_209_600)),
        ("off", None),
        ("false", None),
        ("0", None),
    ] {
        let age = clean(&format!("codecov: {{max_report_age: {text}}}")).max_report_age;
        assert_eq!(age, seconds.map(Duration::from_secs), "{text}");
    }
    for text in ["soon", "12x", "-1h", "true", "[1]", "99999999999999999999h", "18446744073709551615w"] {
        assert_eq!(read(&format!("codecov: {{max_report_age: {text}}}")).1.len(), 1, "{text}");
    }
}

#[test]
fn old_places_of_keys_are_still_their_places() {
    let policy = clean(
        "coverage:
  ignore: [a]
  fixes: ['x::y']
  flags: {unit: {carryforward: true}}
ignore: b
to_string: 'old'
codecov: {notify: {require_ci_to_pass: true}}
",
    );
    assert!(policy.ignores("a/x") && policy.ignores("b/x"));
    assert!(policy.flags.rule("unit").carryforward && policy.notify.require_ci_to_pass);
    assert_eq!(policy.fixes.replaced("x/a"), "y/a");
}
