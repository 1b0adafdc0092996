//! Sign-in: consent pages that are open, codes, and user tokens.

use covermark_types::{AccountId, Timestamp};

/// What an authorize request asked for; becomes a code when the person agrees.
#[derive(Clone, Debug)]
pub(crate) struct Authorization {
    /// Of the open consent page, then of the code.
    pub(crate) key: String,
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    pub(crate) challenge: Option<String>,
    /// Who agreed; nobody yet while the page is open.
    pub(crate) user: Option<AccountId>,
    pub(crate) expires_at: Timestamp,
}

/// A user's token pair.
#[derive(Clone, Debug)]
pub(crate) struct UserToken {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) user: AccountId,
    pub(crate) expires_at: Timestamp,
    pub(crate) refresh_expires_at: Timestamp,
}

/// All of it.
#[derive(Default)]
pub(crate) struct OAuth {
    pub(crate) open: Vec<Authorization>,
    pub(crate) codes: Vec<Authorization>,
    pub(crate) tokens: Vec<UserToken>,
}
