//! What a delivery is about: the ids of what may have changed.
//!
//! Webhooks are hints. The worker reads the truth from GitHub, so only ids, the action and the sender are taken from the
//! payload; a payload that lacks anything else is as good as a full one. Events that we do not act on are
//! [`Event::Other`], unparsed.

use covermark_types::{CommitSha, InstallationId, PullNumber, RepositoryId, UserId};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    actions::{InstallationAction, PullRequestAction, RepositoriesAction, RepositoryAction, Sender},
    branches::{Branched, Reference, ReferenceEvent},
    ci::CiEvent,
    people::AccessEvent,
    signature::{Authentic, Delivery},
};
use crate::{lenient, resources::repositories::RepositoryReference};

/// A known event that cannot be read: our mistake or a change at GitHub, worth an alarm, not a refusal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event {event} cannot be read at `{path}`")]
pub struct EventError {
    /// The event's name.
    pub event: String,
    /// JSON path of the first field that is missing or of another kind. Values are not repeated.
    pub path: String,
}

/// What a delivery says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// GitHub tries whether we are there.
    Ping,
    /// An installation changed.
    Installation {
        /// How.
        action: InstallationAction,
        /// Which.
        id: InstallationId,
        /// By whom.
        sender: Option<Sender>,
    },
    /// The list of an installation's repositories changed. The lists in the payload are partial: read it anew.
    InstallationRepositories {
        /// How.
        action: RepositoriesAction,
        /// Whose list.
        installation: InstallationId,
        /// By whom.
        sender: Option<Sender>,
    },
    /// A repository changed.
    Repository {
        /// How.
        action: RepositoryAction,
        /// Which.
        repository: RepositoryReference,
        /// The installation that covers it; `None` when the hook is the repository's own.
        installation: Option<InstallationId>,
        /// By whom.
        sender: Option<Sender>,
    },
    /// A pull request changed.
    PullRequest {
        /// How.
        action: PullRequestAction,
        /// Which.
        number: PullNumber,
        /// Where.
        repository: RepositoryReference,
        /// The installation that covers the repository.
        installation: Option<InstallationId>,
        /// By whom.
        sender: Option<Sender>,
    },
    /// A branch or tag moved.
    Push {
        /// Which.
        reference: Reference,
        /// Its commit now; `None` when it was deleted.
        after: Option<CommitSha>,
        /// Whether it was not there before.
        created: bool,
        /// Where.
        repository: RepositoryReference,
        /// The repository's default branch, as far as the event says.
        default_branch: Option<String>,
        /// The installation that covers the repository.
        installation: Option<InstallationId>,
        /// By whom.
        sender: Option<Sender>,
    },
    /// A branch or tag came or went.
    Reference(ReferenceEvent),
    /// Something about what runs on a commit.
    Ci(CiEvent),
    /// Somebody may see more or less than before.
    Access(AccessEvent),
    /// A person took back what the App may do in their name: their tokens are void.
    Revoked {
        /// Who.
        user: UserId,
    },
    /// A hook of a repository's (or organisation's) own was deleted on GitHub.
    HookDeleted {
        /// GitHub's id of the hook.
        hook: u64,
        /// Its repository; `None` for an organisation's.
        repository: Option<RepositoryId>,
    },
    /// An event that nothing here acts on.
    Other,
}

