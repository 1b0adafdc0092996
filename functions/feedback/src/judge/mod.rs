//! Evidence to verdicts: the head's report, what it is compared with, the diff, the policy.
//!
//! Pure, and exact: fractions are compared as integers, rounding is for reading. What is not known is said to be not
//! known and fails nobody.

mod judgement;
mod parts;
mod target;
mod verdicts;

use covermark_coverage::{
    Report,
    compare::{self, IndirectFile, PatchFile},
    diff::Diff,
};
use covermark_policy::Policy;
use covermark_types::{CommitSha, PullNumber};

pub(crate) use self::{
    judgement::{DEFAULT, Judged, Judgement, Kind, Measured, Outcome, PatchTotals, Scope, State, Wanted, Why},
    parts::{Carried, ComponentLine, FileChange, FlagLine, LeftOut, NotCarried, Side},
    verdicts::{
        Base, BaseCommit, BaseReason, Compared, DiffUnknown, DroppedPath, FileProblem, NoBase, PatchCoverage, Project,
        Remark, Style, UnreadableFile, Uploads, Verdicts, Waiting,
    },
};

/// All that a verdict rests on.
pub(crate) struct Evidence<'a> {
    /// The pull request; `None` for a push to a branch.
    pub pull: Option<PullNumber>,
    /// The commit.
    pub sha: CommitSha,
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
    pub configuration: Vec<FileProblem>,
    /// What became of the uploads.
    pub uploads: Uploads,
    /// Uploads that are still to come.
    pub waiting: Option<Waiting>,
    /// How people know the uploads that were waited for and never came.
    pub incomplete: Vec<String>,
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
    let compared = base_totals.map(|base| Compared { head: totals, base });
    let mut judgements = Vec::new();
    let mut add = |measured, judged| {
        judgements.push(Judgement { title: DEFAULT.to_owned(), scope: Scope::Whole, measured, judged });
    };
    if let Some(rule) = policy.project() {
        let judged = target::project(rule, &totals, base_totals.as_ref(), style.metric);
        add(Measured::Project { head: totals, base: base_totals }, judged);
    }
    let patch =
        evidence.diff.map(|diff| diff.map_or_else(PatchCoverage::Unknown, |diff| patch_coverage(&head, diff, style)));
    if let (Some(rule), Some(patch)) = (policy.patch(), &patch) {
        let measured = match patch {
            PatchCoverage::Unknown(why) => PatchTotals::Unknown(*why),
            PatchCoverage::NothingMeasured => PatchTotals::NothingMeasured,
            PatchCoverage::Lines { totals, .. } => PatchTotals::Lines(*totals),
        };
        add(Measured::Patch(measured), target::patch(rule, measured, base_totals.as_ref(), style.metric));
    }
    let indirect = match (&base_report, evidence.diff) {
        (Some(base), Some(Ok(diff))) => indirect(base, &head, diff),
        _ => Vec::new(),
    };
    Verdicts {
        pull: evidence.pull,
        head: evidence.sha,
        judgements,
        project: Project { totals, compared },
        patch,
        base,
        left_out: Vec::new(),
        flags: Vec::new(),
        components: Vec::new(),
        files: Vec::new(),
        indirect,
        uploads: evidence.uploads,
        waiting: evidence.waiting,
        incomplete: evidence.incomplete,
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

/// Files whose coverage changed although the pull request does not touch them, those that lost most first.
fn indirect(base: &Report, head: &Report, diff: &Diff) -> Vec<IndirectFile> {
    let mut files = compare::indirect(base, head, diff);
    files.sort_by(|a, b| b.newly_missed.len().cmp(&a.newly_missed.len()).then_with(|| a.path.cmp(&b.path)));
    files
}

#[cfg(test)]
mod tests;
