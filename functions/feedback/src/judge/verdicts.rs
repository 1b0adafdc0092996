//! What `judge` found, as values: all that `render` needs to know, and nothing about how it will look.

use std::collections::BTreeSet;

use covermark_coverage::{
    Metric, Rounding, Totals,
    compare::{IndirectFile, PatchFile},
};
use covermark_policy::{Checks, CommentRule, Problem};
use covermark_types::{CommitSha, PullNumber};
use serde::{Deserialize, Serialize};

use super::{
    judgement::{Judged, Judgement, Kind, Scope},
    parts::{ComponentLine, FileChange, FlagLine, LeftOut},
};

/// The judgement over one commit.
#[derive(Clone, Debug)]
pub(crate) struct Verdicts {
    /// The pull request that is judged; `None` for a push to a branch.
    pub pull: Option<PullNumber>,
    /// The commit that is judged.
    pub head: CommitSha,
    /// One for each status or check that the repository asks for, in its order.
    pub judgements: Vec<Judgement>,
    /// Coverage of the whole project.
    pub project: Project,
    /// Coverage of the pull request's change; `None` without a pull request.
    pub patch: Option<PatchCoverage>,
    /// What the project is compared with.
    pub base: Base,
    /// Flags that only one side has a report of: they are left out of the comparison.
    pub left_out: Vec<LeftOut>,
    /// Flags, by name: those of the head, and those that the base has and the head lacks.
    pub flags: Vec<FlagLine>,
    /// Components, in the configuration's order.
    pub components: Vec<ComponentLine>,
    /// Files that the diff touches or whose coverage changed, sorted by path.
    pub files: Vec<FileChange>,
    /// Files whose coverage changed without being touched, the worst first.
    pub indirect: Vec<IndirectFile>,
    /// What became of the uploads.
    pub uploads: Uploads,
    /// Uploads that are announced and not here yet: there is no verdict before.
    pub waiting: Option<Waiting>,
    /// How people know the uploads that were waited for and never came; empty when the set is complete.
    pub incomplete: Vec<String>,
    /// What was decided about an upload that is empty on purpose: whether the verdicts pass.
    pub empty: Option<bool>,
    /// Contexts that stand on the commit: one that is not to be posted any more is concluded there.
    pub standing: BTreeSet<String>,
    /// What is wrong with the repository's configuration file.
    pub configuration: Vec<FileProblem>,
    /// Things the reader must know to trust the numbers, as whole sentences.
    pub remarks: Vec<Remark>,
    /// How numbers are written.
    pub style: Style,
    /// What the contexts of the statuses begin with.
    pub context_prefix: String,
    /// The comment that the repository wants; `None` when it wants none.
    pub comment: Option<CommentRule>,
    /// How the repository wants its verdicts.
    pub checks: Checks,
}

impl Verdicts {
    /// The judgement that the comment speaks of: the repository's own rule for all of the project, else its first rule of
    /// that kind for all of it.
    #[must_use]
    pub(crate) fn main(&self, kind: Kind) -> Option<&Judged> {
        let mut whole = self.judgements.iter().filter(|one| one.kind() == kind && one.scope == Scope::Whole);
        whole.clone().find(|one| one.is_main()).or_else(|| whole.next()).map(|one| &one.judged)
    }
}

/// How numbers are written, by the repository's policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    /// Digits after the point.
    pub precision: u8,
    /// What happens to the digits after those.
    pub rounding: Rounding,
    /// What is counted.
    pub metric: Metric,
}

/// Coverage of the whole project.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// Sums over all of the head's report, with what was carried forward.
    pub totals: Totals,
    /// The two sides as they are compared; `None` when there is nothing to compare with. Less than all of them when one
    /// side lacks reports that the other has ([`Verdicts::left_out`]).
    pub compared: Option<Compared>,
}

/// The two sides as they are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Compared {
    /// Sums of the head.
    pub head: Totals,
    /// Sums of the base.
    pub base: Totals,
}

/// What is known of a change's lines.
#[derive(Clone, Debug)]
pub(crate) enum PatchCoverage {
    /// GitHub gave no complete diff, so nothing is known.
    Unknown(DiffUnknown),
    /// No changed line is one that coverage is measured for.
    NothingMeasured,
    /// The changed lines that coverage is measured for: at least one.
    Lines {
        /// Their sums.
        totals: Totals,
        /// The files that they are in, those that lack most first.
        files: Vec<PatchFile>,
    },
}

