//! What other Apps run on commits, and merge queues.

use covermark_types::CommitSha;

use super::{PullRequest, Repo};
use crate::state::{CheckSuite, CommitStatus};

impl Repo {
    /// An App begins to run something on a commit; returns the suite's number.
    pub fn start_suite(&self, sha: &CommitSha, app: &str) -> u64 {
        let mut world = self.github.shared.lock();
        let (id, created_at) = (world.next_id(), world.now());
        let (status, app) = ("in_progress".to_owned(), app.to_owned());
        let suite = CheckSuite { id, head_sha: sha.clone(), app, status, conclusion: None, runs: 1, created_at };
        world.repository_mut(self.id).check_suites.push(suite);
        id
    }

    /// A suite ends: `success`, `failure`, `cancelled`, …
    ///
    /// # Panics
    /// When there is no such suite.
    pub fn end_suite(&self, suite: u64, conclusion: &str) {
        let mut world = self.github.shared.lock();
        let suites = &mut world.repository_mut(self.id).check_suites;
        let suite = suites.iter_mut().find(|known| known.id == suite).expect("the suite was started");
        (suite.status, suite.conclusion) = ("completed".to_owned(), Some(conclusion.to_owned()));
    }

    /// Another CI sets a status.
    pub fn set_status(&self, sha: &CommitSha, context: &str, state: &str) {
        let mut world = self.github.shared.lock();
        let (id, created_at) = (world.next_id(), world.now());
        let creator = world.repository(self.id).owner;
        let (state, context) = (state.to_owned(), context.to_owned());
        let status = CommitStatus {
            id,
            sha: sha.clone(),
            state,
            context,
            description: None,
            target_url: None,
            creator,
            created_at,
        };
        world.repository_mut(self.id).statuses.push(status);
    }

    /// Puts a pull request into the merge queue of its base: a commit that merges it, on the queue's own branch.
    pub fn enqueue(&self, pull: &PullRequest) -> (CommitSha, String) {
        let (state, pull) = (self.state(), pull.state());
        let tip = state.branches.get(&pull.base.branch).expect("the base is a branch");
        let branch = format!("gh-readonly-queue/{}/pr-{}-{tip}", pull.base.branch, pull.number);
        let head = state.commits.get(&pull.head.sha).expect("the head is a commit");
        let mut draft = self.commit(&branch).merge(&pull.head.sha);
        for (path, blob) in &head.tree {
            draft = draft.write(path, &blob.bytes);
        }
        (draft.message("Merge pull request").push(), branch)
    }
}
