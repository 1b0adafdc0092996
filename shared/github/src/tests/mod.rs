//! Tests, one file for each promise of the crate. `support` is a GitHub on loopback that answers as each test says.

mod credentials;
mod errors;
mod jwt;
mod listing;
mod oauth;
mod oidc;
mod resources;
mod retries;
mod support;
mod tokens;
mod webhook_events;
mod webhook_signature;