impl Event {
    /// Who caused it.
    #[must_use]
    pub fn sender(&self) -> Option<&Sender> {
        match self {
            Self::Installation { sender, .. }
            | Self::InstallationRepositories { sender, .. }
            | Self::Repository { sender, .. }
            | Self::PullRequest { sender, .. }
            | Self::Push { sender, .. } => sender.as_ref(),
            Self::Reference(event) => event.sender.as_ref(),
            Self::Ci(event) => event.sender.as_ref(),
            Self::Access(event) => event.sender.as_ref(),
            Self::Ping | Self::Revoked { .. } | Self::HookDeleted { .. } | Self::Other => None,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Identified {
    pub(super) id: InstallationId,
}

#[derive(Deserialize)]
#[serde(bound = "Action: Default + DeserializeOwned")]
struct AboutInstallation<Action> {
    #[serde(default, deserialize_with = "lenient::nullable")]
    action: Action,
    installation: Identified,
    #[serde(default)]
    sender: Option<Sender>,
}

#[derive(Deserialize)]
struct AboutRepository {
    #[serde(default, deserialize_with = "lenient::nullable")]
    action: RepositoryAction,
    repository: RepositoryReference,
    #[serde(default)]
    installation: Option<Identified>,
    #[serde(default)]
    sender: Option<Sender>,
}

#[derive(Deserialize)]
struct AboutPull {
    #[serde(default, deserialize_with = "lenient::nullable")]
    action: PullRequestAction,
    number: PullNumber,
    repository: RepositoryReference,
    #[serde(default)]
    installation: Option<Identified>,
    #[serde(default)]
    sender: Option<Sender>,
}

#[derive(Deserialize)]
struct AboutPush {
    #[serde(rename = "ref")]
    reference: String,
    #[serde(default, deserialize_with = "lenient::commit")]
    after: Option<CommitSha>,
    #[serde(default, deserialize_with = "lenient::nullable")]
    created: bool,
    repository: Branched,
    #[serde(default)]
    installation: Option<Identified>,
    #[serde(default)]
    sender: Option<Sender>,
}

#[derive(Deserialize)]
struct AboutRevocation {
    sender: Person,
}

#[derive(Deserialize)]
struct Person {
    id: UserId,
}

#[derive(Deserialize)]
struct AboutHook {
    hook_id: u64,
    #[serde(default)]
    repository: Option<RepositoryNumber>,
}

#[derive(Deserialize)]
struct RepositoryNumber {
    id: RepositoryId,
}

impl Event {
    /// What an authentic delivery says.
    ///
    /// # Errors
    /// [`EventError`] when a known event lacks what we need of it.
    pub fn of(delivery: &impl Authentic) -> Result<Self, EventError> {
        delivery.read_event()
    }
}

impl Delivery {
    /// Reads the body; only what is known to be GitHub's comes here.
    pub(super) fn read_event(&self) -> Result<Event, EventError> {
        let known = |path| self.unreadable(path);
        Ok(match self.event.as_str() {
            "ping" => Event::Ping,
            "installation" => {
                let it: AboutInstallation<InstallationAction> = self.read()?;
                Event::Installation { action: it.action, id: it.installation.id, sender: it.sender }
            }
            "installation_repositories" => {
                let it: AboutInstallation<RepositoriesAction> = self.read()?;
                let installation = it.installation.id;
                Event::InstallationRepositories { action: it.action, installation, sender: it.sender }
            }
            "repository" => self.read::<AboutRepository>()?.into(),
            "pull_request" => self.read::<AboutPull>()?.into(),
            // It became public: nothing else is said, and nothing else need be.
            "public" => self.read::<AboutRepository>()?.into(),
            // The account of the installation has another name.
            "installation_target" => {
                let it: AboutInstallation<InstallationAction> = self.read()?;
                Event::Installation { action: InstallationAction::Other, id: it.installation.id, sender: it.sender }
            }
            "push" => self.read::<AboutPush>()?.into(),
            "check_run" | "check_suite" | "workflow_run" | "merge_group" | "status" => {
                Event::Ci(CiEvent::of(&self.event, &self.body).map_err(known)?)
            }
            "create" | "delete" => Event::Reference(ReferenceEvent::of(&self.event, &self.body).map_err(known)?),
            "member" | "membership" | "organization" | "team" | "team_add" => {
                Event::Access(AccessEvent::of(&self.event, &self.body).map_err(known)?)
            }
            "github_app_authorization" => Event::Revoked { user: self.read::<AboutRevocation>()?.sender.id },
            "meta" => {
                let it: AboutHook = self.read()?;
                Event::HookDeleted { hook: it.hook_id, repository: it.repository.map(|it| it.id) }
            }
            _ => Event::Other,
        })
    }

    fn read<T: DeserializeOwned>(&self) -> Result<T, EventError> {
        lenient::read(&self.body).map_err(|place| self.unreadable(place.0))
    }

    fn unreadable(&self, path: String) -> EventError {
        EventError { event: self.event.clone(), path }
    }
}

impl From<AboutRepository> for Event {
    fn from(it: AboutRepository) -> Self {
        let installation = it.installation.map(|installation| installation.id);
        Self::Repository { action: it.action, repository: it.repository, installation, sender: it.sender }
    }
}

impl From<AboutPull> for Event {
    fn from(it: AboutPull) -> Self {
        Self::PullRequest {
            action: it.action,
            number: it.number,
            repository: it.repository,
            installation: it.installation.map(|installation| installation.id),
            sender: it.sender,
        }
    }
}

impl From<AboutPush> for Event {
    fn from(it: AboutPush) -> Self {
        Self::Push {
            reference: Reference::full(&it.reference),
            after: it.after,
            created: it.created,
            repository: it.repository.reference(),
            default_branch: it.repository.default_branch,
            installation: it.installation.map(|installation| installation.id),
            sender: it.sender,
        }
    }
}
