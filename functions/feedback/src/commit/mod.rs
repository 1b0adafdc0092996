//! All steps for one commit, in order, and again while uploads come in meanwhile.
//!
//! One run at a time posts on a pull request; the others come again, and mostly find that theirs was taken along.

mod lease;
mod notes;
mod renamed;
mod run;
mod uploads;

use covermark_coverage::Totals;

pub(crate) use self::notes::amend;
pub(crate) use self::{lease::Lease, notes::note, run::run};
use crate::{Skip, app::CommitKey, judge::Style, post::ShownVerdict};

/// What a run was started by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// A report came in: nothing to do when what was posted speaks of it already.
    Upload,
    /// Something else changed: judge again.
    Commit,
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Done {
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
