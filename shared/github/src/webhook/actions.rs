//! The words that events have in common: who did it, and what was done.
//!
//! Actions are lists of what we know; a word that GitHub adds reads as `Other` and never as an error.

use covermark_types::AccountId;
use serde::Deserialize;

use crate::{lenient, resources::installations::AccountKind};

/// Who caused an event.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Sender {
    /// The account.
    pub id: AccountId,
    /// Its name.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub login: String,
    /// What it is.
    #[serde(default, rename = "type", deserialize_with = "lenient::nullable")]
    pub kind: AccountKind,
}

impl Sender {
    /// Whether it is the App with this slug itself; answering its own events would go round for ever.
    #[must_use]
    pub fn is_app(&self, slug: &str) -> bool {
        self.kind == AccountKind::Bot
            && self.login.strip_suffix("[bot]").is_some_and(|name| name.eq_ignore_ascii_case(slug))
    }
}

macro_rules! actions {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// One that is newer than this list, or that changes nothing we keep.
            #[default]
            #[serde(other)]
            Other,
        }
    };
}

actions!(/// What happened to an installation.
InstallationAction {
    /// It is new.
    Created,
    /// It was removed.
    Deleted,
    /// It was suspended.
    Suspend,
    /// It is in force again.
    Unsuspend,
    /// Somebody granted what the App asks for now.
    NewPermissionsAccepted,
});
actions!(/// What happened to the list of an installation's repositories.
RepositoriesAction {
    /// Some came in.
    Added,
    /// Some left.
    Removed,
});
actions!(/// What happened to a repository.
RepositoryAction {
    /// It is new.
    Created,
    /// It is gone.
    Deleted,
    /// It has another name.
    Renamed,
    /// It has another owner.
    Transferred,
    /// Its default branch, description or the like changed.
    Edited,
    /// It became read-only.
    Archived,
    /// It can be written again.
    Unarchived,
    /// It became public.
    Publicized,
    /// It became private.
    Privatized,
});
actions!(/// What happened to a pull request.
PullRequestAction {
    /// It is new.
    Opened,
    /// It is open again.
    Reopened,
    /// Its head moved.
    Synchronize,
    /// Its title, text or base changed.
    Edited,
    /// It was merged or given up.
    Closed,
    /// It is no draft any more.
    ReadyForReview,
    /// It is a draft again.
    ConvertedToDraft,
});
actions!(/// What happened to a check run.
CheckRunAction {
    /// Somebody wants it to run again.
    Rerequested,
    /// Somebody pressed one of its buttons.
    RequestedAction,
});
actions!(/// What happened to a check suite, a workflow run or a merge group.
CiAction {
    /// It ended.
    Completed,
    /// Somebody wants all of it to run again.
    Rerequested,
    /// A merge queue wants its commit to be checked.
    ChecksRequested,
});
