//! The rules of statuses: which there are, and when each succeeds. Judging by them is feedback's.

use crate::{BranchPatterns, Patterns, Percent};

/// The rules of `coverage.status`, in the order of the file. An empty list is a status that is off.
#[derive(Debug, Clone, PartialEq)]
pub struct Statuses {
    /// Coverage of the whole project.
    pub project: Vec<StatusRule>,
    /// Coverage of the pull request's own lines.
    pub patch: Vec<StatusRule>,
    /// Coverage that changed outside of the pull request's lines.
    pub changes: Vec<StatusRule>,
}

/// On without a file: project and patch.
impl Default for Statuses {
    fn default() -> Self {
        Statuses { project: vec![StatusRule::default()], patch: vec![StatusRule::default()], changes: Vec::new() }
    }
}

impl Statuses {
    /// The rules of a kind.
    #[must_use]
    pub fn of(&self, kind: StatusKind) -> &[StatusRule] {
        match kind {
            StatusKind::Project => &self.project,
            StatusKind::Patch => &self.patch,
            StatusKind::Changes => &self.changes,
        }
    }
}

/// What a status judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatusKind {
    /// Coverage of the whole project.
    Project,
    /// Coverage of the lines that the pull request adds or changes.
    Patch,
    /// Coverage that changed on lines that it does not touch.
    Changes,
}

impl StatusKind {
    /// As it is written in configuration and in contexts: `project`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            StatusKind::Project => "project",
            StatusKind::Patch => "patch",
            StatusKind::Changes => "changes",
        }
    }
}

/// When a status is posted and when it succeeds.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusRule {
    /// `default`, or the name it was given. For a flag's or component's status: prefix and name.
    pub title: String,
    /// What has to be reached.
    pub target: Target,
    /// By how many percentage points it may be missed.
    pub threshold: Percent,
    /// Tell, but never fail.
    pub informational: bool,
    /// Only coverage of these flags; empty is all of it.
    pub flags: Vec<String>,
    /// Only these files; empty is all of them.
    pub paths: Patterns,
    /// Only when the *head* branch is one of these; empty is any.
    pub branches: BranchPatterns,
    /// Only for pull requests (and merge queues of them).
    pub only_pulls: bool,
    /// What to compare with. The incumbent reads nothing but `pr` here: skip without a pull request.
    pub base: StatusBase,
    /// What to say without a report to judge, or to compare with.
    pub if_not_found: NotFound,
    /// What to say when CI failed and `require_ci_to_pass` holds.
    pub if_ci_failed: NotFound,
    /// When a project status passes although coverage fell.
    pub removed_code: RemovedCode,
    /// What becomes of the status while none of its flags was uploaded for this commit.
    pub flag_not_uploaded: FlagNotUploaded,
}

impl Default for StatusRule {
    fn default() -> Self {
        StatusRule {
            title: "default".to_owned(),
            target: Target::Auto,
            threshold: Percent::ZERO,
            informational: false,
            flags: Vec::new(),
            paths: Patterns::default(),
            branches: BranchPatterns::default(),
            only_pulls: false,
            base: StatusBase::Auto,
            if_not_found: NotFound::Success,
            if_ci_failed: NotFound::Error,
            removed_code: RemovedCode::AdjustBase,
            flag_not_uploaded: FlagNotUploaded::Include,
        }
    }
}

impl StatusRule {
    /// The status's context: `covermark/project`, `covermark/patch/backend`. With `codecov` as prefix it is the
    /// incumbent's, letter by letter.
    #[must_use]
    pub fn context(&self, prefix: &str, kind: StatusKind) -> String {
        let kind = kind.as_str();
        if self.title == "default" { format!("{prefix}/{kind}") } else { format!("{prefix}/{kind}/{}", self.title) }
    }
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

/// What a status is compared with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StatusBase {
    /// The pull request's base, or the parent.
    #[default]
    Auto,
    /// The pull request's base; no status without a pull request.
    Pull,
    /// The parent. Taken like `auto`.
    Parent,
}

/// What a status says when there is nothing to judge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NotFound {
    /// It succeeds.
    #[default]
    Success,
    /// It fails.
    Failure,
    /// It is an error. Check runs have no such conclusion: they fail.
    Error,
    /// It is not posted.
    Ignore,
}

/// When a project status passes although coverage fell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RemovedCode {
    /// When nothing but code was removed: no added line, no indirect change.
    RemovalsOnly,
    /// When the base without the removed lines has no more coverage than the head (target `auto` only).
    #[default]
    AdjustBase,
    /// When the patch is covered in full and there is no indirect change.
    FullyCoveredPatch,
    /// Never.
    Off,
}

/// What becomes of a status while none of its flags was uploaded for this commit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FlagNotUploaded {
    /// Judged as usual, by what was carried forward.
    #[default]
    Include,
    /// Not posted.
    Exclude,
    /// It succeeds and says why.
    Pass,
}
