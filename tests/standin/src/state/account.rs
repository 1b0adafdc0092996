//! People, organisations and bots.

use std::collections::BTreeSet;

use covermark_types::{AccountId, Timestamp};

/// What an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// A person.
    User,
    /// An organisation.
    Organization,
    /// An App's own account, `slug[bot]`.
    Bot,
}

impl AccountKind {
    /// GitHub's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Organization => "Organization",
            Self::Bot => "Bot",
        }
    }
}

/// A user, an organisation or a bot.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// Its name in addresses.
    pub login: String,
    /// What it is.
    pub kind: AccountKind,
    /// Of an organisation: who belongs to it.
    pub members: BTreeSet<AccountId>,
    /// Since when.
    pub created_at: Timestamp,
}
