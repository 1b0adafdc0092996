//! Evidence to verdicts: the head's report, what it is compared with, the diff, the policy.
//!
//! Pure, and exact: fractions are compared as integers, rounding is for reading. What is not known is said to be not
//! known and fails nobody. `sides` tells what may be compared, `status` judges, `tables` lists.

mod judgement;
mod parts;
mod removed;
mod sides;
mod status;
mod tables;
mod target;
mod verdicts;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use covermark_coverage::{
    Totals,
    compare::{self, PatchFile},
    diff::Diff,
};
use covermark_policy::Policy;
use covermark_types::{CommitSha, PullNumber};

pub(crate) use self::{
    judgement::{Judged, Judgement, Kind, Measured, Outcome, PatchTotals, Scope, State, Wanted, Why},
    parts::{Carried, ComponentCarried, ComponentLine, FileChange, FlagLine, LeftOut, NotCarried, Side},
    sides::{BaseReported, Key, MOST_FLAGS, Part, Reported, Source},
    verdicts::{
        Base, BaseCommit, BaseReason, Compared, DiffUnknown, DroppedPath, FileProblem, NoBase, PatchCoverage, Project,
        Remark, Style, UnreadableFile, Uploads, Verdicts, Waiting,
    },
};
use self::{
    sides::Cut,
    status::{Court, Pair},
};

/// All that a verdict rests on.
pub(crate) struct Evidence<'a> {
    /// The pull request; `None` for a push to a branch.
    pub pull: Option<PullNumber>,
    /// The commit.
    pub sha: CommitSha,
    /// The branch that it is on: the pull request's own.
    pub branch: Option<&'a str>,
    /// What was uploaded for it and carried forward to it.
    pub head: Reported<'a>,
    /// Sums that were reported without lines, when nothing else was: they are those of the whole project.
    pub sums: Option<Totals>,
    /// What it is compared with. Its sums are replaced by those of the report when that is there.
    pub base: Base,
    /// What the base reported.
    pub base_reported: BaseReported<'a>,
    /// Why flags were not carried forward that the repository wants carried.
    pub not_carried: &'a BTreeMap<String, NotCarried>,
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
    /// Whether CI failed and the rules want it to pass.
    pub ci_failed: bool,
    /// What was decided about an upload that is empty on purpose: whether the verdicts pass.
    pub empty: Option<bool>,
    /// What the reader must know of how the base was chosen.
    pub remarks: Vec<Remark>,
}

/// Judges.
#[must_use]
pub(crate) fn judge(evidence: Evidence<'_>) -> Verdicts {
    let sums_alone = evidence.sums;
    // Without lines nothing is known of any of them.
    let evidence = Evidence { diff: unknown_without_lines(evidence.diff, sums_alone), ..evidence };
    let policy = evidence.policy;
    let style = Style { precision: policy.precision, rounding: policy.rounding, metric: policy.metric };
    let head = Cut::new(evidence.head, policy);
    let reported = evidence.base_reported;
    let base_cut =
        reported.whole.map(|whole| Cut::new(Reported { whole, parts: reported.parts.unwrap_or_default() }, policy));
    let base = with_sums(evidence.base, base_cut.as_ref());
    let (head_keys, base_keys) = keys(&head, evidence.sums.is_some(), base_cut.as_ref(), &reported);
    let found = matches!(base, Base::Found(_));
    let empty = evidence.empty.filter(|_| evidence.uploads.here == 0);
    // Without anything on this side there is no comparison that something could be left out of.
    let nothing = empty.is_some() || evidence.uploads.nothing_readable();
    let left_out = match found && !nothing {
        true => sides::left_out(&head_keys, &base_keys, evidence.not_carried),
        false => Vec::new(),
    };
    let common: BTreeSet<Key> = head_keys.intersection(&base_keys).cloned().collect();
    let pair = pair(&head, base_cut.as_ref(), &base, &common, left_out.is_empty());
    let sums = |flag: &str| reported.sums.filter(|_| found).and_then(|sums| sums.get(flag)).copied();
    let diff = evidence.diff.and_then(Result::ok);
    let known: BTreeSet<&str> = head_keys.iter().chain(&base_keys).filter_map(|key| key.as_deref()).collect();
    let known: Vec<&str> = known.into_iter().take(MOST_FLAGS).collect();
    let court = Court {
        policy,
        style,
        pull: evidence.pull.is_some() || evidence.branch.is_some_and(|name| name.starts_with("gh-readonly-queue/")),
        branch: evidence.branch,
        diff: evidence.diff,
        head: &head,
        sums: sums_alone,
        base: base_cut.as_ref(),
        compared: &pair,
        base_sums: &sums,
        incomparable: found && common.is_empty(),
        incomplete: !evidence.incomplete.is_empty(),
        stopped: stopped(&evidence.uploads, evidence.ci_failed, policy),
        empty,
    };
    let comparable = pair.base_totals.filter(|_| !court.incomparable);
    let patch = evidence.diff.map(|diff| diff.map_or_else(PatchCoverage::Unknown, |diff| patch(&head, diff, style)));
    let mut remarks = evidence.remarks;
    remarks.extend((head.flags().len() >= MOST_FLAGS).then_some(Remark::TooManyFlags));
    Verdicts {
        pull: evidence.pull,
        head: evidence.sha,
        judgements: court.judgements(&known),
        project: Project {
            totals: sums_alone.unwrap_or_else(|| head.whole.totals()),
            compared: comparable.map(|base| Compared { head: sums_alone.unwrap_or_else(|| pair.head.totals()), base }),
        },
        patch,
        left_out,
        flags: lines_of(sums_alone, || tables::flags(&known, &head, base_cut.as_ref(), &sums, diff)),
        components: lines_of(sums_alone, || tables::components(policy, &head, &pair, base_cut.as_ref(), diff)),
        files: lines_of(sums_alone, || tables::files(&pair, diff)),
        indirect: indirect(&pair, diff),
        base,
        uploads: evidence.uploads,
        waiting: evidence.waiting,
        incomplete: evidence.incomplete,
        empty,
        standing: BTreeSet::new(),
        configuration: evidence.configuration,
        remarks,
        style,
        context_prefix: policy.context_prefix.clone(),
        comment: policy.comment.clone(),
        checks: policy.checks.clone(),
    }
}

