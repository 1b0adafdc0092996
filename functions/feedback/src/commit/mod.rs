//! All steps for one commit, in order, and again while uploads come in meanwhile.
//!
//! One run at a time works on a commit, and one posts on a pull request. `turn` says whose turn it is, `run` has the order
//! of the steps, `complete` the rule by which a verdict is given or waited for, `ci` and `timer` what it waits for.

mod ci;
mod complete;
pub(crate) mod kinds;
mod lease;
mod news;
mod notes;
mod queue;
mod renamed;
mod rounds;
mod run;
mod settle;
mod timer;
mod tried;
mod turn;
mod uploads;

use covermark_coverage::Totals;
use covermark_types::PullNumber;

pub(crate) use self::{
    lease::Lease,
    notes::{amend, note},
    tried::{TriedOut, try_out},
    turn::{Turn, turn},
};
use crate::{Skip, app::CommitKey, judge::Style, post::ShownVerdict};

/// What a run was started by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// A report came in, or is about to: nothing to do when what was posted speaks of it already.
    Upload,
    /// GitHub says that something of the commit's CI ended, or somebody asked while another run was at it.
    Hint,
    /// The commit's own message came, that was to come at this time (epoch milliseconds).
    Timer(i64),
    /// The commit's own message came, and somebody had asked whom nobody answered: whoever was at it died, or failed.
    Owed,
    /// Something else changed: judge again.
    Commit,
    /// A person wants it: post again, whatever is there.
    Again,
}

impl Trigger {
    /// Whether it must be done as such: another run does not take it along.
    fn is_forced(self) -> bool {
        matches!(self, Self::Commit | Self::Again)
    }
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Done {
    /// The pull request that it was about, when there is one.
    pub(crate) pull: Option<PullNumber>,
    /// The project's sums and how to write them; `None` when nothing was reported.
    pub(crate) coverage: Option<(Totals, Style)>,
    /// Sums of the pull request's changed lines, when they are known.
    pub(crate) patch: Option<Totals>,
    /// Address of the comment.
    pub(crate) comment: Option<String>,
    /// The verdicts on the commit.
    pub(crate) verdicts: Vec<ShownVerdict>,
    /// Why something was not posted, each reason once.
    pub(crate) skipped: Vec<Skip>,
    /// Calls to GitHub while this ran.
    pub(crate) github_calls: u64,
}

impl Done {
    /// Nothing was posted, for `reason`.
    pub(crate) fn skipped(reason: Skip) -> Self {
        Self {
            pull: None,
            coverage: None,
            patch: None,
            comment: None,
            verdicts: Vec::new(),
            skipped: vec![reason],
            github_calls: 0,
        }
    }

    pub(crate) fn log(&self, key: &CommitKey) {
        let reasons: Vec<_> = self.skipped.iter().map(|skip| skip.code()).collect();
        tracing::info!(
            github_repository_id = key.repository.0, commit = %key.sha, comment = self.comment.is_some(),
            verdicts = self.verdicts.len(), skipped = reasons.join(","), github_calls = self.github_calls,
            "feedback was given"
        );
    }
}
