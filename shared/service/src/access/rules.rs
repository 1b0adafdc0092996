//! The instance's own rules: who may sign in at all, and who administers it. All of them are the operator's, none is
//! GitHub's.
//!
//! A list's entries are separated by commas or spaces. Each is `NAME` or `PROVIDER:NAME` (`ghe:octo-corp`), where the
//! provider is `gh` if it is not said; a name that is a number is an id, which stays through renames. Teams are
//! `ORGANISATION/SLUG`, or `ORGANISATION-ID/TEAM-ID`. Rules of one provider do not touch the people of another.

use covermark_github::user::{Membership, TeamName};
use covermark_types::{Provider, UserId};

use crate::config::{self, ADMINISTRATORS, ALLOWED_ORGANISATIONS, ALLOWED_TEAMS, ConfigError, Reader};

/// Who may sign in, and who administers the instance.
#[derive(Clone, Debug, Default)]
pub struct InstanceRules {
    organisations: Vec<(Provider, Name)>,
    teams: Vec<(Provider, TeamName)>,
    administrators: Vec<(Provider, Name)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    Id(u64),
    Login(String),
}

impl Name {
    fn read(text: &str) -> Option<Self> {
        if let Ok(id) = text.parse::<u64>() {
            return Some(Self::Id(id));
        }
        is_login(text).then(|| Self::Login(text.to_owned()))
    }

    fn fits(&self, id: u64, login: &str) -> bool {
        match self {
            Self::Id(wanted) => *wanted == id,
            Self::Login(wanted) => wanted.eq_ignore_ascii_case(login),
        }
    }
}

/// GitHub's logins and slugs: letters, digits, hyphens, underscores (managed users have one).
fn is_login(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=100).contains(&text.len()) && text.bytes().all(fits)
}

impl InstanceRules {
    /// Reads the three lists from the environment.
    ///
    /// # Errors
    /// Names every entry that cannot be read: a rule that was mistyped must not be a rule that is missing.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(lookup);
        let organisations = list(&mut reader, ALLOWED_ORGANISATIONS, Name::read);
        let teams = list(&mut reader, ALLOWED_TEAMS, team);
        let administrators = list(&mut reader, ADMINISTRATORS, Name::read);
        reader.finish(Self { organisations, teams, administrators })
    }

    /// The rules of this process's environment.
    ///
    /// # Errors
    /// As [`InstanceRules::read`].
    pub fn from_environment() -> Result<Self, ConfigError> {
        Self::read(&config::from_environment)
    }

    /// Whether this person administers the instance.
    #[must_use]
    pub fn is_administrator(&self, provider: &Provider, user: UserId, login: &str) -> bool {
        self.administrators.iter().any(|(of, name)| of == provider && name.fits(user.0, login))
    }

    /// Whether anybody administers the instance.
    #[must_use]
    pub fn has_administrators(&self) -> bool {
        !self.administrators.is_empty()
    }

    /// Whether the people of this provider are limited at all.
    pub(super) fn limits(&self, provider: &Provider) -> bool {
        self.organisations.iter().any(|(of, _)| of == provider) || self.teams.iter().any(|(of, _)| of == provider)
    }

    /// Whether organisations of this provider are asked for.
    pub(super) fn asks_for_organisations(&self, provider: &Provider) -> bool {
        self.organisations.iter().any(|(of, _)| of == provider)
    }

    /// Whether one of these memberships lets a person in.
    pub(super) fn lets_in(&self, provider: &Provider, memberships: &[Membership]) -> bool {
        let active = memberships.iter().filter(|membership| membership.is_active());
        active.filter_map(|membership| membership.organization.as_ref()).any(|organisation| {
            let fits = |name: &Name| name.fits(organisation.id.0, &organisation.login);
            self.organisations.iter().any(|(of, name)| of == provider && fits(name))
        })
    }

    /// The teams of this provider that let people in.
    pub(super) fn teams<'a>(&'a self, provider: &'a Provider) -> impl Iterator<Item = &'a TeamName> {
        self.teams.iter().filter(move |(of, _)| of == provider).map(|(_, team)| team)
    }
}

