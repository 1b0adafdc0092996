//! Writing commits.

use covermark_types::CommitSha;

use super::Repo;
use crate::git::{Blob, Tree};

/// A commit that is being written.
#[must_use]
pub struct CommitDraft {
    pub(super) repo: Repo,
    pub(super) branch: String,
    pub(super) parents: Vec<CommitSha>,
    pub(super) tree: Tree,
    pub(super) message: Option<String>,
    pub(super) forced: bool,
}

impl CommitDraft {
    /// Writes a file.
    pub fn write(mut self, path: &str, content: &[u8]) -> Self {
        self.tree.insert(path.to_owned(), Blob::new(content));
        self
    }

    /// Removes a file.
    pub fn remove(mut self, path: &str) -> Self {
        assert!(self.tree.remove(path).is_some(), "there is no file {path} to remove");
        self
    }

    /// Moves a file.
    pub fn rename(mut self, from: &str, to: &str) -> Self {
        let blob = self.tree.remove(from).unwrap_or_else(|| panic!("there is no file {from} to rename"));
        self.tree.insert(to.to_owned(), blob);
        self
    }

    /// Says what it does.
    pub fn message(mut self, text: &str) -> Self {
        self.message = Some(text.to_owned());
        self
    }

    /// Makes it a merge of `other`, whose files are taken over where this branch has none.
    pub fn merge(mut self, other: &CommitSha) -> Self {
        let merged = self.repo.state();
        let commit = merged.commits.get(other).expect("a commit of this repository");
        for (path, blob) in &commit.tree {
            self.tree.entry(path.clone()).or_insert_with(|| blob.clone());
        }
        self.parents.push(other.clone());
        self
    }

    /// Puts it in the place of the branch's last commit, as `git commit --amend` and a forced push do.
    pub fn amend(mut self) -> Self {
        let repository = self.repo.state();
        let last = self.parents.first().and_then(|sha| repository.commits.get(sha));
        self.parents = last.map(|commit| commit.parents.clone()).unwrap_or_default();
        self.forced = true;
        self
    }

    /// Pushes it.
    pub fn push(self) -> CommitSha {
        let mut world = self.repo.github.shared.lock();
        let id = self.repo.id;
        let sha = world.make_commit(id, self.parents, self.tree, self.message);
        world.move_branch(id, &self.branch, sha.clone(), self.forced);
        sha
    }
}
