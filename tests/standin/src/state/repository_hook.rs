//! Webhooks of a repository of its own.

use covermark_types::{Secret, Timestamp};

/// One hook.
#[derive(Clone)]
pub struct RepositoryHook {
    /// Its number.
    pub id: u64,
    /// Where it sends to.
    pub url: String,
    /// What it is signed with; nothing when it was made without.
    pub secret: Option<Secret>,
    /// `json` or `form`.
    pub content_type: String,
    /// The events that it is for.
    pub events: Vec<String>,
    /// Whether it sends anything.
    pub active: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// The last change.
    pub updated_at: Timestamp,
}

impl std::fmt::Debug for RepositoryHook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RepositoryHook").field("id", &self.id).field("url", &self.url).finish_non_exhaustive()
    }
}

impl RepositoryHook {
    /// Whether it is for this event.
    #[must_use]
    pub fn hears(&self, event: &str) -> bool {
        self.active && self.events.iter().any(|known| known == event || known == "*")
    }
}
