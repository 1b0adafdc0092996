//! What people do at GitHub, as bytes tell.

use std::collections::HashMap;

use covermark_standin::{AppInstallation, GitHubStandIn, Owner, PullRequest, Repo};
use covermark_types::{InstallationId, PullNumber, RepositoryId};

use crate::house::House;

/// One thing that happens. What cannot happen at that moment does not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) kind: u8,
    pub(crate) one: u8,
    pub(crate) other: u8,
}

/// What happened so far.
pub(crate) struct History {
    pub(crate) steps: u64,
    /// In words, for whoever has to understand a failure.
    pub(crate) told: Vec<String>,
    /// Pull requests, and whether GitHub told of their last change: it tells nothing of what no installation covers.
    pub(crate) heard: HashMap<(RepositoryId, PullNumber), bool>,
    github: GitHubStandIn,
    owners: Vec<Owner>,
    repositories: Vec<Repo>,
    pulls: Vec<PullRequest>,
    installed: HashMap<InstallationId, AppInstallation>,
    names: u64,
}

impl History {
    pub(crate) fn new(house: &House) -> Self {
        let github = house.github.clone();
        let owners = vec![github.org("acme"), github.org("globex")];
        let mut history = Self {
            steps: 0,
            told: Vec::new(),
            heard: HashMap::new(),
            github,
            owners,
            repositories: Vec::new(),
            pulls: Vec::new(),
            installed: HashMap::new(),
            names: 0,
        };
        history.begin();
        history
    }

    /// Nothing comes of an empty GitHub: both have the App, and two repositories, one of them with a pull request.
    fn begin(&mut self) {
        for owner in 0..2 {
            let step = |kind, other| Step { kind, one: owner, other };
            self.install(step(0, 0));
            self.create(step(5, 0));
            self.create(step(5, 0));
            self.open(Step { kind: 14, one: owner * 2, other: 0 });
        }
    }

    pub(crate) async fn play(&mut self, house: &mut House, step: Step) {
        self.steps += 1;
        house.pass(u64::from(step.other) * 20);
        match step.kind % 20 {
            0 | 1 => self.install(step),
            2 => self.with_installation(step, "suspended", |installation| installation.suspend()),
            3 => self.with_installation(step, "unsuspended", |installation| installation.unsuspend()),
            4 => self.uninstall(step),
            5 | 6 => self.create(step),
            7 => self.with_repository(step, "renamed", |repo, name| repo.rename(&name)),
            8 => self.transfer(step),
            9 => self.with_repository(step, "published", |repo, _| repo.publish()),
            10 => self.with_repository(step, "made private", |repo, _| repo.make_private()),
            11 => self.with_repository(step, "another default branch", |repo, name| repo.set_default_branch(&name)),
            12 => self.select(step),
            13 => self.delete(step),
            14 => self.open(step),
            15 => self.change_pull(step),
            16 => self.rename_owner(step),
            17 => house.trouble(),
            18 => house.deliver().await,
            _ => house.work(usize::from(step.one % 8)).await,
        }
    }

    fn tell(&mut self, what: String) {
        self.told.push(what);
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("thing-{}", self.names)
    }

    fn owner(&self, byte: u8) -> usize {
        usize::from(byte) % self.owners.len()
    }

    fn installation_of(&self, owner: usize) -> Option<AppInstallation> {
        let account = self.owners[owner].id;
        let found = self.github.installations().into_iter().find(|found| found.account == account)?;
        self.installed.get(&found.id).cloned()
    }

    fn install(&mut self, step: Step) {
        let owner = self.owner(step.one);
        if self.installation_of(owner).is_some() {
            return;
        }
        let theirs: Vec<&Repo> =
            self.repositories.iter().filter(|repo| repo.state().owner == self.owners[owner].id).collect();
        let installation = match theirs.get(usize::from(step.other) % (theirs.len() + 1)) {
            Some(chosen) => self.github.install_app_on(&self.owners[owner], &[chosen]),
            None => self.github.install_app(&self.owners[owner]),
        };
        self.tell(format!("{} installed {}", self.owners[owner].login, installation.id));
        self.installed.insert(installation.id, installation);
    }

    fn with_installation(&mut self, step: Step, what: &str, change: impl FnOnce(&AppInstallation)) {
        let Some(installation) = self.installation_of(self.owner(step.one)) else { return };
        change(&installation);
        self.forget_pulls();
        self.tell(format!("{} {what}", installation.id));
    }

