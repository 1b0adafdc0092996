//! The cases of the incumbent's statuses, by table: what is judged, by what, and what it comes to.

use std::sync::Arc;

use covermark_coverage::{Report, diff::Diff};
use covermark_policy::{NotFound, Policy, RemovedCode, StatusBase, StatusKind, StatusRule, Statuses, Target, read};

use super::{Case, lines_of, percent, report};
use crate::judge::{
    Kind, Measured, Outcome, Part, PatchCoverage, Side, Source, State, Verdicts, Wanted, Why, verdicts::DiffUnknown,
};

/// Takes two covered lines of ten away, adds an uncovered one at their place.
const REMOVES_TWO: &str = "diff --git a/a.rs b/a.rs\n--- a/a.rs\n+++ b/a.rs\n@@ -1,2 +0,0 @@\n-x\n-x\n";
const ADDS_ONE: &str = "diff --git a/a.rs b/a.rs\n--- a/a.rs\n+++ b/a.rs\n@@ -10,0 +11 @@\n+x\n";

fn only(kind: StatusKind, rule: StatusRule) -> Policy {
    let mut statuses = Statuses { project: Vec::new(), patch: Vec::new(), changes: Vec::new() };
    match kind {
        StatusKind::Project => statuses.project.push(rule),
        StatusKind::Patch => statuses.patch.push(rule),
        StatusKind::Changes => statuses.changes.push(rule),
    }
    Policy { statuses, ..Policy::default() }
}

fn outcome(policy: &Policy, case: Case<'_>) -> (Outcome, State) {
    let verdicts = case.judged(policy);
    assert_eq!(verdicts.judgements.len(), 1, "{:?}", verdicts.judgements);
    let judged = &verdicts.judgements[0].judged;
    (judged.outcome, judged.state())
}

#[test]
fn without_something_to_judge_or_to_compare_with_the_rule_says_what_it_comes_to() {
    let ten = report(&lines_of("a.rs", 10, 8));
    let nothing = Report::default();
    for (not_found, state) in [
        (NotFound::Success, State::Pass),
        (NotFound::Failure, State::Fail),
        (NotFound::Error, State::Error),
        (NotFound::Ignore, State::Silent),
    ] {
        let rule = || StatusRule { if_not_found: not_found, ..StatusRule::default() };
        let project = only(StatusKind::Project, rule());
        let no_base = outcome(&project, Case::of(&ten));
        assert_eq!(no_base, (Outcome::NotJudged(Why::NoBase), state));
        let no_head = outcome(&project, Case::of(&nothing).against(&ten));
        assert_eq!(no_head, (Outcome::NotJudged(Why::NothingOnHead), state));
        let empty_base = outcome(&project, Case::of(&ten).against(&nothing));
        assert_eq!(empty_base, (Outcome::NotJudged(Why::NothingOnBase), state));
        let changes = outcome(&only(StatusKind::Changes, rule()), Case::of(&ten));
        assert_eq!(changes, (Outcome::NotJudged(Why::NoBase), State::Pass));
        let diff = Diff::parse(ADDS_ONE.as_bytes()).expect("a diff");
        let eleven = report(&lines_of("a.rs", 11, 11));
        let patch = outcome(&only(StatusKind::Patch, rule()), Case::of(&eleven).with(&diff));
        assert_eq!(patch, (Outcome::NotJudged(Why::NoBase), state));
    }
}

#[test]
fn a_change_that_is_not_known_or_not_measured_fails_nobody_whatever_the_rule_says() {
    let rule = StatusRule { if_not_found: NotFound::Failure, ..StatusRule::default() };
    let ten = report(&lines_of("a.rs", 10, 8));
    for kind in [StatusKind::Patch, StatusKind::Changes] {
        let mut case = Case::of(&ten).against(&ten);
        case.diff = Some(Err(DiffUnknown::TooLarge));
        let expected = Outcome::NotJudged(Why::DiffUnknown(DiffUnknown::TooLarge));
        assert_eq!(outcome(&only(kind, rule.clone()), case), (expected, State::Pass));
    }
    let elsewhere = Diff::parse(b"diff --git a/README b/README\n--- a/README\n+++ b/README\n@@ -0,0 +1 @@\n+x\n");
    let elsewhere = elsewhere.expect("a diff");
    let not_measured = outcome(&only(StatusKind::Patch, rule), Case::of(&ten).against(&ten).with(&elsewhere));
    assert_eq!(not_measured, (Outcome::NotJudged(Why::NothingChanged), State::Pass));
}

#[test]
fn a_rule_for_pulls_or_for_other_branches_is_not_posted() {
    let ten = report(&lines_of("a.rs", 10, 8));
    let count = |rule: StatusRule, branch: Option<&'static str>| {
        let mut case = Case::of(&ten);
        (case.pull, case.branch) = (false, branch);
        case.judged(&only(StatusKind::Project, rule)).judgements.len()
    };
    let for_pulls = || StatusRule { only_pulls: true, ..StatusRule::default() };
    assert_eq!(count(for_pulls(), Some("main")), 0);
    assert_eq!(count(StatusRule { base: StatusBase::Pull, ..StatusRule::default() }, None), 0);
    assert_eq!(count(for_pulls(), Some("gh-readonly-queue/main/pr-7-1a2b3c4d")), 1);
    assert_eq!(count(StatusRule::default(), Some("main")), 1);
}

