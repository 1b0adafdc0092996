//! Webhook deliveries: what was to be sent, and what came of it.

use bytes::Bytes;
use covermark_types::{DeliveryId, InstallationId, RepositoryId, Timestamp};

/// One delivery. A redelivery is a new one with the same GUID.
#[derive(Clone, Debug)]
pub struct HookDelivery {
    /// GitHub's number of it.
    pub id: u64,
    /// `X-GitHub-Delivery`.
    pub guid: DeliveryId,
    /// `X-GitHub-Event`.
    pub event: String,
    /// The payload's `action`.
    pub action: Option<String>,
    /// The bytes that are signed and sent.
    pub payload: Bytes,
    /// Which installation it speaks of.
    pub installation: Option<InstallationId>,
    /// The repository whose own hook it goes to; `None` for the App's.
    pub hook: Option<u64>,
    /// Which repository it speaks of.
    pub repository: Option<RepositoryId>,
    /// Whether it repeats an earlier one.
    pub redelivery: bool,
    /// What happened when it was sent; `None` while it waits.
    pub attempt: Option<Attempt>,
}

/// What came of sending a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// The answer's status; 0 when there was none.
    pub status: u16,
    /// `OK`, or what went wrong in GitHub's words.
    pub text: String,
    /// The answer's body, cut after 4 KiB.
    pub body: String,
}