/// Why there is no diff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DiffUnknown {
    /// GitHub makes no diff of this size, or it is larger than we read.
    TooLarge,
    /// What GitHub sent is not a whole diff.
    Broken,
    /// The App may not read it.
    NotAllowed,
    /// Nobody told what a merge queue put its commit on, so there is nothing to make a diff against.
    NoParent,
    /// Only sums were reported, and no lines.
    TotalsAlone,
}

/// What the project is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// A commit with a report.
    Found(BaseCommit),
    /// None of the commits that were looked at has a report.
    Missing {
        /// The branch that was looked at.
        branch: Option<String>,
        /// Why.
        why: NoBase,
    },
}

/// Why there is nothing to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoBase {
    /// None of the commits that were looked at has a report.
    NoReport,
    /// The base branch was pushed over, or the two have no common past: GitHub knows no commit where they part.
    Unrelated,
}

/// Why a commit was chosen to be compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BaseReason {
    /// The pull request leaves its base branch there.
    MergeBase,
    /// The commit where the pull request leaves its base branch has no usable report; this is the nearest before it.
    BeforeMergeBase,
    /// It is the commit before this one.
    Parent,
    /// The commit before this one has no usable report; this is the nearest before that.
    BeforeParent,
    /// An upload asked for it (`pr-base-picking`).
    Chosen,
    /// The history may not be read; the base branch ended there when GitHub last told us.
    Tip,
}

/// A commit to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseCommit {
    /// The commit.
    pub sha: CommitSha,
    /// The branch that the pull request goes to, or that was pushed to.
    pub branch: Option<String>,
    /// How many commits it lies before the one that should have been compared with.
    pub behind: usize,
    /// Its sums.
    pub totals: Totals,
    /// Why it was chosen.
    pub reason: BaseReason,
    /// Whether uploads were missing when it was concluded.
    pub incomplete: bool,
}

/// What became of a commit's uploads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Uploads {
    /// How many are here, whether they could be read or not.
    pub here: usize,
    /// Of these, how many gave nothing that could be read.
    pub unreadable: usize,
    /// Files that could not be read, in uploads that otherwise may have been fine.
    pub files: Vec<UnreadableFile>,
    /// How many files were left out, all uploads together.
    pub left_out: usize,
    /// The first of them.
    pub dropped: Vec<DroppedPath>,
    /// What was passed over inside the reports that were read: each a sentence that names its report.
    pub passed_over: Vec<String>,
}

impl Uploads {
    /// Whether none of those that are here could be read.
    #[must_use]
    pub(crate) fn nothing_readable(&self) -> bool {
        self.here > 0 && self.unreadable >= self.here
    }
}

/// A file of an upload that no parser could read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnreadableFile {
    /// How people know the upload: its name, flags or job.
    pub upload: String,
    /// The file's name as it was sent.
    pub file: String,
    /// A sentence: what it seems to be and what to do.
    pub why: String,
}

/// A file of a report that is not in the repository, or cannot be told which it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct DroppedPath {
    /// The path as the report has it.
    pub path: String,
    /// Why, as a reason code.
    pub code: String,
    /// Why and how to mend it, as a sentence.
    pub why: String,
}

/// Uploads that are announced and not here yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// How many are here.
    pub here: usize,
    /// How many there will be.
    pub expected: usize,
    /// How people know those that are missing.
    pub missing: Vec<String>,
}

/// Something that is wrong in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileProblem {
    /// The file's path in the repository.
    pub file: String,
    /// What and where.
    pub problem: Problem,
}

impl std::fmt::Display for FileProblem {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "`{}`: {}", self.file, self.problem)
    }
}

/// Something the reader must know to trust the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remark {
    /// The App may not read the history, so the base is the branch's tip and not the point where the pull request left.
    NoHistory,
    /// The base's report itself is gone, only its sums are known.
    BaseReportGone,
    /// An upload asked to be compared with a commit that has no report.
    ChosenBaseUnknown,
    /// More flags were uploaded than are told apart.
    TooManyFlags,
    /// Of the base only sums were ever reported, and no lines.
    BaseTotalsAlone,
}
