//! Judgements by table: exact at the edge, and nothing unknown passes for known.

mod laws;
mod statuses;

use std::collections::BTreeMap;

use covermark_coverage::{FileReport, Metric, Report, Totals, diff::Diff, formats};
use covermark_policy::{Percent, Policy, StatusRule, Target, read};

use super::{
    Base, BaseCommit, BaseReason, BaseReported, DiffUnknown, Evidence, Judged, Kind, NoBase, Outcome, Part,
    PatchCoverage, PatchTotals, Reported, Uploads, Verdicts, Why, judge,
    removed::{Removal, forgiven},
    target,
};

fn percent(text: &str) -> Percent {
    Percent::parse(text).expect("a percentage")
}

fn lines(covered: u64, lines: u64) -> Totals {
    Totals { files: 1, lines, hits: covered, misses: lines - covered, ..Totals::default() }
}

fn rule(target: Target, threshold: &str) -> StatusRule {
    StatusRule { target, threshold: percent(threshold), ..StatusRule::default() }
}

#[test]
fn a_target_is_met_tolerated_or_missed_exactly_at_its_edge() {
    let eighty = Target::Percent(percent("80"));
    for (target, threshold, head, base, outcome) in [
        (eighty, "0", lines(8, 10), None, Outcome::Met),
        (eighty, "0", lines(799_999, 1_000_000), None, Outcome::Missed),
        (eighty, "0.0001", lines(799_999, 1_000_000), None, Outcome::Tolerated),
        (Target::Auto, "0", lines(1, 3), Some(lines(2, 6)), Outcome::Met),
        (Target::Auto, "0", lines(333, 1_000), Some(lines(1, 3)), Outcome::Missed),
        (Target::Auto, "1", lines(333, 1_000), Some(lines(1, 3)), Outcome::Tolerated),
        (Target::Auto, "0", lines(1, 3), None, Outcome::NotJudged(Why::NoBase)),
        (Target::Auto, "0", lines(1, 3), Some(Totals::default()), Outcome::NotJudged(Why::NothingOnBase)),
        (eighty, "0", Totals::default(), None, Outcome::NotJudged(Why::NothingChanged)),
    ] {
        let judged = target::patch(
            &rule(target, threshold),
            PatchTotals::of(head, Metric::Codecov),
            base.as_ref(),
            Metric::Codecov,
        );
        assert_eq!(judged.outcome, outcome, "{target:?} {threshold} {head:?}");
    }
}

#[test]
fn the_project_may_fall_when_no_line_more_is_uncovered() {
    let judged = |head, base: Totals| verdict_over(&rule(Target::Auto, "0"), head, base);
    assert_eq!(judged(lines(4, 6), lines(8, 10)).outcome, Outcome::OnlyRemoved);
    assert_eq!(judged(lines(4, 7), lines(8, 10)).outcome, Outcome::Missed);
    // A number that is asked for is asked for, whatever was removed.
    let fixed = rule(Target::Percent(percent("80")), "0");
    assert_eq!(verdict_over(&fixed, lines(4, 6), lines(8, 10)).outcome, Outcome::Missed);
}

/// A project whose base's report is gone, so that only its sums are left.
fn verdict_over(rule: &StatusRule, head: Totals, base: Totals) -> Judged {
    let judged = target::project(rule, &head, Some(&base), Metric::Codecov, false);
    let report = Report::default();
    let removal = Removal { head: &report, base: None, totals: (head, base), diff: None, metric: Metric::Codecov };
    match judged.outcome {
        Outcome::Missed => {
            let outcome = forgiven(rule, &judged, &removal).unwrap_or(Outcome::Missed);
            Judged { outcome, ..judged }
        }
        _ => judged,
    }
}

fn report(text: &str) -> Report {
    let files: Vec<FileReport> = formats::parse("lcov.info", text.as_bytes()).expect("a report").files;
    Report::from_files(files)
}

