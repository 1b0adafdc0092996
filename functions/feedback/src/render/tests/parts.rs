//! Flags, components, the repository's own layout, what only one side has, and what a check has besides its sentence.

use covermark_policy::{Behavior, Change, CommentRule, LayoutToken, RequireChanges, Section};
use insta::assert_snapshot;

use super::{judged, lacking, lines, passing, percent, place};
use crate::{
    judge::{
        Carried, ComponentLine, FileChange, FlagLine, Judgement, LeftOut, Measured, NotCarried, Outcome, Scope, Side,
        Verdicts, Wanted,
    },
    render::{Channel, VerdictState, render},
};

const OLD: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";

fn comment(verdicts: &Verdicts) -> String {
    render(verdicts, &place()).comment.expect("a comment").text
}

fn flag(name: &str, head: Option<(u64, u64)>, base: Option<(u64, u64)>) -> FlagLine {
    let sums = |sums: Option<(u64, u64)>| sums.map(|(covered, all)| lines(covered, all));
    FlagLine { name: name.to_owned(), head: sums(head), base: sums(base), patch: Some(lines(3, 4)), carried: None }
}

fn with_parts() -> Verdicts {
    let mut verdicts = lacking();
    let mut carried = flag("integration", Some((40, 100)), Some((40, 100)));
    carried.patch = Some(lines(0, 0));
    carried.carried = Some(Carried {
        from: OLD.parse().expect("a commit"),
        behind: Some(3),
        at: "2026-03-01T12:00:00Z".parse().expect("a time"),
    });
    verdicts.flags = vec![
        flag("e2e", None, Some((5, 10))),
        carried,
        flag("unit", Some((90, 100)), Some((91, 100))),
        flag("new|flag", Some((1, 1)), None),
    ];
    verdicts.components = vec![ComponentLine {
        id: "core".to_owned(),
        name: "Core <library>".to_owned(),
        head: lines(70, 100),
        base: Some(lines(70, 100)),
        patch: None,
        carried: None,
    }];
    verdicts.left_out = vec![
        LeftOut {
            flag: Some("e2e".to_owned()),
            lacking: Side::Head,
            not_carried: Some(NotCarried::Stale { from: OLD.parse().expect("a commit"), days: 40 }),
        },
        LeftOut { flag: None, lacking: Side::Base, not_carried: None },
    ];
    verdicts.files = vec![FileChange {
        path: "src/parser.rs".to_owned(),
        renamed_from: None,
        head: Some(lines(80, 100)),
        base: Some(lines(85, 100)),
        patch: Some(lines(8, 12)),
        in_diff: true,
    }];
    verdicts
}

#[test]
fn flags_and_components_are_folded_away_and_what_one_side_lacks_is_said() {
    assert_snapshot!(comment(&with_parts()));
}

#[test]
fn the_repositorys_own_layout_decides_what_stands_where() {
    let token = |section, limit| LayoutToken { section, limit };
    let mut verdicts = with_parts();
    verdicts.comment = Some(CommentRule {
        layout: Some(vec![
            token(Section::Header, None),
            token(Section::Diff, None),
            token(Section::Flags, None),
            token(Section::Files, Some(5)),
            token(Section::ShortFooter, None),
        ]),
        hide_comment_details: false,
        hide_project_coverage: true,
        ..CommentRule::default()
    });
    assert_snapshot!(comment(&verdicts));
}

#[test]
fn a_failing_flag_is_in_the_first_line_when_nothing_else_fails() {
    let mut verdicts = passing();
    let missed = judged(Outcome::Missed, Some(Wanted::Percent(percent("95"))));
    verdicts.judgements.push(Judgement {
        title: "flag-unit".to_owned(),
        scope: Scope::Flag("unit".to_owned()),
        measured: Measured::Project { head: lines(90, 100), base: Some(lines(91, 100)), in_part: false },
        judged: missed,
    });
    let text = comment(&verdicts);
    assert!(
        text.contains("### ❌ unit: 90.00 % (−1.00) vs 1a2b3c4 (needs 95 %) · all 41 changed lines are covered\n"),
        "{text}"
    );
    assert!(text.contains("❌ `covermark/project/flag-unit`: 90.00 %"), "{text}");
}

