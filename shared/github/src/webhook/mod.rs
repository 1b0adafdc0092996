//! Webhook deliveries: from raw bytes to a verified delivery, and from there to the few facts that a job needs.
//!
//! The order cannot be got wrong: an [`Event`] comes only from an [`Authentic`] delivery: one that is [`Verified`], and
//! that only by [`verify`], which looks at nothing but the signature before it is proven; or one that was [`Fetched`]
//! from GitHub's own log.

mod actions;
mod branches;
mod ci;
mod event;
mod people;
mod signature;

pub use actions::{
    CheckRunAction, CiAction, InstallationAction, PullRequestAction, RepositoriesAction, RepositoryAction, Sender,
};
pub use branches::{Reference, ReferenceEvent};
pub use ci::{CiEvent, CiNews, QUEUE_PREFIX, queued_pull};
pub use event::{Event, EventError};
pub use people::AccessEvent;
pub use signature::{Authentic, Delivery, Fetched, HookTarget, Refused, Verified, verify};