fn judged(policy: &Policy, diff: Result<&Diff, DiffUnknown>) -> Verdicts {
    let head = report("SF:a.rs\nDA:1,1\nDA:2,0\nend_of_record\nSF:gen/b.rs\nDA:1,0\nend_of_record\n");
    let sha: covermark_types::CommitSha = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d".parse().expect("a commit");
    let reason = BaseReason::MergeBase;
    judge(Evidence {
        sums: None,
        pull: Some(covermark_types::PullNumber(7)),
        sha: sha.clone(),
        branch: None,
        head: Reported { whole: &head, parts: &[] },
        base: Base::Found(BaseCommit { sha, branch: None, behind: 0, totals: lines(1, 1), reason, incomplete: false }),
        base_reported: BaseReported::default(),
        not_carried: &BTreeMap::new(),
        diff: Some(diff),
        policy,
        configuration: Vec::new(),
        uploads: Uploads { here: 1, ..Uploads::default() },
        waiting: None,
        incomplete: Vec::new(),
        ci_failed: false,
        empty: None,
        remarks: Vec::new(),
    })
}

#[test]
fn a_diff_that_is_not_known_is_never_complete_coverage() {
    let verdicts = judged(&Policy::default(), Err(DiffUnknown::TooLarge));
    assert!(matches!(verdicts.patch, Some(PatchCoverage::Unknown(DiffUnknown::TooLarge))));
    let judged = verdicts.main(Kind::Patch).expect("a rule");
    assert_eq!(judged.outcome, Outcome::NotJudged(Why::DiffUnknown(DiffUnknown::TooLarge)));
    assert!(!judged.fails());
}

#[test]
fn what_the_repository_ignores_counts_nowhere() {
    let (policy, problems) = read("ignore: [gen]\n");
    assert!(problems.is_empty(), "{problems:?}");
    let diff = "diff --git a/gen/b.rs b/gen/b.rs\n--- a/gen/b.rs\n+++ b/gen/b.rs\n@@ -0,0 +1 @@\n+x\n";
    let diff = Diff::parse(diff.as_bytes()).expect("a diff");
    let verdicts = judged(&policy, Ok(&diff));
    assert_eq!(verdicts.project.totals.lines, 2);
    assert!(matches!(verdicts.patch, Some(PatchCoverage::NothingMeasured)));
}

/// A commit to be judged. It is a pull request's, with one upload, until told otherwise.
struct Case<'a> {
    pull: bool,
    branch: Option<&'a str>,
    head: &'a Report,
    parts: &'a [Part],
    base: Option<&'a Report>,
    base_parts: Option<&'a [Part]>,
    diff: Option<Result<&'a Diff, DiffUnknown>>,
    uploads: Uploads,
    incomplete: Vec<String>,
    ci_failed: bool,
    empty: Option<bool>,
}

impl<'a> Case<'a> {
    fn of(head: &'a Report) -> Self {
        Self {
            pull: true,
            branch: None,
            head,
            parts: &[],
            base: None,
            base_parts: None,
            diff: None,
            uploads: Uploads { here: 1, ..Uploads::default() },
            incomplete: Vec::new(),
            ci_failed: false,
            empty: None,
        }
    }

    fn against(self, base: &'a Report) -> Self {
        Self { base: Some(base), ..self }
    }

    fn with(self, diff: &'a Diff) -> Self {
        Self { diff: Some(Ok(diff)), ..self }
    }

    fn judged(self, policy: &Policy) -> Verdicts {
        let sha: covermark_types::CommitSha = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d".parse().expect("a commit");
        let base = match self.base {
            None => Base::Missing { branch: None, why: NoBase::NoReport },
            Some(report) => Base::Found(BaseCommit {
                sha: sha.clone(),
                branch: None,
                behind: 0,
                totals: report.totals(),
                reason: BaseReason::MergeBase,
                incomplete: false,
            }),
        };
        judge(Evidence {
            sums: None,
            pull: self.pull.then_some(covermark_types::PullNumber(7)),
            sha,
            branch: self.branch,
            head: Reported { whole: self.head, parts: self.parts },
            base,
            base_reported: BaseReported { whole: self.base, parts: self.base_parts, ..BaseReported::default() },
            not_carried: &BTreeMap::new(),
            diff: self.diff,
            policy,
            configuration: Vec::new(),
            uploads: self.uploads,
            waiting: None,
            incomplete: self.incomplete,
            ci_failed: self.ci_failed,
            empty: self.empty,
            remarks: Vec::new(),
        })
    }
}

/// An LCOV record: the first `covered` of so many lines ran.
fn lines_of(path: &str, lines: u32, covered: u32) -> String {
    let records: String = (1..=lines).map(|line| format!("DA:{line},{}\n", u32::from(line <= covered))).collect();
    format!("SF:{path}\n{records}end_of_record\n")
}
