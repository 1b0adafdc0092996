//! The parts of a project that verdicts list: flags, components, files, and what only one of the two sides has.

use covermark_coverage::Totals;
use covermark_types::{CommitSha, Timestamp};

/// What uploads with one flag report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FlagLine {
    /// The flag, as uploads name it.
    pub name: String,
    /// Sums of the head; `None` when it has no report with this flag.
    pub head: Option<Totals>,
    /// Sums of the base; `None` when it has no report with this flag.
    pub base: Option<Totals>,
    /// Sums of the changed lines; `None` when the change is not known or the head has no report with this flag.
    pub patch: Option<Totals>,
    /// Where the head's report comes from when it was not uploaded for the head.
    pub carried: Option<Carried>,
}

/// The files of one component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ComponentLine {
    /// Its id in the configuration.
    pub id: String,
    /// What people call it; the id when it has no name.
    pub name: String,
    /// Sums of the head; all zero when no file of it was measured.
    pub head: Totals,
    /// Sums of the base; `None` when there is no base.
    pub base: Option<Totals>,
    /// Sums of the changed lines; `None` when the change is not known.
    pub patch: Option<Totals>,
    /// Where the head's report of it comes from, as far as none was uploaded for the head.
    pub carried: Option<ComponentCarried>,
}

/// Where what is reported of a component comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ComponentCarried {
    /// Of several commits the one that is farthest away.
    pub carried: Carried,
    /// Whether there are uploads for the commit itself as well.
    pub in_part: bool,
}

/// Where a report comes from that was not uploaded for the commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Carried {
    /// The commit that it was uploaded for.
    pub from: CommitSha,
    /// How many commits that lies before the head, as GitHub lists them; `None` when that was not asked.
    pub behind: Option<usize>,
    /// When it was uploaded.
    pub at: Timestamp,
}

/// A file that is different: in the diff, or in what it is covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileChange {
    /// Its path in the head; in the base when it is gone.
    pub path: String,
    /// Its path in the base, when that was another one.
    pub renamed_from: Option<String>,
    /// Sums of the head; `None` when it is not measured there.
    pub head: Option<Totals>,
    /// Sums of the base; `None` when it is not measured there, or there is no base.
    pub base: Option<Totals>,
    /// Sums of its changed lines; `None` when the diff does not touch it.
    pub patch: Option<Totals>,
    /// Whether the diff touches it.
    pub in_diff: bool,
}

/// A flag that only one of the two sides has a report of: it is left out of the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// The flag; `None` for the uploads without any flag.
    pub flag: Option<String>,
    /// The side that lacks it.
    pub lacking: Side,
    /// Why nothing was carried forward to the head, when the repository asks for that.
    pub not_carried: Option<NotCarried>,
}

/// One of the two that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// The commit that is judged.
    Head,
    /// The commit that it is compared with.
    Base,
}

/// Why a flag was not carried forward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotCarried {
    /// The last report of it is too old.
    Stale {
        /// The commit that has it.
        from: CommitSha,
        /// How old it is, in days.
        days: u64,
    },
    /// GitHub gave no complete diff between that commit and the head, so its lines cannot be placed.
    DiffUnknown {
        /// The commit that has it.
        from: CommitSha,
    },
    /// The report itself is gone.
    Gone {
        /// The commit that had it.
        from: CommitSha,
    },
    /// The upload that had it has another name now.
    Renamed {
        /// The flag that it seems to have instead.
        to: String,
    },
}