/// Why nothing is judged, whatever was reported.
fn stopped(uploads: &Uploads, ci_failed: bool, policy: &Policy) -> Option<Why> {
    if ci_failed {
        return Some(Why::CiFailed);
    }
    if uploads.nothing_readable() {
        return Some(Why::NothingReadable);
    }
    (policy.notify.notify_error && uploads.unreadable > 0).then_some(Why::SomeUnreadable)
}

/// What the uploads of the two sides are known by.
fn keys(
    head: &Cut<'_>,
    sums_alone: bool,
    base: Option<&Cut<'_>>,
    reported: &BaseReported<'_>,
) -> (BTreeSet<Key>, BTreeSet<Key>) {
    let head = head.keys();
    let base = match (reported.keys, base) {
        (_, Some(base)) if base.is_told_apart() => base.keys(),
        (Some(keys), _) => keys.clone(),
        // Sums without lines speak for the whole project, whatever the other side is made of.
        (None, None) => head.clone(),
        (None, Some(_)) => BTreeSet::from([None]),
    };
    if sums_alone { (base.clone(), base) } else { (head, base) }
}

/// What is listed, when there is something to list it from: against sums without lines everything would seem to be gone.
fn lines_of<T>(sums_alone: Option<Totals>, list: impl FnOnce() -> Vec<T>) -> Vec<T> {
    if sums_alone.is_some() { Vec::new() } else { list() }
}

fn unknown_without_lines(
    diff: Option<Result<&Diff, DiffUnknown>>,
    sums: Option<Totals>,
) -> Option<Result<&Diff, DiffUnknown>> {
    if sums.is_some() { diff.map(|_| Err(DiffUnknown::TotalsAlone)) } else { diff }
}

/// The two sides as far as they can be compared.
fn pair<'a>(head: &'a Cut<'_>, base: Option<&'a Cut<'_>>, found: &Base, common: &BTreeSet<Key>, all: bool) -> Pair<'a> {
    let totals = match found {
        Base::Found(base) => Some(base.totals),
        Base::Missing { .. } => {
            return Pair { head: Cow::Borrowed(&head.whole), base: None, base_totals: None, in_part: false };
        }
    };
    if all || common.is_empty() {
        let base = base.map(|base| Cow::Borrowed(&*base.whole));
        return Pair { head: Cow::Borrowed(&head.whole), base, base_totals: totals, in_part: false };
    }
    let base = base.map(|base| base.of_keys(common));
    let base_totals = base.as_ref().map(|base| base.totals()).or(totals);
    Pair { head: head.of_keys(common), base, base_totals, in_part: true }
}

fn with_sums(base: Base, report: Option<&Cut<'_>>) -> Base {
    match (base, report) {
        (Base::Found(commit), Some(cut)) => Base::Found(BaseCommit { totals: cut.whole.totals(), ..commit }),
        (base, _) => base,
    }
}

fn patch(head: &Cut<'_>, diff: &Diff, style: Style) -> PatchCoverage {
    let patch = compare::patch(&head.whole, diff);
    if patch.totals.ratio(style.metric).total == 0 {
        return PatchCoverage::NothingMeasured;
    }
    let mut files: Vec<PatchFile> = patch.files;
    let uncovered = |totals: &Totals| {
        let ratio = totals.ratio(style.metric);
        ratio.total - ratio.covered
    };
    files.sort_by(|a, b| uncovered(&b.totals).cmp(&uncovered(&a.totals)).then_with(|| a.path.cmp(&b.path)));
    PatchCoverage::Lines { totals: patch.totals, files }
}

/// Files whose coverage changed although the pull request does not touch them, those that lost most first.
fn indirect(pair: &Pair<'_>, diff: Option<&Diff>) -> Vec<compare::IndirectFile> {
    let (Some(base), Some(diff), false) = (&pair.base, diff, pair.head.is_empty()) else { return Vec::new() };
    let mut files = compare::indirect(base, &pair.head, diff);
    files.sort_by(|a, b| b.newly_missed.len().cmp(&a.newly_missed.len()).then_with(|| a.path.cmp(&b.path)));
    files
}

#[cfg(test)]
mod tests;
