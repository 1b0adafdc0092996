//! Events about who may see what: members, teams, organisations, and people who take the App's authorization back.
//!
//! None of them is believed in detail. They say whose answers of GitHub's are not to be used any longer.

use covermark_types::{AccountId, InstallationId, RepositoryId, UserId};
use serde::Deserialize;

use super::{actions::Sender, event::Identified};
use crate::lenient;

/// Somebody may see more or less than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessEvent {
    /// The person; `None` when it may be any member of the organisation.
    pub user: Option<UserId>,
    /// The organisation, where one is named.
    pub organization: Option<AccountId>,
    /// The repository, where the event is about one alone.
    pub repository: Option<RepositoryId>,
    /// The installation on the organisation.
    pub installation: Option<InstallationId>,
    /// Whether the organisation itself has another name now, or is gone.
    pub account_changed: bool,
    /// By whom.
    pub sender: Option<Sender>,
}

#[derive(Deserialize)]
struct Numbered {
    id: u64,
}

#[derive(Deserialize)]
struct Membership {
    #[serde(default)]
    user: Option<Numbered>,
}

#[derive(Deserialize)]
struct Wire {
    #[serde(default, deserialize_with = "lenient::nullable")]
    action: String,
    #[serde(default)]
    member: Option<Numbered>,
    #[serde(default)]
    membership: Option<Membership>,
    #[serde(default)]
    organization: Option<Numbered>,
    #[serde(default)]
    repository: Option<Numbered>,
    #[serde(default)]
    installation: Option<Identified>,
    #[serde(default)]
    sender: Option<Sender>,
}

impl AccessEvent {
    /// Reads `member`, `membership`, `organization`, `team` or `team_add`; the error is the JSON path of what is missing.
    pub(super) fn of(event: &str, body: &[u8]) -> Result<Self, String> {
        let wire: Wire = lenient::read(body).map_err(|place| place.0)?;
        let person = wire.member.or(wire.membership.and_then(|membership| membership.user));
        // Of `member` alone one can say that no other repository is concerned: teams and organisations give access to
        // many.
        let repository = wire.repository.filter(|_| event == "member");
        let (user, organization) = (person.map(|user| UserId(user.id)), wire.organization.map(|it| AccountId(it.id)));
        if user.is_none() && organization.is_none() {
            return Err("organization".to_owned());
        }
        Ok(Self {
            user,
            organization,
            repository: repository.map(|it| RepositoryId(it.id)),
            installation: wire.installation.map(|it| it.id),
            account_changed: event == "organization" && matches!(wire.action.as_str(), "renamed" | "deleted"),
            sender: wire.sender,
        })
    }
}
