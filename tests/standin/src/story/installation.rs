//! What account owners do with the App: install, suspend, change the selection, remove.

use std::collections::BTreeSet;

use covermark_types::{AccountId, InstallationId, RepositoryId};

use super::{GitHubStandIn, Owner, Repo};
use crate::{
    state::{Installation, Level, Selection, World},
    webhooks,
};

/// An installation in a story.
#[derive(Clone)]
pub struct AppInstallation {
    github: GitHubStandIn,
    /// Its number.
    pub id: InstallationId,
}

impl GitHubStandIn {
    /// The account installs the App on all its repositories.
    pub fn install_app(&self, on: &Owner) -> AppInstallation {
        self.install(on, Selection::All)
    }

    /// The account installs the App on these repositories.
    pub fn install_app_on(&self, on: &Owner, repositories: &[&Repo]) -> AppInstallation {
        self.install(on, Selection::Selected(repositories.iter().map(|repo| repo.id).collect()))
    }

    fn install(&self, on: &Owner, selection: Selection) -> AppInstallation {
        let mut world = self.shared.lock();
        let id = install(&mut world, on.id, selection)
            .unwrap_or_else(|| panic!("the App is installed on {} already", on.login));
        drop(world);
        AppInstallation { github: self.clone(), id }
    }
}

/// The account installs the App; `None` when it has done so before.
pub(crate) fn install(world: &mut World, on: AccountId, selection: Selection) -> Option<InstallationId> {
    if world.installations.values().any(|installation| installation.account == on) {
        return None;
    }
    let (id, now) = (InstallationId(world.next_id()), world.now());
    let installation = Installation {
        id,
        account: on,
        selection,
        permissions: world.app.permissions.clone(),
        events: world.app.events.clone(),
        suspended: None,
        created_at: now,
        updated_at: now,
    };
    world.installations.insert(id, installation);
    webhooks::installation(world, id, "created");
    Some(id)
}

impl AppInstallation {
    /// A copy of its state.
    #[must_use]
    pub fn state(&self) -> Installation {
        self.github.shared.lock().installations.get(&self.id).expect("the installation is there").clone()
    }

    /// The account forbids the App everything for a while.
    pub fn suspend(&self) {
        let mut world = self.github.shared.lock();
        let by = world.hand_of(world.installations[&self.id].account);
        let now = world.now();
        world.change_installation(self.id, |installation| installation.suspended = Some((now, by)));
        webhooks::installation(&mut world, self.id, "suspend");
    }

    /// The account lets it work again.
    pub fn unsuspend(&self) {
        let mut world = self.github.shared.lock();
        world.change_installation(self.id, |installation| installation.suspended = None);
        webhooks::installation(&mut world, self.id, "unsuspend");
    }

    /// The account removes the App. Its tokens are void at once.
    pub fn delete(&self) {
        let mut world = self.github.shared.lock();
        webhooks::installation(&mut world, self.id, "deleted");
        world.installations.remove(&self.id);
    }

    /// The account grants a permission, as after a request for more.
    pub fn grant(&self, name: &str, level: Level) {
        let mut world = self.github.shared.lock();
        world.change_installation(self.id, |installation| {
            installation.permissions.insert(name.to_owned(), level);
        });
        webhooks::installation(&mut world, self.id, "new_permissions_accepted");
    }

    /// Takes a permission away, as an App does that is installed with an older set.
    pub fn withhold(&self, name: &str) {
        let mut world = self.github.shared.lock();
        world.change_installation(self.id, |installation| {
            installation.permissions.remove(name);
        });
    }

    /// The account adds a repository to the selection.
    pub fn add_repository(&self, repo: &Repo) {
        self.select(repo.id, true);
    }

    /// The account takes a repository out of the selection.
    pub fn remove_repository(&self, repo: &Repo) {
        self.select(repo.id, false);
    }

    fn select(&self, repository: RepositoryId, added: bool) {
        let mut world = self.github.shared.lock();
        let installation = &world.installations[&self.id];
        let mut selected: BTreeSet<RepositoryId> = world.covered_by(installation).into_iter().collect();
        if added {
            selected.insert(repository);
        } else {
            selected.remove(&repository);
        }
        world.change_installation(self.id, |installation| installation.selection = Selection::Selected(selected));
        webhooks::installation_repositories(&mut world, self.id, repository, added);
    }
}

impl crate::state::World {
    fn change_installation(&mut self, id: InstallationId, change: impl FnOnce(&mut Installation)) {
        let now = self.now();
        let installation = self.installations.get_mut(&id).expect("the installation is there");
        change(installation);
        installation.updated_at = now;
    }
}
