//! What the repository wants of the comment.

/// The rule for comments on pull requests (`comment`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentRule {
    /// The parts and their order, as the file has them; `None` is our own short comment.
    pub layout: Option<Vec<LayoutToken>>,
    /// What becomes of an earlier comment.
    pub behavior: Behavior,
    /// What must have happened before the first comment is made. One that is there is always kept up to date.
    pub require_changes: RequireChanges,
    /// No comment before so many uploads, not counting carried ones; 0 waits for none.
    pub after_n_builds: u32,
    /// Whether flags whose coverage was carried forward have rows.
    pub show_carryforward_flags: bool,
    /// Whether everything but the head is folded away.
    pub hide_comment_details: bool,
    /// Whether the project's line is left out.
    pub hide_project_coverage: bool,
}

impl Default for CommentRule {
    fn default() -> Self {
        CommentRule {
            layout: None,
            behavior: Behavior::Default,
            require_changes: RequireChanges::default(),
            after_n_builds: 0,
            show_carryforward_flags: false,
            hide_comment_details: true,
            hide_project_coverage: false,
        }
    }
}

/// One part of the comment, with its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayoutToken {
    /// The part.
    pub section: Section,
    /// Rows at most: `files:5`.
    pub limit: Option<u32>,
}

/// A part of the comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The verdict and the project's line (`header`, `newheader`, `condensed_header`). Always first, asked for or not.
    Header,
    /// The files that lack coverage (`newfiles`, `condensed_files`; also implied by a bare `files` or `tree`).
    MissingLines,
    /// The sums of base and head side by side (`diff`).
    Diff,
    /// The table of flags (`flags`, `flag`).
    Flags,
    /// The table of components (`components`, `component`).
    Components,
    /// The files that the pull request changed (`files`, `tree`).
    Files,
    /// The legend and the links (`footer`).
    Footer,
    /// The links alone (`newfooter`, `condensed_footer`).
    ShortFooter,
}

/// What becomes of an earlier comment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Behavior {
    /// It is edited; should somebody have deleted it, a new one is made.
    #[default]
    Default,
    /// It is edited; should somebody have deleted it, that is respected.
    Once,
    /// It is deleted and a new one made. `spammy` is read as this: nothing here leaves old verdicts standing.
    New,
}

/// `comment.require_changes`: all of these groups must hold; a group holds when one of its changes is there. Without
/// groups nothing is required. Words: `any_change`, `coverage_drop`, `uncovered_patch`, joined by `or` and `and`, where
/// `a or b and c` is (a or b) and c.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequireChanges {
    /// All of them must hold.
    pub groups: Vec<Vec<Change>>,
}

impl RequireChanges {
    /// Whether it is met, by whoever knows what changed.
    pub fn met(&self, happened: impl Fn(Change) -> bool) -> bool {
        self.groups.iter().all(|group| group.iter().any(|change| happened(*change)))
    }
}

/// Something that may have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// An indirect change, or a changed line that coverage is measured for (`any_change`, `true`).
    Any,
    /// The project's coverage fell (`coverage_drop`).
    CoverageDrop,
    /// The patch is not covered in full (`uncovered_patch`).
    UncoveredPatch,
}
