//! One judgement: what was measured, against what, and what came of it. One for each status or check, as values.
//!
//! Nothing here is rounded and nothing is text: `render` makes sentences of it. What could not be judged says why, and
//! what that means for the check is the repository's to say (`if_not_found`).

use covermark_coverage::{Metric, Ratio, Totals};
use covermark_policy::Percent;
pub(crate) use covermark_policy::StatusKind as Kind;

use super::verdicts::DiffUnknown;

/// One status or check.
#[derive(Clone, Debug)]
pub(crate) struct Judgement {
    /// The rule's name, with its prefix: `default`, `backend`, `flag-unit`.
    pub title: String,
    /// Which part of the project it is about.
    pub scope: Scope,
    /// What was measured.
    pub measured: Measured,
    /// What came of it.
    pub judged: Judged,
}

/// Which part of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All of it, or what a rule of its own (`flags`, `paths`) leaves of it.
    Whole,
    /// What uploads with this flag report.
    Flag(String),
    /// The files of a component.
    Component {
        /// Its id in the configuration.
        id: String,
        /// What people call it; the id when it has no name.
        name: String,
    },
}

/// What was measured. Sums are of what is compared: after the rule's `flags` and `paths`, and without what only one of
/// the two sides has a report of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Measured {
    /// The two sides.
    Project {
        /// Sums of the head.
        head: Totals,
        /// Sums of the base; `None` when there is none or it has no such report, or when they would not be of the same
        /// uploads.
        base: Option<Totals>,
        /// Whether what only one of the two sides has was left out of both.
        in_part: bool,
    },
    /// The change.
    Patch(PatchTotals),
    /// How many files lost coverage without being touched; `None` when that is not known.
    Changes(Option<usize>),
}

/// The sums of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PatchTotals {
    /// GitHub gave no complete diff, so nothing is known.
    Unknown(DiffUnknown),
    /// No changed line is one that coverage is measured for.
    NothingMeasured,
    /// At least one changed line.
    Lines(Totals),
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A number in the configuration.
    Percent(Percent),
    /// What the base has.
    Base(Ratio),
    /// No more uncovered lines than the base has (`covermark.project_rule: uncovered`).
    Uncovered(u64),
}

/// A judgement and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    /// The outcome.
    pub outcome: Outcome,
    /// What was asked for; `None` when there was nothing to ask for.
    pub wanted: Option<Wanted>,
    /// How much less is tolerated.
    pub threshold: Percent,
    /// Whether a failure is only told and blocks nothing.
    pub informational: bool,
    /// What it comes to when there is no report to judge, or none to compare with (`if_not_found`), or when CI failed
    /// and had to pass (`if_ci_failed`).
    pub if_not_found: State,
}

/// The outcome of a judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As good as asked for.
    Met,
    /// Less than asked for, and within the tolerance.
    Tolerated,
    /// Less than asked for, but not one more line is uncovered, or nothing but covered code was removed.
    OnlyRemoved,
    /// Less than the base, but not less than the base without the lines that were removed.
    AdjustedBase {
        /// The base without those lines.
        base: Ratio,
    },
    /// Less than asked for, but every changed line is covered and nothing changed elsewhere.
    FullyCoveredPatch,
    /// Less than asked for, but the change has no line that coverage is measured for, and nothing changed elsewhere.
    NotAffected,
    /// None of its flags was uploaded, and the rule says that it passes then.
    AutoPassed,
    /// Less than asked for.
    Missed,
    /// There was nothing to judge, or nothing to judge it by.
    NotJudged(Why),
    /// No report was uploaded on purpose (`empty-upload`).
    Empty {
        /// Whether nothing that was changed needs a test.
        passed: bool,
    },
}

/// Why nothing was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The head has no line of it that coverage is measured for.
    NothingOnHead,
    /// There is no report to compare with.
    NoBase,
    /// The report to compare with has no line of it that coverage is measured for.
    NothingOnBase,
    /// The two sides have no flag in common, so comparing them would compare different tests.
    NothingInCommon,
    /// The change is not known.
    DiffUnknown(DiffUnknown),
    /// No changed line is one that coverage is measured for.
    NothingChanged,
    /// None of the uploads could be read.
    NothingReadable,
    /// Some of the uploads could not be read, and the rules want that told instead (`codecov.notify.notify_error`).
    SomeUnreadable,
    /// CI failed, and the rules want it to pass (`codecov.require_ci_to_pass`).
    CiFailed,
    /// Less than asked for, but uploads that were waited for never came.
    Incomplete,
}

/// What a check comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    /// Green.
    #[default]
    Pass,
    /// Red: the rule is not kept.
    Fail,
    /// Red: it cannot be said whether the rule is kept.
    Error,
    /// Not to be posted at all.
    Silent,
}

impl Judgement {
    /// What it is about.
    #[must_use]
    pub(crate) fn kind(&self) -> Kind {
        match self.measured {
            Measured::Project { .. } => Kind::Project,
            Measured::Patch(_) => Kind::Patch,
            Measured::Changes(_) => Kind::Changes,
        }
    }

    /// The name that branch protection knows it by: `covermark/project`, `covermark/patch/backend`.
    #[must_use]
    pub(crate) fn context(&self, prefix: &str) -> String {
        let kind = self.kind().as_str();
        if self.title == DEFAULT { format!("{prefix}/{kind}") } else { format!("{prefix}/{kind}/{}", self.title) }
    }

    /// Whether it is the repository's own rule for all of the project, the one that the comment speaks of.
    #[must_use]
    pub(crate) fn is_main(&self) -> bool {
        self.title == DEFAULT && self.scope == Scope::Whole
    }
}

/// The name of the rule that stands in no context.
pub(crate) const DEFAULT: &str = "default";

impl PatchTotals {
    /// From sums: nothing is measured when there is no line to count.
    #[must_use]
    pub(crate) fn of(totals: Totals, metric: Metric) -> Self {
        if totals.ratio(metric).total == 0 { Self::NothingMeasured } else { Self::Lines(totals) }
    }
}

impl Judged {
    /// What the check comes to.
    #[must_use]
    pub(crate) fn state(&self) -> State {
        let state = match self.outcome {
            Outcome::Missed | Outcome::Empty { passed: false } => State::Fail,
            Outcome::NotJudged(Why::NothingOnHead | Why::NoBase | Why::NothingOnBase | Why::CiFailed) => {
                self.if_not_found
            }
            // Not a success: a report that nobody can read must not be a way around the check.
            Outcome::NotJudged(Why::NothingReadable | Why::SomeUnreadable) => State::Error,
            _ => State::Pass,
        };
        if self.informational && state != State::Silent { State::Pass } else { state }
    }

    /// Why nothing was judged, whatever was reported.
    #[must_use]
    pub(crate) fn stopped(&self) -> Option<Why> {
        match self.outcome {
            Outcome::NotJudged(why @ (Why::NothingReadable | Why::SomeUnreadable | Why::CiFailed)) => Some(why),
            _ => None,
        }
    }

    /// Whether the check turns red.
    #[must_use]
    pub(crate) fn fails(&self) -> bool {
        matches!(self.state(), State::Fail | State::Error)
    }
}
