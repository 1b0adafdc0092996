//! What a repository wants: its `codecov.yml` or `covermark.yml`, read, checked and explained. Pure.
//!
//! A mistake in the file never throws the rest of it away. The good part holds, and every key that has no effect comes
//! back as a [`Problem`] with its line, so that somebody can be told. Judging coverage by the rules is feedback's.

mod node;
mod pattern;
mod percent;
mod problem;
mod read;
#[cfg(test)]
mod tests;

use covermark_coverage::{Metric, Rounding};
pub use pattern::Patterns;
pub use percent::Percent;
pub use problem::Problem;
pub use read::{MAX_BYTES, read};

/// What a repository asks for. The default is what a repository without a file gets.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Whether to comment on pull requests (`comment`).
    pub comment: bool,
    /// Digits after the point (`coverage.precision`), at most [`covermark_coverage::Ratio::MAX_PRECISION`].
    pub precision: u8,
    /// How to lose the other digits (`coverage.round`).
    pub rounding: Rounding,
    /// How to make a percentage (`covermark.metric`).
    pub metric: Metric,
    /// What stands before the slash in a status's context (`covermark.context_prefix`): `covermark`, or `codecov` for
    /// branch protection that was set up for the incumbent.
    pub context_prefix: String,
    /// The project status (`coverage.status.project.default`); `None` is off.
    pub project: Option<StatusRule>,
    /// The patch status (`coverage.status.patch.default`); `None` is off.
    pub patch: Option<StatusRule>,
    /// Files that do not count (`ignore`).
    pub ignore: Patterns,
}

/// When a status succeeds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatusRule {
    /// What has to be reached.
    pub target: Target,
    /// By how many percentage points it may be missed.
    pub threshold: Percent,
    /// Tell, but never fail.
    pub informational: bool,
}

/// What has to be reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Target {
    /// The base's project coverage, for the patch as well.
    #[default]
    Auto,
    /// A fixed percentage.
    Percent(Percent),
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            comment: true,
            precision: 2,
            rounding: Rounding::Down,
            metric: Metric::Codecov,
            context_prefix: "covermark".to_owned(),
            project: Some(StatusRule::default()),
            patch: Some(StatusRule::default()),
            ignore: Patterns::default(),
        }
    }
}

impl Policy {
    /// Whether a file does not count, by its path in the repository.
    #[must_use]
    pub fn ignores(&self, path: &str) -> bool {
        self.ignore.matches(path)
    }
}
