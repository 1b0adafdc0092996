//! All that Covermark remembers: one DynamoDB table, blobs, two queues and the vault.
//!
//! Each row type has a file of its own under [`rows`], with its keys beside it and its access functions as methods of
//! [`Table`]. Where AWS and the laptop differ there is one small trait with two implementations ([`queue::Queue`],
//! [`vault::Vault`]) or one wrapper over `object_store` ([`blobs::Blobs`]); the table is the same code everywhere.
//! Nothing here knows HTTP routes or GitHub's wire forms.

pub mod blobs;
mod error;
pub mod hashed;
pub mod jobs;
pub mod queue;
pub mod report_view;
pub mod rows;
pub mod sdk_http;
mod table;
pub mod vault;

pub use error::Error;
pub use hashed::Hashed;
pub use table::{MAX_BATCH_GET, Table, Write};