#[test]
fn removed_code_is_weighed_as_the_rule_says() {
    let before = report(&lines_of("a.rs", 10, 8));
    // Lines 1 and 2 were covered and are gone: six of eight are left.
    let after = report(&lines_of("a.rs", 8, 6));
    let removes = Diff::parse(REMOVES_TWO.as_bytes()).expect("a diff");
    let adjusted = covermark_coverage::Ratio { covered: 6, total: 8 };
    for (removed_code, target, expected) in [
        (RemovedCode::AdjustBase, Target::Auto, Outcome::AdjustedBase { base: adjusted }),
        (RemovedCode::RemovalsOnly, Target::Auto, Outcome::OnlyRemoved),
        (RemovedCode::FullyCoveredPatch, Target::Auto, Outcome::NotAffected),
        (RemovedCode::Off, Target::Auto, Outcome::Missed),
        // A number that is asked for is asked for.
        (RemovedCode::AdjustBase, Target::Percent(percent("80")), Outcome::Missed),
    ] {
        let policy = only(StatusKind::Project, StatusRule { removed_code, target, ..StatusRule::default() });
        let (outcome, _) = outcome(&policy, Case::of(&after).against(&before).with(&removes));
        assert_eq!(outcome, expected, "{removed_code:?}");
    }
}

#[test]
fn what_gets_worse_is_not_excused_by_what_was_removed() {
    let before = report(&lines_of("a.rs", 10, 8));
    let removes = Diff::parse(REMOVES_TWO.as_bytes()).expect("a diff");
    // One of the lines that stayed is not covered any more.
    let after = report(&lines_of("a.rs", 8, 5));
    for removed_code in [RemovedCode::AdjustBase, RemovedCode::RemovalsOnly, RemovedCode::FullyCoveredPatch] {
        let policy = only(StatusKind::Project, StatusRule { removed_code, ..StatusRule::default() });
        let case = Case::of(&after).against(&before).with(&removes);
        assert_eq!(outcome(&policy, case), (Outcome::Missed, State::Fail), "{removed_code:?}");
    }
}

#[test]
fn a_patch_that_is_covered_in_full_may_let_the_project_fall() {
    // Nothing that was there changed; one covered line came, in a file that was covered better than that before.
    let rule = StatusRule {
        removed_code: RemovedCode::FullyCoveredPatch,
        target: Target::Percent(percent("99")),
        ..StatusRule::default()
    };
    let (before, after) = (report(&lines_of("a.rs", 10, 8)), "SF:a.rs\nDA:11,1\n");
    let after = report(&lines_of("a.rs", 10, 8).replace("SF:a.rs\n", after));
    let adds = Diff::parse(ADDS_ONE.as_bytes()).expect("a diff");
    let covered = outcome(&only(StatusKind::Project, rule), Case::of(&after).against(&before).with(&adds));
    assert_eq!(covered, (Outcome::FullyCoveredPatch, State::Pass));
}

#[test]
fn by_uncovered_lines_a_share_may_fall() {
    let policy = |text: &str| Policy { project_rule: covermark_policy::ProjectRule::Uncovered, ..read(text).0 };
    let (before, fewer) = (report(&lines_of("a.rs", 10, 8)), report(&lines_of("a.rs", 5, 3)));
    let verdicts = Case::of(&fewer).against(&before).judged(&policy(""));
    let judged = verdicts.main(Kind::Project).expect("a rule");
    assert_eq!((judged.outcome, judged.wanted.clone()), (Outcome::Met, Some(Wanted::Uncovered(2))));
    let more = report(&lines_of("a.rs", 100, 97));
    let verdicts = Case::of(&more).against(&before).judged(&policy(""));
    assert_eq!(verdicts.main(Kind::Project).expect("a rule").outcome, Outcome::Missed);
}

#[test]
fn indirect_changes_fail_their_own_status_only_where_lines_were_lost() {
    let diff = Diff::parse(ADDS_ONE.as_bytes()).expect("a diff");
    let base = report(&[lines_of("a.rs", 10, 8), lines_of("b.rs", 4, 4), lines_of("gone.rs", 2, 2)].concat());
    let changes = || only(StatusKind::Changes, StatusRule::default());
    let lost = report(&[lines_of("a.rs", 10, 8), lines_of("b.rs", 4, 3)].concat());
    let verdicts = Case::of(&lost).against(&base).with(&diff).judged(&changes());
    assert_eq!(verdicts.judgements[0].measured, Measured::Changes(Some(1)));
    assert_eq!(verdicts.judgements[0].judged.outcome, Outcome::Missed);
    let gained = report(&[lines_of("a.rs", 10, 9), lines_of("b.rs", 4, 4), lines_of("new.rs", 2, 0)].concat());
    let (outcome, _) = outcome(&changes(), Case::of(&gained).against(&base).with(&diff));
    assert_eq!(outcome, Outcome::Met);
}

