//! What the App changed at GitHub and no test has looked at yet.
//!
//! Every write of a client leaves one effect. A test consumes it with an `expect_…` verb; what is left at `finish()` was
//! not expected by anybody, and fails the test.

use covermark_types::RepositoryId;

use crate::state::{CheckRun, Comment, CommitStatus, RepositoryHook};

/// One change made by a client.
#[derive(Clone, Debug)]
pub enum Effect {
    /// A comment was written.
    CommentCreated(RepositoryId, Comment),
    /// A comment was edited.
    CommentEdited(RepositoryId, Comment),
    /// A comment was taken away.
    CommentDeleted(RepositoryId, Comment),
    /// A commit status was set.
    StatusCreated(RepositoryId, CommitStatus),
    /// A check run was made.
    CheckRunCreated(RepositoryId, CheckRun),
    /// A check run was changed.
    CheckRunUpdated(RepositoryId, CheckRun),
    /// A failed delivery was asked for again; the id is the new delivery's.
    RedeliveryRequested(u64),
    /// The App's webhook was configured anew.
    HookConfigured,
    /// A repository got a webhook of its own.
    RepositoryHookCreated(RepositoryId, RepositoryHook),
    /// A repository's webhook was changed.
    RepositoryHookUpdated(RepositoryId, RepositoryHook),
    /// A repository's webhook was taken away.
    RepositoryHookDeleted(RepositoryId, RepositoryHook),
}

impl Effect {
    /// One line for a person who has to find out where it came from.
    #[must_use]
    pub fn describe(&self) -> String {
        let first = |body: &str| body.lines().find(|line| !line.trim().is_empty()).unwrap_or("").to_owned();
        match self {
            Self::CommentCreated(_, comment) => {
                format!("comment {} written on pull request {}: {}", comment.id, comment.pull, first(&comment.body))
            }
            Self::CommentEdited(_, comment) => {
                format!("comment {} edited on pull request {}: {}", comment.id, comment.pull, first(&comment.body))
            }
            Self::CommentDeleted(_, comment) => {
                format!("comment {} deleted on pull request {}", comment.id, comment.pull)
            }
            Self::StatusCreated(_, status) => format!(
                "status {} = {} at {}: {}",
                status.context,
                status.state,
                status.sha.short(),
                status.description.as_deref().unwrap_or("")
            ),
            Self::CheckRunCreated(_, run) => format!("check run {} made at {}", run.name, run.head_sha.short()),
            Self::CheckRunUpdated(_, run) => format!("check run {} changed at {}", run.name, run.head_sha.short()),
            Self::RedeliveryRequested(id) => format!("redelivery {id} asked for"),
            Self::RepositoryHookCreated(id, hook) => {
                format!("hook {} made in repository {id} for {}", hook.id, hook.url)
            }
            Self::RepositoryHookUpdated(id, hook) => format!("hook {} changed in repository {id}", hook.id),
            Self::RepositoryHookDeleted(id, hook) => format!("hook {} deleted in repository {id}", hook.id),
            Self::HookConfigured => "the App's webhook configured anew".to_owned(),
        }
    }
}

/// Effects that nobody has consumed, oldest first.
#[derive(Default)]
pub(crate) struct Effects {
    waiting: Vec<Effect>,
}

impl Effects {
    pub(crate) fn record(&mut self, effect: Effect) {
        self.waiting.push(effect);
    }

    /// Takes the oldest effect that `wanted` makes something of.
    pub(crate) fn take<T>(&mut self, wanted: impl Fn(&Effect) -> Option<T>) -> Option<T> {
        let (at, found) = self.waiting.iter().enumerate().find_map(|(at, effect)| Some((at, wanted(effect)?)))?;
        self.waiting.remove(at);
        Some(found)
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    pub(crate) fn descriptions(&self) -> Vec<String> {
        self.waiting.iter().map(Effect::describe).collect()
    }
}
