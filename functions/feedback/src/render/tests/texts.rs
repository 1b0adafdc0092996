//! The sentences of the statuses, all in one table, and numbers that must not lie.

use std::fmt::Write as _;

use covermark_coverage::{Metric, Rounding, Totals};
use insta::assert_snapshot;

use super::{base, comes_to, judge, judged, lacking, lines, passing, percent, place, uploads, with_patch};
use crate::{
    judge::{Base, DiffUnknown, Judged, Kind, NoBase, Outcome, PatchCoverage, Style, Verdicts, Waiting, Wanted, Why},
    render::render,
};

#[test]
fn the_sentences_of_the_statuses() {
    let mut table = String::new();
    for (case, verdicts) in cases() {
        writeln!(table, "{case}").expect("a string");
        for status in render(&verdicts, &place()).verdicts {
            assert!(status.description.chars().count() < 140, "{}", status.description);
            writeln!(table, "  {:<18} {:<8} {}", status.context, format!("{:?}", status.state), status.description)
                .expect("a string");
        }
    }
    assert_snapshot!(table);
}

fn cases() -> Vec<(&'static str, Verdicts)> {
    let eighty = || Some(Wanted::Percent(percent("80")));
    let rule = |outcome| judged(outcome, eighty());
    let mut cases = vec![
        ("passing", passing()),
        ("target met", with_patch(passing(), lines(36, 39), Some(rule(Outcome::Met)))),
        ("lacking", lacking()),
        ("within the tolerance", {
            let tolerated = Judged { threshold: percent("2"), ..rule(Outcome::Tolerated) };
            with_patch(passing(), lines(79, 100), Some(tolerated))
        }),
        ("informational", {
            let told = Judged { informational: true, ..rule(Outcome::Missed) };
            let mut verdicts = with_patch(passing(), lines(25, 35), Some(told.clone()));
            let told = Judged { wanted: Some(Wanted::Percent(percent("90"))), ..told };
            judge(&mut verdicts, Kind::Project, Some(told));
            verdicts
        }),
        ("a hair below", with_patch(passing(), lines(79_999, 100_000), Some(rule(Outcome::Missed)))),
        ("project target missed", {
            let mut verdicts = passing();
            let missed = judged(Outcome::Missed, Some(Wanted::Percent(percent("90"))));
            judge(&mut verdicts, Kind::Project, Some(missed));
            verdicts
        }),
    ];
    cases.extend(unusual());
    cases
}

fn unusual() -> Vec<(&'static str, Verdicts)> {
    let nothing = |why| Some(judged(Outcome::NotJudged(why), None));
    let with = |coverage, why| {
        let mut verdicts = passing();
        verdicts.patch = Some(coverage);
        judge(&mut verdicts, Kind::Patch, nothing(why));
        verdicts
    };
    let change = |change: &dyn Fn(&mut Verdicts)| {
        let mut verdicts = passing();
        change(&mut verdicts);
        verdicts
    };
    vec![
        ("no base", {
            let mut verdicts = with_patch(passing(), lines(37, 41), nothing(Why::NoBase));
            verdicts.base = Base::Missing { branch: None, why: NoBase::NoReport };
            judge(&mut verdicts, Kind::Project, nothing(Why::NoBase));
            verdicts
        }),
        (
            "waiting",
            change(&|verdicts| {
                verdicts.uploads = uploads(4);
                let missing = vec!["e2e".to_owned(), "integration".to_owned()];
                verdicts.waiting = Some(Waiting { here: 4, expected: 6, missing });
            }),
        ),
        (
            "waiting for long names",
            change(&|verdicts| {
                let missing = (0..40).map(|n| format!("a job with a rather long name {n}\n")).collect();
                verdicts.waiting = Some(Waiting { here: 1, expected: 41, missing });
            }),
        ),
        ("nothing measured", with(PatchCoverage::NothingMeasured, Why::NothingChanged)),
        ("diff too large", {
            let why = Why::DiffUnknown(DiffUnknown::TooLarge);
            with(PatchCoverage::Unknown(DiffUnknown::TooLarge), why)
        }),
        (
            "unreadable",
            change(&|verdicts| {
                verdicts.uploads.unreadable = 6;
            }),
        ),
        (
            "only covered code removed",
            change(&|verdicts| {
                super::head(verdicts, lines(8_000, 9_541));
                comes_to(verdicts, Kind::Project, Outcome::OnlyRemoved);
            }),
        ),
        (
            "statuses off, own prefix",
            change(&|verdicts| {
                judge(verdicts, Kind::Project, None);
                verdicts.context_prefix = "codecov".to_owned();
            }),
        ),
        (
            "a push",
            change(&|verdicts| {
                verdicts.pull = None;
                verdicts.patch = None;
                judge(verdicts, Kind::Patch, None);
            }),
        ),
        (
            "an empty project",
            change(&|verdicts| {
                super::head(verdicts, Totals::default());
                verdicts.base = base(Totals::default(), 0);
            }),
        ),
    ]
}

#[test]
fn a_percentage_says_all_only_for_all_and_nothing_only_for_nothing() {
    for rounding in [Rounding::Down, Rounding::Up, Rounding::Nearest] {
        let style = Style { precision: 1, rounding, metric: Metric::Codecov };
        let almost = style.project(&lines(99_999, 100_000));
        assert!(almost.starts_with("99.9"), "{rounding:?}: {almost}");
        let hardly = style.project(&lines(1, 100_000));
        assert!(hardly.starts_with("0.") && hardly.contains('1'), "{rounding:?}: {hardly}");
        assert_eq!(style.project(&lines(7, 7)), "100 %");
        assert_eq!(style.project(&lines(0, 7)), "0 %");
        assert_eq!(style.project(&Totals::default()), "–");
    }
}

#[test]
fn a_difference_is_signed_and_never_shown_as_none_when_there_is_one() {
    let style = Style { precision: 2, rounding: Rounding::Down, metric: Metric::Codecov };
    let shown = |head, base| style.difference(&head, &base).unwrap_or_default();
    assert_eq!(shown(lines(8_471, 10_000), lines(8_459, 10_000)), "(+0.12)");
    assert_eq!(shown(lines(8_458, 10_000), lines(8_459, 10_000)), "(−0.01)");
    assert_eq!(shown(lines(1, 2), lines(2, 4)), "(unchanged)");
    assert_eq!(shown(lines(50_001, 100_000), lines(1, 2)), "(+0.001)");
    assert_eq!(shown(lines(1, 2), Totals::default()), "");
}

#[test]
fn counts_have_their_number() {
    let style = passing().style;
    for (totals, text) in [
        (lines(1, 1), "The one changed line is covered"),
        (lines(0, 1), "The one changed line is not covered"),
        (lines(2, 2), "All 2 changed lines are covered"),
        (lines(1, 2), "1 of 2 changed lines is covered"),
        (lines(0, 2), "None of 2 changed lines is covered"),
        (lines(1_200, 12_345), "1,200 of 12,345 changed lines are covered"),
    ] {
        assert_eq!(style.counted(&totals), text);
    }
}

#[test]
fn without_a_pull_request_or_when_switched_off_there_is_no_comment() {
    let mut verdicts = passing();
    verdicts.comment = None;
    assert_eq!(render(&verdicts, &place()).comment, None);
    verdicts.comment = Some(covermark_policy::CommentRule::default());
    verdicts.pull = None;
    assert_eq!(render(&verdicts, &place()).comment, None);
}