#[test]
fn an_incomplete_set_an_unreadable_one_and_an_empty_one_say_so() {
    let (head, base) = (report(&lines_of("a.rs", 10, 2)), report(&lines_of("a.rs", 10, 8)));
    let policy = || only(StatusKind::Project, StatusRule::default());
    let mut incomplete = Case::of(&head).against(&base);
    incomplete.incomplete = vec!["e2e".to_owned()];
    assert_eq!(outcome(&policy(), incomplete), (Outcome::NotJudged(Why::Incomplete), State::Pass));
    let mut unreadable = Case::of(&head).against(&base);
    unreadable.uploads.unreadable = 1;
    assert_eq!(outcome(&policy(), unreadable), (Outcome::NotJudged(Why::NothingReadable), State::Error));
    let nothing = Report::default();
    for (passed, state) in [(true, State::Pass), (false, State::Fail)] {
        let mut empty = Case::of(&nothing).against(&base);
        (empty.empty, empty.uploads.here) = (Some(passed), 0);
        assert_eq!(outcome(&policy(), empty), (Outcome::Empty { passed }, state));
    }
}

#[test]
fn an_informational_rule_blocks_nothing() {
    let (head, base) = (report(&lines_of("a.rs", 10, 2)), report(&lines_of("a.rs", 10, 8)));
    let policy = only(StatusKind::Project, StatusRule { informational: true, ..StatusRule::default() });
    assert_eq!(outcome(&policy, Case::of(&head).against(&base)), (Outcome::Missed, State::Pass));
}

#[test]
fn a_rule_with_paths_judges_those_files_only() {
    let head = report(&[lines_of("lib/a.rs", 10, 10), lines_of("app/b.rs", 10, 0)].concat());
    let paths = read("ignore: [lib/]\n").0.ignore;
    let title = "lib".to_owned();
    let rule = StatusRule { title, paths, target: Target::Percent(percent("90")), ..StatusRule::default() };
    let verdicts = Case::of(&head).judged(&only(StatusKind::Project, rule));
    let judgement = &verdicts.judgements[0];
    assert_eq!(judgement.context("codecov"), "codecov/project/lib");
    assert_eq!(judgement.judged.outcome, Outcome::Met);
}

/// An upload of its own.
pub(super) fn part(flags: &[&str], text: &str) -> Part {
    let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
    Part { flags, report: Arc::new(report(text)), source: Source::Uploaded }
}

fn told_apart(head: &[Part], base: &[Part], policy: &Policy) -> Verdicts {
    let whole = |parts: &[Part]| covermark_coverage::merge(parts.iter().map(|part| &*part.report));
    let (whole_head, whole_base) = (whole(head), whole(base));
    let mut case = Case::of(&whole_head).against(&whole_base);
    (case.parts, case.base_parts) = (head, Some(base));
    case.judged(policy)
}

#[test]
fn only_what_both_sides_report_is_compared_and_the_rest_is_named() {
    let unit = |covered| part(&["unit"], &lines_of("a.rs", 10, covered));
    let e2e = part(&["e2e"], &lines_of("b.rs", 90, 90));
    let verdicts = told_apart(&[unit(8)], &[unit(8), e2e.clone()], &Policy::default());
    let compared = verdicts.project.compared.expect("a comparison");
    assert_eq!((compared.head, compared.base), (unit(8).report.totals(), unit(8).report.totals()));
    assert_eq!(verdicts.main(Kind::Project).expect("a rule").outcome, Outcome::Met);
    let left_out: Vec<_> = verdicts.left_out.iter().map(|one| (one.flag.as_deref(), one.lacking)).collect();
    assert_eq!(left_out, [(Some("e2e"), Side::Head)]);
    // And the other way round: what is new here does not lift a project that got worse.
    let verdicts = told_apart(&[unit(7), e2e], &[unit(8)], &Policy::default());
    assert_eq!(verdicts.main(Kind::Project).expect("a rule").outcome, Outcome::Missed);
    assert_eq!(verdicts.project.totals.lines, 100);
    let flags: Vec<_> =
        verdicts.flags.iter().map(|flag| (&*flag.name, flag.head.is_some(), flag.base.is_some())).collect();
    assert_eq!(flags, [("e2e", true, false), ("unit", true, true)]);
}

#[test]
fn two_sides_with_nothing_in_common_are_not_compared() {
    let verdicts = told_apart(
        &[part(&["unit"], &lines_of("a.rs", 10, 1))],
        &[part(&[], &lines_of("a.rs", 10, 9))],
        &Policy::default(),
    );
    let judged = verdicts.main(Kind::Project).expect("a rule");
    assert_eq!((judged.outcome, judged.state()), (Outcome::NotJudged(Why::NothingInCommon), State::Pass));
    assert_eq!(verdicts.project.compared, None);
    assert!(matches!(verdicts.patch, None | Some(PatchCoverage::NothingMeasured)));
}
