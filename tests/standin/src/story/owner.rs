//! People and organisations.

use std::collections::{BTreeMap, BTreeSet};

use covermark_types::{AccountId, RepositoryId};

use super::{GitHubStandIn, Repo};
use crate::state::{Account, AccountKind, Repository, World};

/// A user or an organisation in a story.
#[derive(Clone)]
pub struct Owner {
    pub(super) github: GitHubStandIn,
    /// Its number.
    pub id: AccountId,
    /// Its name.
    pub login: String,
}

impl GitHubStandIn {
    /// The person of that name, who signs up now if they are new.
    #[must_use]
    pub fn user(&self, login: &str) -> Owner {
        self.owner(login, AccountKind::User)
    }

    /// The organisation of that name, founded now if it is new.
    #[must_use]
    pub fn org(&self, login: &str) -> Owner {
        self.owner(login, AccountKind::Organization)
    }

    fn owner(&self, login: &str, kind: AccountKind) -> Owner {
        let mut world = self.shared.lock();
        let known = world.account_by_login(login).map(|account| account.id);
        let id = known.unwrap_or_else(|| world.make_account(login, kind));
        Owner { github: self.clone(), id, login: login.to_owned() }
    }

    /// A repository by `owner/name`, which must be there.
    pub fn repository(&self, name: &str) -> Repo {
        let (owner, short) = name.split_once('/').expect("owner/name");
        let world = self.shared.lock();
        let id = world.repository_by_name(owner, short).unwrap_or_else(|| panic!("nobody made {name}")).id;
        drop(world);
        Repo { github: self.clone(), id }
    }
}

impl Owner {
    /// The repository of that name, made now, private and empty, if it is new.
    pub fn repository(&self, name: &str) -> Repo {
        let mut world = self.github.shared.lock();
        let known = world.repository_by_name(&self.login, name).map(|repository| repository.id);
        let id = known.unwrap_or_else(|| world.make_repository(self.id, name));
        drop(world);
        Repo { github: self.github.clone(), id }
    }

    /// Makes `user` a member of this organisation.
    pub fn add_member(&self, user: &Owner) {
        let mut world = self.github.shared.lock();
        world.accounts.get_mut(&self.id).expect("the account is there").members.insert(user.id);
    }

    /// Takes `user` out of this organisation.
    pub fn remove_member(&self, user: &Owner) {
        let mut world = self.github.shared.lock();
        world.accounts.get_mut(&self.id).expect("the account is there").members.remove(&user.id);
    }
}

impl World {
    pub(crate) fn make_account(&mut self, login: &str, kind: AccountKind) -> AccountId {
        let id = AccountId(self.next_id());
        let (created_at, login) = (self.now(), login.to_owned());
        self.accounts.insert(id, Account { id, login, kind, members: BTreeSet::new(), created_at });
        id
    }

    pub(crate) fn make_repository(&mut self, owner: AccountId, name: &str) -> RepositoryId {
        let id = RepositoryId(self.next_id());
        let now = self.now();
        let repository = Repository {
            id,
            owner,
            name: name.to_owned(),
            former_names: Vec::new(),
            private: true,
            fork_of: None,
            default_branch: "main".to_owned(),
            branches: BTreeMap::new(),
            commits: BTreeMap::new(),
            pulls: BTreeMap::new(),
            comments: Vec::new(),
            statuses: Vec::new(),
            check_runs: Vec::new(),
            check_suites: Vec::new(),
            workflow_runs: Vec::new(),
            hooks: Vec::new(),
            collaborators: BTreeSet::new(),
            next_number: 1,
            created_at: now,
            updated_at: now,
            pushed_at: now,
        };
        self.repositories.insert(id, repository);
        id
    }

    /// The account that the App writes as.
    pub(crate) fn bot(&self) -> AccountId {
        let login = format!("{}[bot]", self.app.slug);
        self.account_by_login(&login).map(|account| account.id).expect("the App has a bot")
    }

    /// The person behind an account's doings: a member of the organisation if it has one.
    pub(crate) fn hand_of(&self, account: AccountId) -> AccountId {
        self.account(account).members.first().copied().unwrap_or(account)
    }
}
