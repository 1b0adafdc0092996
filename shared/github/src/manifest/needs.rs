//! What is asked of GitHub, and why: the one table that the manifest, the prefilled link, the page to type from, the checks
//! and the README are made of.
//!
//! Names are those of GitHub's API (<https://docs.github.com/rest/authentication/permissions-required-for-github-apps>),
//! labels are the words of its settings page. Which permission an event depends on is from
//! <https://docs.github.com/webhooks/webhook-events-and-payloads>: GitHub refuses an App that subscribes to an event
//! without it.

use crate::permission::Access;

/// Which part of GitHub's settings page a permission is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// "Repository permissions".
    Repository,
    /// "Organization permissions".
    Organization,
}

impl Section {
    /// GitHub's heading.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Repository => "Repository permissions",
            Self::Organization => "Organization permissions",
        }
    }
}

/// A permission that Covermark has a use for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermissionNeed {
    /// GitHub's name of it: `pull_requests`.
    pub name: &'static str,
    /// What GitHub's settings page calls it: "Pull requests".
    pub label: &'static str,
    /// Where it is on that page.
    pub section: Section,
    /// How far it must go.
    pub access: Access,
    /// Whether Covermark works without it, with less.
    pub optional: bool,
    /// What it is for, as a clause: "the comment, …".
    pub why: &'static str,
    /// What is lost without it, a sentence; for a permission that is required, what does not work.
    pub without: &'static str,
}

/// An event that the App subscribes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventNeed {
    /// GitHub's name of it: `pull_request`.
    pub name: &'static str,
    /// What GitHub's settings page calls it: "Pull request".
    pub label: &'static str,
    /// The permission without which GitHub does not send it.
    pub permission: &'static str,
    /// What it is for, as a clause.
    pub why: &'static str,
}

impl PermissionNeed {
    /// `read` or `write`, as GitHub's API has it.
    #[must_use]
    pub const fn level(&self) -> &'static str {
        match self.access {
            Access::Read => "read",
            Access::Write => "write",
        }
    }

    /// What GitHub's settings page calls the level.
    #[must_use]
    pub const fn level_label(&self) -> &'static str {
        match self.access {
            Access::Read => "Read-only",
            Access::Write => "Read and write",
        }
    }

    /// Whether `granted` (GitHub's word for a level) is as far as this goes, or farther.
    #[must_use]
    pub fn is_met_by(&self, granted: Option<&str>) -> bool {
        match self.access {
            Access::Read => matches!(granted, Some("read" | "write" | "admin")),
            Access::Write => matches!(granted, Some("write" | "admin")),
        }
    }
}

/// The permission of this name, if Covermark has a use for it.
#[must_use]
pub fn permission(name: &str) -> Option<&'static PermissionNeed> {
    PERMISSIONS.iter().find(|need| need.name == name)
}

const fn needed(
    name: &'static str,
    label: &'static str,
    access: Access,
    why: &'static str,
    without: &'static str,
) -> PermissionNeed {
    PermissionNeed { name, label, section: Section::Repository, access, optional: false, why, without }
}

const fn optional(need: PermissionNeed) -> PermissionNeed {
    PermissionNeed { optional: true, ..need }
}

const fn of_organization(need: PermissionNeed) -> PermissionNeed {
    PermissionNeed { section: Section::Organization, ..need }
}

/// Every permission, required ones first. No administration and no issues: nothing here needs them.
pub const PERMISSIONS: &[PermissionNeed] = &[
    needed(
        "metadata",
        "Metadata",
        Access::Read,
        "the repository's name, visibility and default branch; GitHub gives it to every App",
        "No repository can be seen.",
    ),
    needed(
        "pull_requests",
        "Pull requests",
        Access::Write,
        "the one comment on a pull request, and the list of the files that it changes",
        "No comment is written, and no pull request is found for a report.",
    ),
    needed(
        "statuses",
        "Commit statuses",
        Access::Write,
        "the verdict on the commit that branch protection can ask for; other tools' statuses tell when CI has ended",
        "No commit status is set.",
    ),
    needed(
        "checks",
        "Checks",
        Access::Write,
        "the check with annotations on the uncovered lines; check suites tell when CI has ended",
        "No check is set, and verdicts wait an hour when GitHub Actions is the CI.",
    ),
    optional(needed(
        "contents",
        "Contents",
        Access::Read,
        "the configuration codecov.yml in the repository, and comparisons with an older base",
        "codecov.yml is not read, and comparisons reach only as far as the pull request's own file list.",
    )),
    optional(needed(
        "actions",
        "Actions",
        Access::Read,
        "the workflow run that an upload of a fork's pull request comes from",
        "Forks' uploads are let in when they have an open pull request with that commit, which is less strict.",
    )),
    optional(needed(
        "merge_queues",
        "Merge queues",
        Access::Read,
        "the merge queue's own commits get a verdict",
        "Commits of a merge queue get no verdict; do not require the check there.",
    )),
    optional(needed(
        "repository_hooks",
        "Webhooks",
        Access::Write,
        "the button that creates a repository's own webhook, for repositories that the App's webhook does not reach",
        "The button Create Web Hook is not offered. The App's own webhook does not need it.",
    )),
    optional(of_organization(needed(
        "members",
        "Members",
        Access::Read,
        "who belongs to the allowed organisations and teams, seen at once when it changes",
        "Signing in cannot be limited to organisations or teams: with such rules nobody but administrators comes in.",
    ))),
];

const fn event(name: &'static str, label: &'static str, permission: &'static str, why: &'static str) -> EventNeed {
    EventNeed { name, label, permission, why }
}

/// Every event. What is about the App itself (installations, revoked sign-ins, `ping`) comes without being asked for.
pub const EVENTS: &[EventNeed] = &[
    event("pull_request", "Pull request", "pull_requests", "opened, new commits, another base, closed"),
    event("repository", "Repository", "metadata", "renamed, transferred, archived, made private"),
    event("public", "Public", "metadata", "made public"),
    event("check_run", "Check run", "checks", "re-run asked for"),
    event("check_suite", "Check suite", "checks", "CI has ended: the verdict need not wait longer"),
    event("status", "Status", "statuses", "CI outside of GitHub Actions has ended"),
    event("push", "Push", "contents", "the default branch moved; the configuration may have changed"),
    event("create", "Create", "contents", "a branch was made"),
    event("delete", "Delete", "contents", "a branch was deleted"),
    event("workflow_run", "Workflow run", "actions", "a workflow has ended"),
    event("merge_group", "Merge group", "merge_queues", "the merge queue asks for checks"),
    event("member", "Member", "members", "a collaborator was added or removed"),
    event("membership", "Membership", "members", "a team changed"),
    event("organization", "Organization", "members", "somebody joined or left the organisation"),
    event("team", "Team", "members", "a team got or lost a repository"),
];
