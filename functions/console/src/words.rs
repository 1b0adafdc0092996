//! What reason codes mean, for people.

/// Why something was not posted, by its code. Codes of later versions stand for themselves.
pub(crate) fn not_posted(code: &str) -> &str {
    match code {
        "comment.off" => "The configuration wants no comment.",
        "settings.comment" => "Somebody switched the comment off in the repository's settings.",
        "settings.statuses" => "Somebody switched commit statuses off in the repository's settings.",
        "settings.checks" => "Somebody switched check runs off in the repository's settings.",
        "comment.unchanged" => "The comment says the same already.",
        "comment.not_required" => "Nothing has changed that the configuration wants a comment for.",
        "comment.deleted" => "Somebody deleted the comment, and the configuration says to leave it at that.",
        "comment.forbidden" => "GitHub refused the comment: the conversation is locked, or the App may not comment.",
        "comment.rejected" => "GitHub refused the comment's text.",
        "status.unchanged" | "check.unchanged" => "A status or check says the same already.",
        "status.forbidden" | "status.rejected" | "check.forbidden" | "check.rejected" => {
            "GitHub refused a status or check."
        }
        "permission.contents" => "The App may not read the history: it lacks `contents: read`.",
        "permission.pull_requests" => "The App may not comment: it lacks `pull_requests: write`.",
        "permission.statuses" => "The App may not set statuses: it lacks `statuses: write`.",
        "permission.checks" => "The App may not make check runs: it lacks `checks: write`. Statuses are set instead.",
        "pull.none" => "The commit belongs to no open pull request.",
        "pull.not_found" => "GitHub does not know the pull request that the upload named.",
        "pull.head_moved" => "Somebody pushed since: nothing is posted late on an old commit.",
        "commit.unknown" => "GitHub does not know the commit.",
        "diff.unknown" => "GitHub gave no complete diff, so the change was not judged.",
        "base.none" => "No commit before this one has a report.",
        "report.gone" => "A stored report has expired.",
        "upload.none" => "No report has come for the commit.",
        "upload.not_stored" => "An upload was announced and never came.",
        "upload.unknown" => "A report came that nobody had announced.",
        "repository.unknown" => "The App does not see the repository any more.",
        "installation.none" => "No installation of the App covers the repository.",
        "installation.suspended" => "The installation is suspended.",
        "permission.ci" => "The App may not see how far CI is: it lacks `checks: read`. It waits for a while instead.",
        "pull.closed" => "The pull request is closed: nothing new is posted on it.",
        "pull.in_queue" => "The commit waits in a merge queue: it gets verdicts and no comment.",
        "github.limited" => "GitHub limits our requests at the moment.",
        "github.unavailable" => "GitHub did not answer.",
        "github.refused" => "GitHub refused what was asked of it.",
        "app.not_connected" => "No GitHub App is connected any more.",
        "storage.unavailable" => "Covermark's own storage did not answer.",
        "internal" => "Covermark failed on it.",
        "feedback.still_waiting" => "More uploads are waited for.",
        "feedback.already_posted" => "What was posted speaks of these uploads already.",
        "feedback.more_to_come" => {
            "It was posted a moment ago, and other uploads are about to come: it follows with them."
        }
        "feedback.not_waited_for" => "Nothing is waited for any more, or another message is under way.",
        other => other,
    }
}

/// What became of a fork's upload where the repository's own jobs uploaded for the commit too.
pub(crate) const FROM_A_FORK: &str =
    "left out: from a fork, and the repository itself uploaded reports for this commit";

/// What to do about a path that was left out, by its reason's code.
pub(crate) fn left_out(code: &str) -> &str {
    match code {
        "unknown-path" => "No file of the repository has this path or ends in it.",
        "ambiguous-path" => "Several files of the repository end in this path.",
        "absolute-path" => "A path of the build machine, and no list of the repository's files came with the upload.",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::not_posted;

    /// Where the codes are made. A function may not depend on another one, not even to be tested.
    const CODES: &str = include_str!("../../feedback/src/skip.rs");

    #[test]
    fn every_reason_that_feedback_gives_has_words() {
        let codes: Vec<_> =
            CODES.lines().filter_map(|line| line.trim().strip_prefix("Self::")?.split('"').nth(1)).collect();
        assert!(codes.len() > 35, "{codes:?}");
        let bare: Vec<_> = codes.into_iter().filter(|code| not_posted(code) == *code).collect();
        assert!(bare.is_empty(), "no words for {bare:?}");
    }
}
