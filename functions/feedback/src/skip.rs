//! Why something was not posted: a code that is stored with the commit, logged, and answered to direct invocations.

use serde::Serialize;

/// A reason for not posting something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Skip {
    /// Nothing was uploaded for the commit yet.
    NothingUploaded,
    /// An upload that was announced never came.
    UploadNotStored,
    /// An upload that nobody opened.
    UploadUnknown,
    /// A shard or report is gone from storage.
    ReportGone,
    /// We do not know the repository, or the App lost sight of it.
    RepositoryUnknown,
    /// No installation of the App covers the repository.
    NotInstalled,
    /// The installation is suspended.
    Suspended,
    /// The commit belongs to no open pull request, so there is nowhere to comment.
    NoPull,
    /// GitHub does not know the pull request that the upload named.
    PullNotFound,
    /// Somebody pushed since: what is known about the old head is not posted late.
    HeadMoved,
    /// GitHub does not know the commit.
    CommitUnknown,
    /// The App may not read the history.
    NoContents,
    /// The App may not comment.
    NoPullRequests,
    /// The App may not set statuses.
    NoStatuses,
    /// The App may not make check runs.
    NoChecks,
    /// A check run says the same already.
    CheckUnchanged,
    /// GitHub refused a check run: the permission is missing.
    CheckForbidden,
    /// GitHub refused what a check run should say.
    CheckRejected,
    /// The configuration wants no comment.
    CommentOff,
    /// Somebody switched the comment off in the repository's settings.
    CommentSwitchedOff,
    /// Somebody switched commit statuses off in the repository's settings.
    StatusesSwitchedOff,
    /// Somebody switched check runs off in the repository's settings.
    ChecksSwitchedOff,
    /// The comment says the same already.
    CommentUnchanged,
    /// Nothing has changed that the configuration wants a comment for.
    CommentNotRequired,
    /// Somebody deleted the comment, and the configuration says to leave it at that.
    CommentDeleted,
    /// GitHub refused the comment: the conversation is locked, or the permission is missing.
    CommentForbidden,
    /// GitHub refused the comment's text.
    CommentRejected,
    /// A status says the same already.
    StatusUnchanged,
    /// GitHub refused a status: the permission is missing.
    StatusForbidden,
    /// GitHub refused a status.
    StatusRejected,
    /// GitHub gave no complete diff, so the patch was not judged.
    DiffUnknown,
    /// No commit before this one has a report.
    NoBase,
    /// What this job brought was posted by another run already.
    AlreadyPosted,
    /// Nothing new came, and what is waited for is still to come.
    StillWaiting,
    /// Nobody waits for the commit any more, or another message does.
    NotWaitedFor,
    /// The commit is a pull request's place in a merge queue: verdicts alone, no comment.
    InQueue,
    /// The pull request is closed: nothing new is posted on it.
    PullClosed,
    /// The App may not see how far CI is, so its end is not waited for.
    NoCi,
    /// The comment was changed a moment ago and other uploads are about to come: theirs will change it.
    MoreToCome,
}

impl Skip {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NothingUploaded => "upload.none",
            Self::UploadNotStored => "upload.not_stored",
            Self::UploadUnknown => "upload.unknown",
            Self::ReportGone => "report.gone",
            Self::RepositoryUnknown => "repository.unknown",
            Self::NotInstalled => "installation.none",
            Self::Suspended => "installation.suspended",
            Self::NoPull => "pull.none",
            Self::PullNotFound => "pull.not_found",
            Self::HeadMoved => "pull.head_moved",
            Self::CommitUnknown => "commit.unknown",
            Self::NoContents => "permission.contents",
            Self::NoPullRequests => "permission.pull_requests",
            Self::NoStatuses => "permission.statuses",
            Self::NoChecks => "permission.checks",
            Self::CheckUnchanged => "check.unchanged",
            Self::CheckForbidden => "check.forbidden",
            Self::CheckRejected => "check.rejected",
            Self::CommentOff => "comment.off",
            Self::CommentSwitchedOff => "settings.comment",
            Self::StatusesSwitchedOff => "settings.statuses",
            Self::ChecksSwitchedOff => "settings.checks",
            Self::CommentUnchanged => "comment.unchanged",
            Self::CommentNotRequired => "comment.not_required",
            Self::CommentDeleted => "comment.deleted",
            Self::CommentForbidden => "comment.forbidden",
            Self::CommentRejected => "comment.rejected",
            Self::StatusUnchanged => "status.unchanged",
            Self::StatusForbidden => "status.forbidden",
            Self::StatusRejected => "status.rejected",
            Self::DiffUnknown => "diff.unknown",
            Self::NoBase => "base.none",
            Self::AlreadyPosted => "feedback.already_posted",
            Self::StillWaiting => "feedback.still_waiting",
            Self::NotWaitedFor => "feedback.not_waited_for",
            Self::InQueue => "pull.in_queue",
            Self::PullClosed => "pull.closed",
            Self::NoCi => "permission.ci",
            Self::MoreToCome => "feedback.more_to_come",
        }
    }
}

impl Serialize for Skip {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
