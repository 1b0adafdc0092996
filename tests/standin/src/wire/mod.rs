//! The state as GitHub's JSON: one file for each kind of object, named as in GitHub's API reference.
//!
//! The same functions make API answers and webhook payloads. What Covermark never reads is there too, because GitHub's
//! description requires it and a client must not choke on it.

mod account;
mod app;
mod check_run;
mod check_suite;
mod comment;
mod commit;
mod delivery;
mod pull;
mod repository;
mod repository_hook;
mod status;
mod workflow_run;

pub(crate) use account::{account, organization, user};
pub(crate) use app::{app, installation, permissions};
pub(crate) use check_run::check_run;
pub(crate) use check_suite::check_suite;
pub(crate) use comment::comment;
pub(crate) use commit::{commit, diff_entry, escape};
pub(crate) use delivery::{delivery, delivery_item};
pub(crate) use pull::{pull, pull_simple};
pub(crate) use repository::{repository, repository_for_push, repository_short};
pub(crate) use repository_hook::repository_hook;
pub(crate) use status::{combined, status};
pub(crate) use workflow_run::workflow_run;

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// GitHub's opaque ids: anything stable will do, so it is the kind and the number.
fn node_id(kind: &str, id: u64) -> String {
    STANDARD.encode(format!("{kind}{id}"))
}
