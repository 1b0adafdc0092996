//! GitHub's trial merges. A job of a pull request checks out `refs/pull/N/merge`, a commit that nobody made, that is on no
//! branch and that the next push replaces; `git rev-parse HEAD` names it. The verdict belongs on the pull request's head,
//! so a report for the trial merge is filed there.
//!
//! GitHub is asked only when an upload names a pull request that is not known to be at the upload's commit, and what it
//! said is remembered. When it does not answer, the upload stays where it was: nothing is refused for this.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use covermark_service::problem::Problem;
use covermark_state::rows::repository::Repository;
use covermark_types::{CommitSha, Provider, PullNumber, RepositoryId, Timestamp};
use jiff::SignedDuration;

use super::github::Look;
use crate::Upload;

/// How long what GitHub said is believed. The uploads of a matrix come within minutes, mostly.
const BELIEVED: SignedDuration = SignedDuration::from_secs(120);
/// Answers that are kept.
const KEPT: usize = 2_000;

type Key = (Provider, RepositoryId, PullNumber, CommitSha);

/// What GitHub said lately: the head, where the commit is its trial merge.
#[derive(Default)]
pub(super) struct Memory(Mutex<HashMap<Key, (Timestamp, Option<CommitSha>)>>);

impl Memory {
    fn recall(&self, key: &Key, now: Timestamp) -> Option<Option<CommitSha>> {
        let memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, head) = memory.get(key)?;
        (now.duration_since(*at).abs() < BELIEVED).then(|| head.clone())
    }

    fn keep(&self, key: Key, now: Timestamp, head: Option<CommitSha>) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.len() >= KEPT {
            memory.clear();
        }
        memory.insert(key, (now, head));
    }
}

/// The head of `pull` when `commit` is GitHub's trial merge of it.
pub(crate) async fn head_of(
    app: &Upload,
    repository: &Repository,
    pull: Option<PullNumber>,
    commit: &CommitSha,
) -> Result<Option<CommitSha>, Problem> {
    let Some(pull) = pull else { return Ok(None) };
    let known = app.table.pull(&repository.provider, repository.id, pull).await?;
    if known.is_some_and(|known| known.head_sha == *commit) {
        return Ok(None);
    }
    let (key, now) = ((repository.provider.clone(), repository.id, pull, commit.clone()), app.clock.now());
    if let Some(head) = app.proofs.trials.recall(&key, now) {
        return Ok(head);
    }
    let head = ask(app, repository, pull, commit).await;
    app.proofs.trials.keep(key, now, head.clone());
    Ok(head)
}

async fn ask(app: &Upload, repository: &Repository, pull: PullNumber, commit: &CommitSha) -> Option<CommitSha> {
    // What goes wrong is in the log already.
    let found = Look::at(app, repository).await.ok()??.pull(pull).await.ok()??;
    (found.merge_commit_sha.as_ref() == Some(commit) && found.merged_at.is_none()).then_some(found.head.sha)
}
