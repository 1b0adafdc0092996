//! A commit that GitHub hears of late.

use covermark_types::CommitSha;

use super::Repo;
use crate::git::Commit;

/// A commit that is not known at the moment.
#[must_use]
pub struct LateCommit {
    repo: Repo,
    commit: Commit,
    branches: Vec<String>,
}

impl Repo {
    /// Makes a commit and the branches that end in it unknown, as to a question that overtakes the push.
    pub fn withhold(&self, sha: &CommitSha) -> LateCommit {
        let mut world = self.github.shared.lock();
        let repository = world.repository_mut(self.id);
        let commit = repository.commits.remove(sha).expect("a commit of this repository");
        let ends_in_it = repository.branches.iter().filter(|(_, tip)| *tip == sha);
        let branches: Vec<String> = ends_in_it.map(|(name, _)| name.clone()).collect();
        repository.branches.retain(|_, tip| tip != sha);
        LateCommit { repo: self.clone(), commit, branches }
    }
}

impl LateCommit {
    /// Now it is known.
    pub fn arrive(self) {
        let Self { repo, commit, branches } = self;
        let mut world = repo.github.shared.lock();
        let repository = world.repository_mut(repo.id);
        repository.branches.extend(branches.into_iter().map(|name| (name, commit.sha.clone())));
        repository.commits.insert(commit.sha.clone(), commit);
    }
}
