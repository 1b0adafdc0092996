//! What a push and a new pull request change in the state, and whom GitHub tells.

use covermark_types::{CommitSha, PullNumber, RepositoryId};

use crate::{
    git::{Commit, Signature, Tree, commit_id, listing},
    state::{Head, Pull, PullState, World},
    webhooks,
};

impl World {
    pub(super) fn make_commit(
        &mut self,
        id: RepositoryId,
        parents: Vec<CommitSha>,
        tree: Tree,
        message: Option<String>,
    ) -> CommitSha {
        let (sequence, at) = (self.next_id(), self.now());
        let owner = self.repository(id).owner;
        let login = self.account(self.hand_of(owner)).login.clone();
        let author = Signature { email: format!("{login}@example.com"), name: login };
        let message = message.unwrap_or_else(|| format!("Change {} files", tree.len()));
        let tree_sha = listing(&tree).into_iter().next().map(|root| root.sha).unwrap_or_default();
        let sha = commit_id(&tree_sha, &parents, &author, at, &message);
        let commit = Commit { sha: sha.clone(), tree_sha, parents, tree, message, author, at, sequence };
        self.repository_mut(id).commits.insert(sha.clone(), commit);
        sha
    }

    /// Moves a branch, tells the App, and brings open pull requests of the branch along.
    pub(super) fn move_branch(&mut self, id: RepositoryId, branch: &str, to: CommitSha, forced: bool) {
        let now = self.now();
        let repository = self.repository_mut(id);
        assert!(repository.commits.contains_key(&to), "commit {to} is not in the repository");
        let before = repository.branches.insert(branch.to_owned(), to.clone());
        repository.pushed_at = now;
        webhooks::push(self, id, branch, before.as_ref(), &to, forced);
        if let Some(before) = before {
            self.synchronize(id, branch, &before, &to);
        }
    }

    fn synchronize(&mut self, head: RepositoryId, branch: &str, before: &CommitSha, after: &CommitSha) {
        let concerned =
            |pull: &Pull| pull.state == PullState::Open && pull.head.repository == head && pull.head.branch == branch;
        let all: Vec<(RepositoryId, PullNumber)> = self
            .repositories
            .values()
            .flat_map(|base| base.pulls.values().filter(|pull| concerned(pull)).map(|pull| (base.id, pull.number)))
            .collect();
        let now = self.now();
        for (base, number) in all {
            self.adopt_commits(base, head);
            let repository = self.repository_mut(base);
            let pull = repository.pulls.get_mut(&number).expect("it was listed just now");
            pull.head.sha = after.clone();
            pull.updated_at = now;
            if let Some(tip) = repository.branches.get(&pull.base.branch) {
                pull.base.sha = tip.clone();
            }
            let extra = serde_json::json!({"before": before, "after": after});
            webhooks::pull_request(self, base, number, "synchronize", extra);
        }
    }

    /// A pull request's commits can be read in the repository it aims at, also when they come from a fork.
    fn adopt_commits(&mut self, base: RepositoryId, head: RepositoryId) {
        if base != head {
            let commits = self.repository(head).commits.clone();
            self.repository_mut(base).commits.extend(commits);
        }
    }

    pub(super) fn open_pull(
        &mut self,
        base: RepositoryId,
        fork: RepositoryId,
        title: &str,
        head: &str,
        target: &str,
    ) -> PullNumber {
        self.adopt_commits(base, fork);
        let tip = |world: &Self, id: RepositoryId, branch: &str| {
            let sha = world.repository(id).branches.get(branch).cloned();
            let sha = sha.unwrap_or_else(|| panic!("nobody pushed to {branch} of {}", world.full_name(id)));
            Head { repository: id, branch: branch.to_owned(), sha }
        };
        let (head, target) = (tip(self, fork, head), tip(self, base, target));
        let (id, now) = (self.next_id(), self.now());
        let author = self.hand_of(self.repository(fork).owner);
        let repository = self.repository_mut(base);
        let number = PullNumber(repository.next_number);
        repository.next_number += 1;
        let pull = Pull {
            id,
            number,
            title: title.to_owned(),
            body: None,
            author,
            base: target,
            head,
            state: PullState::Open,
            merged_at: None,
            merge_commit: None,
            draft: false,
            created_at: now,
            updated_at: now,
            closed_at: None,
            diff_too_large: false,
        };
        repository.pulls.insert(number, pull);
        webhooks::pull_request(self, base, number, "opened", serde_json::json!({}));
        number
    }
}
