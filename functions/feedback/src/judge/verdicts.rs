//! What `judge` found, as values: all that `render` needs to know, and nothing about how it will look.

use covermark_coverage::{
    Metric, Ratio, Rounding, Totals,
    compare::{IndirectFile, PatchFile},
};
use covermark_policy::Percent;
use covermark_types::{CommitSha, PullNumber};
use serde::{Deserialize, Serialize};

/// The judgement over one commit.
#[derive(Clone, Debug)]
pub(crate) struct Verdicts {
    /// The pull request that is judged; `None` for a push to a branch.
    pub pull: Option<PullNumber>,
    /// Coverage of the whole project.
    pub project: Project,
    /// Coverage of the pull request's change; `None` without a pull request.
    pub patch: Option<Patch>,
    /// What the project is compared with.
    pub base: Base,
    /// Files whose coverage changed without being touched, the worst first.
    pub indirect: Vec<IndirectFile>,
    /// What became of the uploads.
    pub uploads: Uploads,
    /// Uploads that are announced and not here yet: there is no verdict before.
    pub waiting: Option<Waiting>,
    /// What is wrong with the repository's configuration file.
    pub configuration: Vec<String>,
    /// Things the reader must know to trust the numbers, as whole sentences.
    pub remarks: Vec<Remark>,
    /// How numbers are written.
    pub style: Style,
    /// What the contexts of the statuses begin with.
    pub context_prefix: String,
    /// Whether the repository wants a comment.
    pub comment: bool,
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
    /// Sums over the head's report.
    pub totals: Totals,
    /// The judgement; `None` when the repository asks for none.
    pub judged: Option<Judged>,
}

/// Coverage of the lines that a pull request adds or changes.
#[derive(Clone, Debug)]
pub(crate) struct Patch {
    /// What is known of them.
    pub coverage: PatchCoverage,
    /// The judgement; `None` when the repository asks for none.
    pub judged: Option<Judged>,
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
}

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// A number in the configuration.
    Percent(Percent),
    /// What the base has.
    Base(Ratio),
}

/// A judgement and what it rests on.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    /// The outcome.
    pub outcome: Outcome,
    /// What was asked for; `None` when there was nothing to ask for.
    pub wanted: Option<Wanted>,
    /// How much less is tolerated.
    pub threshold: Percent,
    /// Whether a failure is only told and blocks nothing.
    pub informational: bool,
}

/// The outcome of a judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As good as asked for.
    Met,
    /// Less than asked for, and within the tolerance.
    Tolerated,
    /// Less than asked for, but not one more line is uncovered: covered code was removed.
    OnlyRemoved,
    /// Less than asked for.
    Missed,
    /// There was nothing to judge, or nothing to judge it by.
    NotJudged,
}

impl Judged {
    /// Whether the check turns red.
    #[must_use]
    pub(crate) fn fails(&self) -> bool {
        self.outcome == Outcome::Missed && !self.informational
    }
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
    },
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

/// Something the reader must know to trust the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remark {
    /// The App may not read the history, so the base is the branch's tip and not the point where the pull request left.
    NoHistory,
    /// The base's report itself is gone, only its sums are known.
    BaseReportGone,
}
