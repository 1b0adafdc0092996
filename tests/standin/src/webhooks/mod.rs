//! Webhooks: what GitHub tells the App when its state changes, signed, queued until the story delivers them.

mod events;
mod send;

pub(crate) use events::{
    installation, installation_repositories, installation_target, ping, ping_repository, pull_request, push,
    repository, transferred,
};
pub(crate) use send::{again, headers, parcel, queue, queue_for_hooks, queue_to_hook, send};
