//! Evidence to verdicts: the head's report, what it is compared with, the diff, the policy.
//!
//! Pure, and exact: fractions are compared as integers, rounding is for reading. What is not known is said to be not
//! known and fails nobody.

mod target;
mod verdicts;

use covermark_coverage::{
    Report,
    compare::{self, IndirectFile, PatchFile},
    diff::Diff,
};
use covermark_policy::{Policy, StatusRule, Target};
use covermark_types::PullNumber;

pub(crate) use self::verdicts::{
    Base, BaseCommit, DiffUnknown, DroppedPath, Judged, Outcome, Patch, PatchCoverage, Project, Remark, Style,
    UnreadableFile, Uploads, Verdicts, Waiting, Wanted,
};

/// All that a verdict rests on.
pub(crate) struct Evidence<'a> {
    /// The pull request; `None` for a push to a branch.
    pub pull: Option<PullNumber>,
    /// All uploads of the commit, merged.
    pub head: &'a Report,
    /// What it is compared with. Its sums are replaced by those of `base_report` when that is there.
    pub base: Base,
    /// The base's report, when it is still to be had.
    pub base_report: Option<&'a Report>,
    /// The pull request's change, or why it is not known; `None` without a pull request.
    pub diff: Option<Result<&'a Diff, DiffUnknown>>,
    /// The repository's rules.
    pub policy: &'a Policy,
    /// What is wrong with the file that the rules come from.
    pub configuration: Vec<String>,
    /// What became of the uploads.
    pub uploads: Uploads,
    /// Uploads that are still to come.
    pub waiting: Option<Waiting>,
    /// What the reader must know of how the base was chosen.
    pub remarks: Vec<Remark>,
}

/// Judges.
#[must_use]
pub(crate) fn judge(evidence: Evidence<'_>) -> Verdicts {
    let policy = evidence.policy;
    let style = Style { precision: policy.precision, rounding: policy.rounding, metric: policy.metric };
    let head = kept(evidence.head, policy);
    let base_report = evidence.base_report.map(|report| kept(report, policy));
    let base = with_sums(evidence.base, base_report.as_ref());
    let totals = head.totals();
    let base_totals = match &base {
        Base::Found(base) => Some(base.totals),
        Base::Missing { .. } => None,
    };
    let project = Project {
        totals,
        judged: policy.project().map(|rule| target::project(rule, &totals, base_totals.as_ref(), style.metric)),
    };
    let patch = evidence.diff.map(|diff| {
        let coverage = diff.map_or_else(PatchCoverage::Unknown, |diff| patch_coverage(&head, diff, style));
        let judged = policy.patch().map(|rule| patch_judged(rule, &coverage, base_totals.as_ref(), style));
        Patch { coverage, judged }
    });
    let indirect = match (&base_report, evidence.diff) {
        (Some(base), Some(Ok(diff))) => indirect(base, &head, diff),
        _ => Vec::new(),
    };
    Verdicts {
        pull: evidence.pull,
        project,
        patch,
        base,
        indirect,
        uploads: evidence.uploads,
        waiting: evidence.waiting,
        configuration: evidence.configuration,
        remarks: evidence.remarks,
        style,
        context_prefix: policy.context_prefix.clone(),
        comment: policy.comment.is_some(),
    }
}

/// The report without what the repository wants ignored.
fn kept<'a>(report: &'a Report, policy: &Policy) -> std::borrow::Cow<'a, Report> {
    if policy.ignore.is_empty() {
        return std::borrow::Cow::Borrowed(report);
    }
    std::borrow::Cow::Owned(report.filtered(|path| !policy.ignores(path)))
}

fn with_sums(base: Base, report: Option<&std::borrow::Cow<'_, Report>>) -> Base {
    match (base, report) {
        (Base::Found(commit), Some(report)) => Base::Found(BaseCommit { totals: report.totals(), ..commit }),
        (base, _) => base,
    }
}

fn patch_coverage(head: &Report, diff: &Diff, style: Style) -> PatchCoverage {
    let patch = compare::patch(head, diff);
    if patch.totals.ratio(style.metric).total == 0 {
        return PatchCoverage::NothingMeasured;
    }
    let mut files: Vec<PatchFile> = patch.files;
    let uncovered = |file: &PatchFile| {
        let ratio = file.totals.ratio(style.metric);
        ratio.total - ratio.covered
    };
    files.sort_by(|a, b| uncovered(b).cmp(&uncovered(a)).then_with(|| a.path.cmp(&b.path)));
    PatchCoverage::Lines { totals: patch.totals, files }
}

fn patch_judged(
    rule: &StatusRule,
    coverage: &PatchCoverage,
    base: Option<&covermark_coverage::Totals>,
    style: Style,
) -> Judged {
    match coverage {
        PatchCoverage::Lines { totals, .. } => target::patch(rule, totals, base, style.metric),
        PatchCoverage::Unknown(_) | PatchCoverage::NothingMeasured => Judged {
            outcome: Outcome::NotJudged,
            wanted: match &rule.target {
                Target::Percent(percent) => Some(Wanted::Percent(*percent)),
                Target::Auto => None,
            },
            threshold: rule.threshold,
            informational: rule.informational,
        },
    }
}

/// Files whose coverage changed although the pull request does not touch them, those that lost most first.
fn indirect(base: &Report, head: &Report, diff: &Diff) -> Vec<IndirectFile> {
    let mut files = compare::indirect(base, head, diff);
    files.sort_by(|a, b| b.newly_missed.len().cmp(&a.newly_missed.len()).then_with(|| a.path.cmp(&b.path)));
    files
}

#[cfg(test)]
mod tests;
