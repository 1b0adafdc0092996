//! Installation tokens and what they may do.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use covermark_types::{AppId, InstallationId, RepositoryId, Timestamp};

use super::random_bytes;

/// Permission name to level.
pub(crate) type Permissions = BTreeMap<String, Level>;

/// How far a permission reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Look.
    Read,
    /// Look and change.
    Write,
    /// Everything.
    Admin,
}

impl Level {
    /// GitHub's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Read, Self::Write, Self::Admin].into_iter().find(|level| level.as_str() == text)
    }
}

/// A token that was handed out to the App.
pub(crate) struct InstallationToken {
    pub(crate) text: String,
    pub(crate) installation: InstallationId,
    pub(crate) permissions: Permissions,
    /// `None`: every repository of the installation, those of the future included.
    pub(crate) repositories: Option<BTreeSet<RepositoryId>>,
    pub(crate) expires_at: Timestamp,
    /// So many uses are still answered 401, as GitHub's replicas sometimes do with a fresh token.
    pub(crate) lag: u32,
}

/// A token text: the long stateless form of 2026, or the short one when the client asked for it.
pub(crate) fn token_text(app: AppId, long: bool) -> String {
    if !long {
        return format!("ghs_{}", hex::encode(random_bytes::<18>()));
    }
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let header = part(br#"{"alg":"ES256","kid":"standin","typ":"JWT"}"#);
    format!("ghs_{app}_{header}.{}.{}", part(&random_bytes::<270>()), part(&random_bytes::<64>()))
}