    fn uninstall(&mut self, step: Step) {
        // Rarely: most histories are about Apps that stay.
        if !step.other.is_multiple_of(3) {
            return;
        }
        self.with_installation(step, "uninstalled", |installation| installation.delete());
    }

    fn create(&mut self, step: Step) {
        if self.repositories.len() >= 6 {
            return;
        }
        let (owner, name) = (self.owner(step.one), self.name());
        let repo = self.owners[owner].create_repository(&name);
        self.tell(format!("{} created", repo.name()));
        self.repositories.push(repo);
    }

    fn pick(&self, byte: u8) -> Option<Repo> {
        self.repositories.get(usize::from(byte) % self.repositories.len().max(1)).cloned()
    }

    fn with_repository(&mut self, step: Step, what: &str, change: impl FnOnce(&Repo, String)) {
        let Some(repo) = self.pick(step.one) else { return };
        let name = self.name();
        change(&repo, name);
        self.tell(format!("{} {what}", repo.name()));
    }

    fn transfer(&mut self, step: Step) {
        let (Some(repo), to) = (self.pick(step.one), self.owner(step.other)) else { return };
        if repo.state().owner == self.owners[to].id {
            return;
        }
        repo.transfer(&self.owners[to]);
        self.forget_pulls();
        self.tell(format!("{} transferred", repo.name()));
    }

    fn select(&mut self, step: Step) {
        let Some(repo) = self.pick(step.one) else { return };
        let owner = self.owners.iter().position(|owner| owner.id == repo.state().owner);
        let Some(installation) = owner.and_then(|owner| self.installation_of(owner)) else { return };
        let covered = self.github.covered_by(installation.id).iter().any(|known| known.id == repo.id);
        if covered {
            installation.remove_repository(&repo);
            self.forget_pulls();
        } else {
            installation.add_repository(&repo);
        }
        self.tell(format!("{} {} {}", installation.id, if covered { "lets go" } else { "takes" }, repo.name()));
    }

    fn delete(&mut self, step: Step) {
        if !step.other.is_multiple_of(2) {
            return;
        }
        let Some(repo) = self.pick(step.one) else { return };
        self.tell(format!("{} deleted", repo.name()));
        repo.delete();
        self.repositories.retain(|known| known.id != repo.id);
        self.heard.retain(|(id, _), _| *id != repo.id);
        self.pulls.retain(|pull| self.heard.contains_key(&key(pull)));
    }

    fn open(&mut self, step: Step) {
        let Some(repo) = self.pick(step.one) else { return };
        let (branch, base) = (self.name(), repo.state().default_branch);
        repo.push(&base, &[("a.txt", base.as_str())]);
        repo.push(&branch, &[("a.txt", branch.as_str())]);
        let pull = repo.open_pull_request("A change", &branch, &base);
        self.tell(format!("{}#{} opened", repo.name(), pull.number));
        self.note(&pull);
        self.pulls.push(pull);
    }

    fn change_pull(&mut self, step: Step) {
        let Some(pull) = self.pulls.get(usize::from(step.one) % self.pulls.len().max(1)).cloned() else { return };
        let what = match (step.other % 3, pull.state().state) {
            (0, covermark_standin::state::PullState::Open) => {
                pull.close();
                "closed"
            }
            (_, covermark_standin::state::PullState::Closed) => {
                pull.reopen();
                "reopened"
            }
            _ => {
                pull.convert_to_draft();
                "made a draft"
            }
        };
        self.tell(format!("#{} {what}", pull.number));
        self.note(&pull);
    }

    fn rename_owner(&mut self, step: Step) {
        let (owner, name) = (self.owner(step.one), self.name());
        self.owners[owner].rename(&name);
        self.tell(format!("an owner is called {name} now"));
    }

    /// Whether GitHub told of this change.
    fn note(&mut self, pull: &PullRequest) {
        let told = self.github.installations().iter().any(|found| {
            found.suspended.is_none() && self.github.covered_by(found.id).iter().any(|repo| repo.id == key(pull).0)
        });
        self.heard.insert(key(pull), told);
    }

    /// Coverage changed: what is read from now on may be read where nothing covers it, so nothing is claimed of it.
    fn forget_pulls(&mut self) {
        for heard in self.heard.values_mut() {
            *heard = false;
        }
    }
}

pub(crate) fn key(pull: &PullRequest) -> (RepositoryId, PullNumber) {
    (pull.repository(), pull.number)
}
