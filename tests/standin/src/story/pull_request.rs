//! What people do with a pull request.

use covermark_types::{CommitSha, PullNumber};
use serde_json::json;

use super::{Owner, Repo};
use crate::{
    git::{FileChange, changes, merge_base, unified},
    state::{Comment, Pull, PullState, Repository, World},
    webhooks,
};

/// A pull request in a story.
#[derive(Clone)]
pub struct PullRequest {
    pub(super) repo: Repo,
    /// Its number.
    pub number: PullNumber,
}

impl PullRequest {
    /// A copy of its state.
    #[must_use]
    pub fn state(&self) -> Pull {
        let world = self.repo.github.shared.lock();
        world.repository(self.repo.id).pulls.get(&self.number).expect("the pull request is there").clone()
    }

    /// The commit it is at.
    #[must_use]
    pub fn head_sha(&self) -> CommitSha {
        self.state().head.sha
    }

    /// The tip of the base branch when it was opened or last pushed to.
    #[must_use]
    pub fn base_sha(&self) -> CommitSha {
        self.state().base.sha
    }

    /// The address of its page.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/{}/pull/{}", self.repo.github.web_url(), self.repo.name(), self.number)
    }

    /// Its diff, as the API answers it.
    #[must_use]
    pub fn diff(&self) -> Vec<u8> {
        let pull = self.state();
        unified(&pull_changes(&self.repo.state(), &pull))
    }

    /// Its comments, oldest first.
    #[must_use]
    pub fn comments(&self) -> Vec<Comment> {
        self.repo.state().comments_of(self.number).into_iter().cloned().collect()
    }

    /// A person comments on it.
    pub fn comment_by(&self, author: &Owner, body: &str) -> Comment {
        let mut world = self.repo.github.shared.lock();
        world.make_comment(self.repo.id, self.number, author.id, false, body)
    }

    /// A person deletes a comment.
    pub fn delete_comment(&self, id: u64) {
        let mut world = self.repo.github.shared.lock();
        world.repository_mut(self.repo.id).comments.retain(|comment| comment.id != id);
    }

    /// A person who may edits a comment.
    pub fn edit_comment(&self, id: u64, body: &str) {
        let mut world = self.repo.github.shared.lock();
        let now = world.now();
        let comments = &mut world.repository_mut(self.repo.id).comments;
        for comment in comments.iter_mut().filter(|comment| comment.id == id) {
            comment.body = body.to_owned();
            comment.updated_at = now;
        }
    }

    /// From now on its diff is too large for GitHub to make.
    pub fn grow_too_large(&self) {
        self.change(|pull| pull.diff_too_large = true);
    }

    /// Marks it as a draft.
    pub fn convert_to_draft(&self) {
        self.change(|pull| pull.draft = true);
        self.announce("converted_to_draft");
    }

    /// Ends it without merging.
    pub fn close(&self) {
        self.end(None);
        self.announce("closed");
    }

    /// Opens it again.
    pub fn reopen(&self) {
        self.change(|pull| {
            pull.state = PullState::Open;
            pull.closed_at = None;
        });
        self.announce("reopened");
    }

    /// Merges it on trial, as GitHub does in the background while it is open: `refs/pull/N/merge`, on no branch.
    #[must_use]
    pub fn merge_on_trial(&self) -> CommitSha {
        let pull = self.state();
        let mut world = self.repo.github.shared.lock();
        let tree = world.repository(self.repo.id).commits.get(&pull.head.sha).map(|head| head.tree.clone());
        let parents = vec![pull.base.sha, pull.head.sha];
        let sha = world.make_commit(self.repo.id, parents, tree.unwrap_or_default(), None);
        drop(world);
        self.change(|pull| pull.merge_commit = Some(sha.clone()));
        sha
    }

    /// Merges it with a merge commit on its base branch.
    pub fn merge(&self) -> CommitSha {
        let pull = self.state();
        let head = self.repo.state().commits.get(&pull.head.sha).expect("the head is there").tree.clone();
        let draft = self.repo.commit(&pull.base.branch).merge(&pull.head.sha);
        let draft = head.iter().fold(draft, |draft, (path, blob)| draft.write(path, &blob.bytes));
        let sha = draft.message(&format!("Merge pull request #{}", self.number)).push();
        self.end(Some(sha.clone()));
        self.announce("closed");
        sha
    }

    fn end(&self, merged: Option<CommitSha>) {
        let now = self.repo.github.shared.lock().now();
        self.change(|pull| {
            pull.state = PullState::Closed;
            pull.closed_at = Some(now);
            pull.merged_at = merged.as_ref().map(|_| now);
            pull.merge_commit = merged;
        });
    }

    fn change(&self, change: impl FnOnce(&mut Pull)) {
        let mut world = self.repo.github.shared.lock();
        let now = world.now();
        let pull = world.repository_mut(self.repo.id).pulls.get_mut(&self.number).expect("the pull request is there");
        change(pull);
        pull.updated_at = now;
    }

    fn announce(&self, action: &str) {
        let mut world = self.repo.github.shared.lock();
        webhooks::pull_request(&mut world, self.repo.id, self.number, action, json!({}));
    }
}

/// What the pull request changes: from the merge base to its head, as GitHub shows it.
pub(crate) fn pull_changes(repository: &Repository, pull: &Pull) -> Vec<FileChange> {
    let base = merge_base(&repository.commits, &pull.base.sha, &pull.head.sha);
    let before = base.and_then(|sha| repository.commits.get(&sha)).map(|commit| commit.tree.clone());
    let after = repository.commits.get(&pull.head.sha).map(|commit| commit.tree.clone());
    changes(&before.unwrap_or_default(), &after.unwrap_or_default())
}

impl World {
    pub(crate) fn make_comment(
        &mut self,
        repository: covermark_types::RepositoryId,
        pull: PullNumber,
        author: covermark_types::AccountId,
        by_app: bool,
        body: &str,
    ) -> Comment {
        let (id, now) = (self.next_id(), self.now());
        let comment = Comment { id, pull, author, by_app, body: body.to_owned(), created_at: now, updated_at: now };
        self.repository_mut(repository).comments.push(comment.clone());
        comment
    }
}
