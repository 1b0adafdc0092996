//! What people do with a repository: push, branch, fork, rename.

use covermark_types::{CommitSha, PullNumber, RepositoryId, RepositoryName};

use super::{CommitDraft, GitHubStandIn, Owner, PullRequest};
use crate::{
    state::{CheckRun, CommitStatus, Repository},
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
