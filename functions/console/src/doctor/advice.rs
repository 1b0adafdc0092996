//! What to do about a reason code of `feedback`'s.

/// The next step; `None` where there is nothing to mend.
pub(super) fn next_step(code: &str) -> Option<&'static str> {
    Some(match code {
        "comment.off" => "Take `comment: false` out of codecov.yml (or covermark.yml), then run CI again.",
        "settings.comment" | "settings.statuses" | "settings.checks" => "Switch it on in the repository's settings.",
        "comment.not_required" => "Set `comment.require_changes: false` if there should be a comment all the same.",
        "comment.deleted" => "Set `comment.behavior: default` if it should be written again.",
        "comment.forbidden" => {
            "Unlock the conversation, or accept the permission `pull_requests: write`; then run CI again."
        }
        "comment.rejected" => "Give the operator the commit: the refusal is in the log of feedback.",
        "status.forbidden" | "check.forbidden" => "Accept the permission at GitHub, then run CI again.",
        "status.rejected" | "check.rejected" => "Give the operator the commit: the refusal is in the log of feedback.",
        "permission.pull_requests" => {
            "Accept `pull_requests: write` for the installation at GitHub, then run CI again."
        }
        "permission.statuses" => "Accept `statuses: write` for the installation at GitHub, then run CI again.",
        "permission.contents" => "Accept `contents: read` if the configuration and the base should be read.",
        "permission.checks" => "Accept `checks: write` if verdicts should be check runs.",
        "permission.ci" => "Accept `checks: read` if the verdict should come as soon as CI ends.",
        "pull.none" => "Open a pull request for the commit, or upload with `--pr NUMBER`.",
        "pull.not_found" => "Look at the number that CI passes as `--pr`.",
        "pull.head_moved" => "Nothing: the newer commit gets its own verdict when its reports are here.",
        "commit.unknown" => "Upload for the pull request's head, not for GitHub's trial merge (`--sha`).",
        "upload.none" => "Look into CI's log of the upload step, and at the address that it uploads to.",
        "upload.not_stored" => "Look into CI's log: the upload broke off. Run the job again.",
        "upload.unknown" => "Upload through the API; reports that lie in the bucket alone are not read.",
        "repository.unknown" | "installation.none" => "Install the GitHub App on the repository.",
        "installation.suspended" => "Unsuspend the App in the account's settings at GitHub.",
        "report.gone" => "Run CI again: raw reports are kept for 30 days.",
        "github.limited" | "github.unavailable" | "storage.unavailable" => {
            "Nothing yet: it is tried again by itself. What is given up in the end, an administrator finds on /doctor."
        }
        "github.refused" | "internal" => {
            "It is tried again by itself. If it stays, give the operator the commit: the cause is in the log of feedback."
        }
        "app.not_connected" => "An administrator connects the App at /setup; then the work goes on by itself.",
        "base.none" => "Upload from a run on the default branch, too.",
        _ => return None,
    })
}

/// Codes that keep the comment away, the weightiest first.
pub(super) const NO_COMMENT: [&str; 17] = [
    "installation.none",
    "installation.suspended",
    "repository.unknown",
    "permission.pull_requests",
    "settings.comment",
    "comment.off",
    "comment.forbidden",
    "comment.rejected",
    "comment.deleted",
    "comment.not_required",
    "pull.none",
    "pull.not_found",
    "pull.closed",
    "pull.head_moved",
    "commit.unknown",
    "upload.none",
    "upload.not_stored",
];

/// Codes that keep statuses and check runs away.
pub(super) const NO_VERDICTS: [&str; 7] = [
    "permission.statuses",
    "settings.statuses",
    "status.forbidden",
    "status.rejected",
    "check.rejected",
    "commit.unknown",
    "pull.head_moved",
];