#[test]
fn what_never_came_is_named_where_the_verdict_is() {
    let mut verdicts = passing();
    verdicts.incomplete = vec!["e2e".to_owned(), "integration (linux)".to_owned()];
    let wanted = render(&verdicts, &place());
    let text = wanted.comment.expect("a comment").text;
    assert!(text.contains("Concluded without `e2e`, `integration (linux)`, which did not come in time"), "{text}");
    assert!(wanted.verdicts[0].description.ends_with("· without e2e, integration (linux)"), "{:?}", wanted.verdicts[0]);
}

#[test]
fn the_patchs_check_has_remarks_at_the_lines_and_the_others_have_none() {
    let mut verdicts = lacking();
    let wanted = render(&verdicts, &place());
    let remarks: Vec<_> = wanted
        .verdicts
        .iter()
        .flat_map(|verdict| &verdict.annotations)
        .map(|one| format!("{}:{}-{} {}", one.path, one.start_line, one.end_line, one.message))
        .collect();
    assert_snapshot!(remarks.join("\n"), @r"
    src/parser.rs:41-41 Not covered
    src/parser.rs:57-58 Lines 57 to 58 not covered
    src/parser.rs:90-90 1 of 2 branches taken
    src/lib.rs:12-12 Not covered
    ");
    let patch = wanted.verdicts.iter().find(|one| one.context == "covermark/patch").expect("a verdict");
    assert!(patch.summary.starts_with("### ❌ 71.4 % of this change is covered"), "{}", patch.summary);
    verdicts.checks.annotations_max = 2;
    let some: usize = render(&verdicts, &place()).verdicts.iter().map(|verdict| verdict.annotations.len()).sum();
    assert_eq!(some, 2);
    verdicts.checks.kind = covermark_policy::VerdictKind::Statuses;
    assert_eq!(render(&verdicts, &place()).channel, Channel::Statuses);
}

#[test]
fn a_commit_of_a_branch_has_a_page_as_well() {
    let mut verdicts = lacking();
    (verdicts.pull, verdicts.patch) = (None, None);
    verdicts.judgements.retain(|one| one.kind() == crate::judge::Kind::Project);
    let wanted = render(&verdicts, &place());
    assert_eq!(wanted.comment, None);
    assert_eq!(wanted.verdicts.len(), 1);
    assert_eq!(wanted.verdicts[0].state, VerdictState::Success);
    assert_snapshot!(wanted.verdicts[0].summary);
}

#[test]
fn a_first_comment_waits_for_the_changes_that_it_is_wanted_for() {
    let first = |verdicts: &Verdicts| render(verdicts, &place()).comment.expect("a comment").first;
    let rule = |groups: Vec<Vec<Change>>| {
        Some(CommentRule { require_changes: RequireChanges { groups }, ..CommentRule::default() })
    };
    let mut verdicts = passing();
    assert!(first(&verdicts));
    verdicts.comment = rule(vec![vec![Change::UncoveredPatch]]);
    assert!(!first(&verdicts));
    verdicts.comment = rule(vec![vec![Change::UncoveredPatch, Change::Any]]);
    assert!(first(&verdicts));
    verdicts.comment = rule(vec![vec![Change::Any], vec![Change::CoverageDrop]]);
    assert!(!first(&verdicts));
    verdicts.project.compared = None;
    assert!(first(&verdicts), "what is not known counts as changed");
    verdicts.comment = Some(CommentRule { after_n_builds: 7, behavior: Behavior::Once, ..CommentRule::default() });
    assert!(!first(&verdicts));
    assert_eq!(render(&verdicts, &place()).comment.expect("a comment").behavior, Behavior::Once);
}
