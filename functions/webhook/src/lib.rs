//! The webhook function. GitHub's deliveries come in here, and nothing but a small job goes out: verify over the raw
//! bytes, remember the GUID, queue, answer 202. No call to GitHub, and no payload kept: what a delivery says is a hint,
//! `sync` reads the truth.

mod handler;
mod own_hook;

pub use handler::{MAX_BODY, Webhook, routes};

#[cfg(test)]
mod tests;
