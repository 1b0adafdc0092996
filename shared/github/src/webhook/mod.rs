//! Webhook deliveries: from raw bytes to a verified delivery, and from there to the few facts that a job needs.
//!
//! The order cannot be got wrong: an [`Event`] comes only from a [`Verified`] delivery, and that only from [`verify`],
//! which looks at nothing but the signature before it is proven.

mod actions;
mod ci;
mod event;
mod signature;

pub use actions::{
    CheckRunAction, CiAction, InstallationAction, PullRequestAction, RepositoriesAction, RepositoryAction, Sender,
};
pub use ci::{CiEvent, CiNews, QUEUE_PREFIX, queued_pull};
pub use event::{Event, EventError};
pub use signature::{Delivery, HookTarget, Refused, Verified, verify};
