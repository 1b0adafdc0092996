//! What a repository wants: its `codecov.yml` or `covermark.yml`, read, checked and explained. Pure.
//!
//! A mistake in the file never throws the rest of it away. The good part holds, and every key that has no effect comes
//! back as a [`Problem`] with its line, so that somebody can be told. Judging coverage by the rules is feedback's.

mod comment;
mod explain;
mod fixes;
mod flags;
mod names;
mod node;
mod notify;
mod pattern;
mod percent;
mod places;
mod problem;
mod read;
mod status;
#[cfg(test)]
mod tests;
mod validate;
mod yaml;

use std::{borrow::Cow, time::Duration};

pub use comment::{Behavior, Change, CommentRule, LayoutToken, RequireChanges, Section};
use covermark_coverage::{Metric, Rounding};
pub use fixes::Fixes;
pub use flags::{Component, FlagRule, Flags};
pub use names::{BranchPatterns, FlagPatterns};
pub use notify::{Checks, CiFilter, ExpectedUploads, Notify, Parsers, ProjectRule, VerdictKind};
pub use pattern::Patterns;
pub use percent::Percent;
pub use places::{PLACES, choose};
pub use problem::{Code, Kind, Layer, Problem};
pub use read::{Layers, MAX_BYTES, read};
pub use status::{FlagNotUploaded, NotFound, RemovedCode, StatusBase, StatusKind, StatusRule, Statuses, Target};
pub use validate::{Validation, validate};

/// What a repository asks for. The default is what a repository without a file gets.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Digits after the point (`coverage.precision`), at most [`covermark_coverage::Ratio::MAX_PRECISION`].
    pub precision: u8,
    /// How to lose the other digits (`coverage.round`).
    pub rounding: Rounding,
    /// Where red ends and where green begins (`coverage.range`). Only colours.
    pub range: (Percent, Percent),
    /// How to make a percentage (`covermark.metric`).
    pub metric: Metric,
    /// What stands before the slash in a status's context (`covermark.context_prefix`): `covermark`, or `codecov` for
    /// branch protection that was set up for the incumbent.
    pub context_prefix: String,
    /// The statuses that stand for themselves; [`Policy::statuses_for`] has those of flags and components as well.
    pub statuses: Statuses,
    /// What the project's verdict counts (`covermark.project_rule`).
    pub project_rule: ProjectRule,
    /// The comment on pull requests; `None` is off.
    pub comment: Option<CommentRule>,
    /// Check runs or commit statuses, and annotations.
    pub checks: Checks,
    /// Rules of flags.
    pub flags: Flags,
    /// Components, in the order of the file.
    pub components: Vec<Component>,
    /// Files that do not count (`ignore`).
    pub ignore: Patterns,
    /// From the reports' paths to the repository's (`fixes`).
    pub fixes: Fixes,
    /// When verdicts are given.
    pub notify: Notify,
    /// What a complete set of uploads is (`covermark.expected_uploads`).
    pub expected: ExpectedUploads,
    /// Reports with an older time stamp in them are refused (`codecov.max_report_age`); `None` is any age.
    pub max_report_age: Option<Duration>,
    /// How single formats are read.
    pub parsers: Parsers,
    /// The branch to compare with and to show, in place of GitHub's default branch (`codecov.branch`).
    pub default_branch: Option<String>,
    /// The only branch whose file becomes the repository's stored rules (`codecov.strict_yaml_branch`).
    pub strict_yaml_branch: Option<String>,
    /// Whether reports' paths are looked up only as they are, after `fixes` (`codecov.disable_default_path_fixes`).
    pub disable_default_path_fixes: bool,
    /// Whether uploads are kept as they came (`codecov.archive.uploads`).
    pub archive_uploads: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            precision: 2,
            rounding: Rounding::Down,
            range: (Percent::whole(60), Percent::whole(80)),
            metric: Metric::Codecov,
            context_prefix: "covermark".to_owned(),
            statuses: Statuses::default(),
            project_rule: ProjectRule::default(),
            comment: Some(CommentRule::default()),
            checks: Checks::default(),
            flags: Flags::default(),
            components: Vec::new(),
            ignore: Patterns::default(),
            fixes: Fixes::default(),
            notify: Notify::default(),
            expected: ExpectedUploads::default(),
            max_report_age: Some(Duration::from_secs(12 * 60 * 60)),
            parsers: Parsers::default(),
            default_branch: None,
            strict_yaml_branch: None,
            disable_default_path_fixes: false,
            archive_uploads: true,
        }
    }
}

impl Policy {
    /// The policy of a repository: our defaults, below them the instance's, the owner's and the repository's own file,
    /// each of which overrules what stands before it. Groups are merged; lists and single values replace.
    #[must_use]
    pub fn layered(layers: &Layers<'_>) -> (Policy, Vec<Problem>) {
        read::layered(layers)
    }

    /// Whether a file does not count, by its path in the repository.
    #[must_use]
    pub fn ignores(&self, path: &str) -> bool {
        self.ignore.matches(path)
    }

    /// The whole policy as a file, with every default filled in: for people who want to know what holds. Read again it
    /// gives the same policy.
    #[must_use]
    pub fn explain(&self) -> String {
        yaml::written(&explain::tree(self))
    }

    /// The unnamed project rule.
    #[must_use]
    pub fn project(&self) -> Option<&StatusRule> {
        self.statuses.project.iter().find(|rule| rule.title == "default")
    }

    /// The unnamed patch rule.
    #[must_use]
    pub fn patch(&self) -> Option<&StatusRule> {
        self.statuses.patch.iter().find(|rule| rule.title == "default")
    }

    /// Every status there is to post, each context once: those of `coverage.status`, then those of the flags that are
    /// known for the repository (their rules narrowed to the flag), then those of the components (narrowed to their
    /// files and to the known flags that they match).
    #[must_use]
    pub fn statuses_for(&self, known_flags: &[&str]) -> Vec<(StatusKind, StatusRule)> {
        let mut all = Vec::new();
        for kind in [StatusKind::Project, StatusKind::Patch, StatusKind::Changes] {
            all.extend(self.statuses.of(kind).iter().map(|rule| (kind, rule.clone())));
        }
        for flag in known_flags {
            for (kind, rule) in &self.flags.rule(flag).statuses {
                let title = format!("{}{flag}", rule.title);
                all.push((*kind, StatusRule { title, flags: vec![(*flag).to_owned()], ..rule.clone() }));
            }
        }
        for component in &self.components {
            let flags = known_flags.iter().filter(|flag| component.flags.matches(flag));
            let flags: Vec<String> = flags.map(|flag| (*flag).to_owned()).collect();
            for (kind, rule) in &component.statuses {
                let rule = StatusRule { flags: flags.clone(), paths: component.paths.clone(), ..rule.clone() };
                all.push((*kind, rule));
            }
        }
        let mut seen = std::collections::HashSet::new();
        all.retain(|(kind, rule)| seen.insert((*kind, rule.title.clone())));
        all
    }
}

/// What the file says of paths, for whoever reads reports.
impl covermark_coverage::paths::Rules for Policy {
    fn replaced<'p>(&self, path: &'p str) -> Cow<'p, str> {
        self.fixes.replaced(path)
    }

    fn prefixed<'p>(&self, path: &'p str) -> Cow<'p, str> {
        self.fixes.prefixed(path)
    }

    fn ignored(&self, path: &str) -> bool {
        self.ignores(path)
    }

    fn exact_only(&self) -> bool {
        self.disable_default_path_fixes
    }
}
