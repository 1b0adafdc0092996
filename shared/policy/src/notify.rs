//! When to speak, how to speak, and how reports are read.

use std::time::Duration;

/// When verdicts are given (`codecov.notify` and its neighbours).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notify {
    /// No verdict before so many uploads, not counting carried ones; 0 is without a number.
    pub after_n_builds: u32,
    /// Whether to wait for the end of CI.
    pub wait_for_ci: bool,
    /// Whether nothing is said before the uploader's `upload-complete`.
    pub manual_trigger: bool,
    /// Whether an upload that failed is told instead of numbers without it.
    pub notify_error: bool,
    /// Whether there is no verdict when CI failed, and no base commit with failed CI. Off unless asked for, other than
    /// with the incumbent: its `true` reads commit statuses alone and so hardly ever held where CI is check runs.
    pub require_ci_to_pass: bool,
    /// Which contexts are CI (`codecov.ci`).
    pub ci: CiFilter,
    /// How long an incomplete set of uploads is waited for (`covermark.wait_minutes`).
    pub wait: Duration,
}

impl Default for Notify {
    fn default() -> Self {
        Notify {
            after_n_builds: 0,
            wait_for_ci: true,
            manual_trigger: false,
            notify_error: false,
            require_ci_to_pass: false,
            ci: CiFilter::default(),
            wait: Duration::from_secs(60 * 60),
        }
    }
}

/// `codecov.ci`: parts of names that are CI, and (with `!`) that are not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CiFilter {
    /// Parts of names that are CI besides the usual ones.
    pub include: Vec<String>,
    /// Parts of names that are not.
    pub exclude: Vec<String>,
}

impl CiFilter {
    /// Whether the file says that a context is CI (`Some(true)`), is not (`Some(false)`), or says nothing of it.
    #[must_use]
    pub fn says(&self, context: &str) -> Option<bool> {
        let named = |list: &[String]| list.iter().any(|part| context.contains(part.as_str()));
        if named(&self.exclude) { Some(false) } else { named(&self.include).then_some(true) }
    }
}

/// What a complete set of uploads is (`covermark.expected_uploads`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ExpectedUploads {
    /// Those that the base commit had.
    #[default]
    AsBefore,
    /// So many.
    Count(u32),
    /// Those of these names or flags.
    Named(Vec<String>),
}

/// How verdicts are posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checks {
    /// Check runs or commit statuses (`covermark.verdict`, else `github_checks`).
    pub kind: VerdictKind,
    /// Annotations at most; 0 is none (`covermark.annotations_max`, `github_checks.annotations`).
    pub annotations_max: u32,
}

impl Default for Checks {
    fn default() -> Self {
        Checks { kind: VerdictKind::Auto, annotations_max: 200 }
    }
}

/// Check runs or commit statuses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum VerdictKind {
    /// Check runs where the App may, else commit statuses.
    #[default]
    Auto,
    /// Check runs, whatever was posted before.
    Checks,
    /// Commit statuses.
    Statuses,
}

/// What the project's verdict counts with target `auto` (`covermark.project_rule`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProjectRule {
    /// The percentage must not fall.
    #[default]
    Percentage,
    /// The number of uncovered lines must not rise.
    Uncovered,
}

/// How single formats are read (`parsers`). All off by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parsers {
    /// `parsers.go.partials_as_hits`
    pub go_partials_as_hits: bool,
    /// `parsers.jacoco.partials_as_hits`
    pub jacoco_partials_as_hits: bool,
    /// `parsers.lcov.partials_as_hits`
    pub lcov_partials_as_hits: bool,
    /// `parsers.cobertura.partials_as_hits`
    pub cobertura_partials_as_hits: bool,
    /// `parsers.cobertura.handle_missing_conditions`
    pub cobertura_missing_conditions: bool,
    /// `parsers.javascript.enable_partials`
    pub javascript_partials: bool,
    /// `parsers.gcov.branch_detection.conditional`
    pub gcov_conditional: bool,
    /// `parsers.gcov.branch_detection.loop`
    pub gcov_loop: bool,
    /// `parsers.gcov.branch_detection.method`
    pub gcov_method: bool,
    /// `parsers.gcov.branch_detection.macro`
    pub gcov_macro: bool,
}