fn list<T>(reader: &mut Reader<'_>, variable: &str, read: impl Fn(&str) -> Option<T>) -> Vec<(Provider, T)> {
    let text = reader.optional(variable).unwrap_or_default();
    let entries = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty());
    let mut found = Vec::new();
    for entry in entries {
        let (provider, name) = entry.split_once(':').unwrap_or(("gh", entry));
        match provider.parse().ok().zip(read(name)) {
            Some(rule) => found.push(rule),
            None => reader.problem(format!("{variable} has an entry that cannot be read: {entry}")),
        }
    }
    found
}

fn team(text: &str) -> Option<TeamName> {
    let (organisation, team) = text.split_once('/')?;
    match (Name::read(organisation)?, Name::read(team)?) {
        (Name::Id(organisation), Name::Id(team)) => Some(TeamName::Ids(organisation, team)),
        (Name::Login(organisation), Name::Login(team)) => Some(TeamName::Slug(organisation, team)),
        // Half an id: GitHub knows no such address, and guessing could let strangers in.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use covermark_github::user::{Membership, Organization};
    use covermark_types::AccountId;

    use super::*;

    fn rules(pairs: &[(&str, &str)]) -> Result<InstanceRules, ConfigError> {
        let lookup = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        InstanceRules::read(&lookup)
    }

    fn membership(id: u64, login: &str, state: &str) -> Membership {
        let organization = Some(Organization { id: AccountId(id), login: login.to_owned() });
        Membership { state: state.to_owned(), role: "member".to_owned(), organization }
    }

    #[test]
    fn an_administrator_is_named_by_id_or_login_and_provider() {
        let rules = rules(&[(ADMINISTRATORS, "mona, ghe:hubot 583231")]).expect("rules");
        let gh = Provider::github();
        let ghe: Provider = "ghe".parse().expect("a provider");
        assert!(rules.is_administrator(&gh, UserId(1), "Mona"));
        assert!(rules.is_administrator(&gh, UserId(583_231), "renamed"));
        assert!(rules.is_administrator(&ghe, UserId(2), "hubot"));
        assert!(!rules.is_administrator(&ghe, UserId(583_231), "mona"), "the same name elsewhere is somebody else");
        assert!(!rules.is_administrator(&gh, UserId(2), "hubot"));
        assert!(!rules.is_administrator(&gh, UserId(3), "583231"), "a number is an id and never a login");
        assert!(!InstanceRules::default().is_administrator(&gh, UserId(1), "mona"));
    }

    #[test]
    fn an_organisation_lets_its_active_members_in() {
        let rules = rules(&[(ALLOWED_ORGANISATIONS, "acme 9001")]).expect("rules");
        let gh = Provider::github();
        let lets_in = |one| rules.lets_in(&gh, &[one]);
        assert!(lets_in(membership(1, "ACME", "active")));
        assert!(lets_in(membership(9001, "renamed", "active")));
        assert!(!lets_in(membership(1, "acme", "pending")), "invited is not in");
        assert!(!lets_in(membership(1, "acme-evil", "active")));
        assert!(!rules.lets_in(&"ghe".parse().expect("a provider"), &[membership(1, "acme", "active")]));
    }

    #[test]
    fn teams_are_named_with_their_organisation() {
        let rules = rules(&[(ALLOWED_TEAMS, "acme/core,9001/77")]).expect("rules");
        let gh = Provider::github();
        let teams: Vec<_> = rules.teams(&gh).collect();
        assert_eq!(teams, [&TeamName::Slug("acme".to_owned(), "core".to_owned()), &TeamName::Ids(9001, 77)]);
        assert!(rules.limits(&gh) && !rules.limits(&"ghe".parse().expect("a provider")));
    }

    #[test]
    fn what_cannot_be_read_stops_the_start_and_is_named() {
        let error =
            rules(&[(ALLOWED_TEAMS, "core, acme/77"), (ADMINISTRATORS, "mo na/x"), (ALLOWED_ORGANISATIONS, "a:b:c")]);
        insta::assert_snapshot!(error.expect_err("problems"));
    }
}
