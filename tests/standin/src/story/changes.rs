//! What people change about accounts and repositories, and webhooks that arrive in an order of the test's own.

use std::collections::BTreeSet;

use covermark_types::{InstallationId, PullNumber, RepositoryId};
use serde_json::json;

use super::{GitHubStandIn, Owner, PullRequest, Repo, webhooks::record};
use crate::{state::Installation, webhooks};

impl GitHubStandIn {
    /// All installations, by id.
    #[must_use]
    pub fn installations(&self) -> Vec<Installation> {
        self.shared.lock().installations.values().cloned().collect()
    }

    /// The repositories that an installation covers, by id.
    #[must_use]
    pub fn covered_by(&self, id: InstallationId) -> Vec<Repo> {
        let world = self.shared.lock();
        let ids = world.installations.get(&id).map(|found| world.covered_by(found)).unwrap_or_default();
        drop(world);
        ids.into_iter().map(|id| Repo { github: self.clone(), id }).collect()
    }

    /// What waits will arrive in this order: `order` is given the numbers of the webhooks that wait, oldest first. Those
    /// that it leaves out are lost on the way, and GitHub remembers them as failed; those it names again arrive again,
    /// with the same GUID.
    pub fn arrange_webhooks(&self, order: impl FnOnce(&[u64]) -> Vec<u64>) {
        let mut world = self.shared.lock();
        let waiting = std::mem::take(&mut world.pending);
        let mut sent = BTreeSet::new();
        for id in order(&waiting) {
            assert!(waiting.contains(&id), "no webhook {id} waits");
            if sent.insert(id) {
                world.pending.push(id);
            } else {
                webhooks::again(&mut world, id);
            }
        }
        for id in waiting.into_iter().filter(|id| !sent.contains(id)) {
            record(&mut world, id, Err("failed to connect to host".to_owned()));
        }
    }

    /// A pull request by its repository's id.
    #[must_use]
    pub fn pull_request(&self, repository: RepositoryId, number: PullNumber) -> PullRequest {
        PullRequest { repo: Repo { github: self.clone(), id: repository }, number }
    }

    /// Takes back all trouble that is on order and met no request yet.
    pub fn calm_down(&self) {
        self.shared.lock().faults.calm_down();
    }
}

impl Owner {
    /// The account takes another name; the old one redirects, for each of its repositories.
    pub fn rename(&mut self, login: &str) {
        let mut world = self.github.shared.lock();
        let account = world.accounts.get_mut(&self.id).expect("the account is there");
        let old = std::mem::replace(&mut account.login, login.to_owned());
        for repository in world.repositories.values_mut().filter(|repository| repository.owner == self.id) {
            repository.former_names.push((old.clone(), repository.name.clone()));
        }
        let installation = world.installations.values().find(|found| found.account == self.id).map(|found| found.id);
        if let Some(id) = installation {
            webhooks::installation_target(&mut world, id, &old);
        }
        drop(world);
        login.clone_into(&mut self.login);
    }

    /// Makes a new repository, and says so.
    pub fn create_repository(&self, name: &str) -> Repo {
        let mut world = self.github.shared.lock();
        let id = world.make_repository(self.id, name);
        webhooks::repository(&mut world, id, "created", None);
        drop(world);
        Repo { github: self.github.clone(), id }
    }
}

impl Repo {
    /// Makes another branch the default one.
    pub fn set_default_branch(&self, branch: &str) {
        let from = self.state().default_branch;
        self.edit("edited", Some(json!({"default_branch": {"from": from}})), |repository| {
            branch.clone_into(&mut repository.default_branch);
        });
    }

    /// Makes `count` further branches at what the default one is at, `branch-000000` and on, without an event: GitHub sends
    /// none when more than three are pushed at once.
    pub fn add_branches(&self, count: u32) {
        let mut world = self.github.shared.lock();
        let repository = world.repository_mut(self.id);
        let Some(at) = repository.branches.get(&repository.default_branch).cloned() else { return };
        repository.branches.extend((0..count).map(|number| (format!("branch-{number:06}"), at.clone())));
    }

    /// Lets only its people read it.
    pub fn make_private(&self) {
        self.edit("privatized", None, |repository| repository.private = true);
    }

    fn edit(
        &self,
        action: &str,
        changes: Option<serde_json::Value>,
        change: impl FnOnce(&mut crate::state::Repository),
    ) {
        let mut world = self.github.shared.lock();
        let now = world.now();
        let repository = world.repository_mut(self.id);
        change(repository);
        repository.updated_at = now;
        webhooks::repository(&mut world, self.id, action, changes);
    }
}

impl PullRequest {
    /// The id of its repository.
    #[must_use]
    pub fn repository(&self) -> RepositoryId {
        self.repo.id
    }
}
