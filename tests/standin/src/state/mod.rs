//! The state of GitHub as plain structs: what exists, with public fields, and how to find it.
//!
//! No HTTP and no JSON here: `routes` change this state, `wire` shows it, `story` gives tests and the demo the verbs.
//! Ids are drawn from one counter, so that an id of one kind never passes for an id of another.

mod account;
mod app;
mod check_suite;
mod delivery;
mod feedback;
mod installation;
mod oauth;
mod pull;
mod registration;
mod repository;
mod repository_hook;
mod token;
mod workflow_run;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use covermark_types::{AccountId, Clock, InstallationId, Random, RepositoryId, SystemRandom, Timestamp};

pub use account::{Account, AccountKind};
pub use app::App;
pub(crate) use app::AppKey;
pub use check_suite::CheckSuite;
pub use delivery::{Attempt, HookDelivery};
pub use feedback::{CheckRun, Comment, CommitStatus};
pub use installation::{Installation, Selection};
pub(crate) use oauth::{Authorization, OAuth, UserToken};
pub use pull::{Head, Pull, PullState};
pub use registration::NewApp;
pub(crate) use registration::{ManifestCode, OpenManifest, Registration};
pub use repository::Repository;
pub use repository_hook::RepositoryHook;
pub use token::Level;
pub(crate) use token::{InstallationToken, Permissions, token_text};
pub use workflow_run::WorkflowRun;

use crate::{effects::Effects, faults::Faults, journal::Journal, server::RateLimits};

/// Where the stand-in is to be found.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// `http://127.0.0.1:PORT`.
    pub(crate) web: String,
    /// The same, or with `/api/v3` behind it.
    pub(crate) api: String,
    /// Whether it behaves as an Enterprise Server.
    pub(crate) enterprise: bool,
}

/// Everything that this GitHub knows.
pub(crate) struct World {
    pub(crate) origin: Origin,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) accounts: BTreeMap<AccountId, Account>,
    pub(crate) repositories: BTreeMap<RepositoryId, Repository>,
    pub(crate) app: App,
    pub(crate) installations: BTreeMap<InstallationId, Installation>,
    pub(crate) tokens: Vec<InstallationToken>,
    pub(crate) oauth: OAuth,
    /// Apps on their way to be registered.
    pub(crate) registration: Registration,
    /// Webhooks that wait for somebody to deliver them, as ids of `deliveries`.
    pub(crate) pending: Vec<u64>,
    pub(crate) deliveries: BTreeMap<u64, HookDelivery>,
    pub(crate) effects: Effects,
    pub(crate) journal: Journal,
    pub(crate) faults: Faults,
    pub(crate) limits: RateLimits,
    /// How long a request and its answer are on their way together.
    pub(crate) distance: Duration,
    last_id: u64,
}

impl World {
    pub(crate) fn new(origin: Origin, clock: Arc<dyn Clock>) -> Self {
        let now = clock.now();
        Self {
            app: App::new(now),
            origin,
            clock,
            accounts: BTreeMap::new(),
            repositories: BTreeMap::new(),
            installations: BTreeMap::new(),
            tokens: Vec::new(),
            oauth: OAuth::default(),
            registration: Registration::default(),
            pending: Vec::new(),
            deliveries: BTreeMap::new(),
            effects: Effects::default(),
            journal: Journal::default(),
            faults: Faults::default(),
            limits: RateLimits::default(),
            distance: Duration::ZERO,
            last_id: 70_000_000,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        // GitHub's times have a resolution of one second; a client must not lean on more.
        let now = self.clock.now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub(crate) fn account(&self, id: AccountId) -> &Account {
        self.accounts.get(&id).expect("an account that others refer to exists")
    }

    pub(crate) fn account_by_login(&self, login: &str) -> Option<&Account> {
        self.accounts.values().find(|account| account.login.eq_ignore_ascii_case(login))
    }

    pub(crate) fn repository(&self, id: RepositoryId) -> &Repository {
        self.repositories.get(&id).expect("a repository that others refer to exists")
    }

    pub(crate) fn repository_mut(&mut self, id: RepositoryId) -> &mut Repository {
        self.repositories.get_mut(&id).expect("a repository that others refer to exists")
    }

    /// The present repository of that name, without regard to case.
    pub(crate) fn repository_by_name(&self, owner: &str, name: &str) -> Option<&Repository> {
        self.repositories.values().find(|repository| {
            repository.name.eq_ignore_ascii_case(name)
                && self.account(repository.owner).login.eq_ignore_ascii_case(owner)
        })
    }

    /// `owner/name` as it is now.
    pub(crate) fn full_name(&self, id: RepositoryId) -> String {
        let repository = self.repository(id);
        format!("{}/{}", self.account(repository.owner).login, repository.name)
    }

    /// The installation that covers the repository, suspended or not.
    pub(crate) fn installation_of(&self, id: RepositoryId) -> Option<&Installation> {
        let repository = self.repositories.get(&id)?;
        self.installations.values().find(|installation| installation.covers(repository))
    }

    /// The repositories that the installation covers, by id.
    pub(crate) fn covered_by(&self, installation: &Installation) -> Vec<RepositoryId> {
        self.repositories.values().filter(|repository| installation.covers(repository)).map(|found| found.id).collect()
    }

    /// Whether the user may read the repository: public, their own, or of an organisation they belong to.
    pub(crate) fn can_read(&self, user: AccountId, repository: &Repository) -> bool {
        !repository.private || self.belongs(user, repository)
    }

    /// Whether the user has been given access to the repository.
    pub(crate) fn belongs(&self, user: AccountId, repository: &Repository) -> bool {
        repository.owner == user
            || self.account(repository.owner).members.contains(&user)
            || repository.collaborators.contains(&user)
    }
}

/// `N` random bytes from the kernel.
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom.fill(&mut bytes);
    bytes
}
