//! What people do with a repository: push, branch, fork, rename.

use covermark_types::{CommitSha, PullNumber, RepositoryId, RepositoryName};

use super::{GitHubStandIn, Owner, PullRequest};
use crate::{
    git::{Blob, Commit, Signature, Tree, commit_id, listing},
    state::{CheckRun, CommitStatus, Head, Pull, PullState, Repository, World},
    webhooks,
};

/// A repository in a story.
#[derive(Clone)]
pub struct Repo {
    pub(super) github: GitHubStandIn,
    /// Its number.
    pub id: RepositoryId,
}

impl Repo {
    /// A copy of its state.
    #[must_use]
    pub fn state(&self) -> Repository {
        self.github.shared.lock().repository(self.id).clone()
    }

    /// `owner/name` as it is now.
    #[must_use]
    pub fn name(&self) -> RepositoryName {
        self.github.shared.lock().full_name(self.id).parse().expect("a name that GitHub allows")
    }

    /// Pushes one commit that writes `files` (path, content) to `branch`, which starts at the default branch when new.
    pub fn push<P: AsRef<str>, C: AsRef<[u8]>>(&self, branch: &str, files: &[(P, C)]) -> CommitSha {
        let draft = self.commit(branch);
        files.iter().fold(draft, |draft, (path, content)| draft.write(path.as_ref(), content.as_ref())).push()
    }

    /// Begins a commit on `branch`, which starts at the default branch when new.
    #[must_use]
    pub fn commit(&self, branch: &str) -> CommitDraft {
        let world = self.github.shared.lock();
        let repository = world.repository(self.id);
        let start = repository.branches.get(branch).or_else(|| repository.branches.get(&repository.default_branch));
        let tree = start.and_then(|sha| repository.commits.get(sha)).map(|commit| commit.tree.clone());
        CommitDraft {
            repo: self.clone(),
            branch: branch.to_owned(),
            parents: start.cloned().into_iter().collect(),
            tree: tree.unwrap_or_default(),
            message: None,
            forced: false,
        }
    }

    /// Makes a branch at a commit, without a new commit.
    pub fn branch(&self, name: &str, at: &CommitSha) {
        let mut world = self.github.shared.lock();
        world.move_branch(self.id, name, at.clone(), false);
    }

    /// Moves a branch to a commit that does not follow the present one.
    pub fn force_push(&self, branch: &str, to: &CommitSha) {
        let mut world = self.github.shared.lock();
        world.move_branch(self.id, branch, to.clone(), true);
    }

    /// Opens a pull request between two branches of this repository.
    #[must_use]
    pub fn open_pull_request(&self, title: &str, head: &str, base: &str) -> PullRequest {
        self.open_pull_request_from(self, title, head, base)
    }

    /// Opens a pull request from a branch of `fork` (or of this repository).
    #[must_use]
    pub fn open_pull_request_from(&self, fork: &Repo, title: &str, head: &str, base: &str) -> PullRequest {
        let mut world = self.github.shared.lock();
        let number = world.open_pull(self.id, fork.id, title, head, base);
        drop(world);
        PullRequest { repo: self.clone(), number }
    }

    /// A pull request that is there.
    #[must_use]
    pub fn pull(&self, number: u64) -> PullRequest {
        PullRequest { repo: self.clone(), number: PullNumber(number) }
    }

    /// The number that the next pull request gets.
    pub fn next_pull_number(&self, number: u64) {
        self.github.shared.lock().repository_mut(self.id).next_number = number;
    }

    /// Forks it to `owner`.
    #[must_use]
    pub fn fork(&self, owner: &Owner) -> Repo {
        let mut world = self.github.shared.lock();
        let original = world.repository(self.id).clone();
        let id = world.make_repository(owner.id, &original.name);
        let fork = world.repository_mut(id);
        fork.fork_of = Some(original.id);
        fork.private = original.private;
        fork.branches = original.branches;
        fork.commits = original.commits;
        fork.default_branch = original.default_branch;
        drop(world);
        Repo { github: self.github.clone(), id }
    }

    /// Gives it another name; the old one redirects.
    pub fn rename(&self, name: &str) {
        let mut world = self.github.shared.lock();
        let (owner, now) = (world.account(world.repository(self.id).owner).login.clone(), world.now());
        let repository = world.repository_mut(self.id);
        let old = std::mem::replace(&mut repository.name, name.to_owned());
        repository.former_names.push((owner, old.clone()));
        repository.updated_at = now;
        let changes = serde_json::json!({"repository": {"name": {"from": old}}});
        webhooks::repository(&mut world, self.id, "renamed", Some(changes));
    }

    /// Gives it to another owner; the old name redirects. Installations of the old owner lose it.
    pub fn transfer(&self, owner: &Owner) {
        let mut world = self.github.shared.lock();
        let (from, now) = (world.account(world.repository(self.id).owner).clone(), world.now());
        let repository = world.repository_mut(self.id);
        repository.former_names.push((from.login.clone(), repository.name.clone()));
        repository.owner = owner.id;
        repository.updated_at = now;
        webhooks::transferred(&mut world, self.id, from.id);
    }

    /// Deletes it with all that is in it.
    pub fn delete(&self) {
        let mut world = self.github.shared.lock();
        webhooks::repository(&mut world, self.id, "deleted", None);
        world.repositories.remove(&self.id);
    }

    /// Lets everybody read it.
    pub fn publish(&self) {
        let mut world = self.github.shared.lock();
        world.repository_mut(self.id).private = false;
        webhooks::repository(&mut world, self.id, "publicized", None);
    }

    /// Gives a person from outside access.
    pub fn add_collaborator(&self, user: &Owner) {
        self.github.shared.lock().repository_mut(self.id).collaborators.insert(user.id);
    }

    /// The latest status of each context at the commit.
    #[must_use]
    pub fn statuses(&self, sha: &CommitSha) -> Vec<CommitStatus> {
        self.state().latest_statuses(sha).into_iter().cloned().collect()
    }

    /// The check runs at the commit.
    #[must_use]
    pub fn check_runs(&self, sha: &CommitSha) -> Vec<CheckRun> {
        self.state().check_runs.into_iter().filter(|run| run.head_sha == *sha).collect()
    }
}

/// A commit that is being written.
#[must_use]
pub struct CommitDraft {
    repo: Repo,
    branch: String,
    parents: Vec<CommitSha>,
    tree: Tree,
    message: Option<String>,
    forced: bool,
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

impl World {
    fn make_commit(
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
    fn move_branch(&mut self, id: RepositoryId, branch: &str, to: CommitSha, forced: bool) {
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

    fn open_pull(
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
