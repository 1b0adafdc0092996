//! What each function's `main` needs and no function should write twice: configuration from the environment, the one
//! HTTP client, the AWS clients on top of it, telemetry, the Lambda adapters, the error shape that clients see, and the
//! credentials as they are read from the vault.
//!
//! Knows no single function. Pages, cookies, sessions and who may see what are behind the feature `pages`, so that the functions that no
//! browser enters do not carry templates.

#[cfg(feature = "pages")]
pub mod access;
pub mod aws;
pub mod batch;
pub mod body;
pub mod budgets;
pub mod config;
#[cfg(feature = "pages")]
pub mod cookies;
pub mod credentials;
#[cfg(feature = "pages")]
pub mod csrf;
pub mod dead_letters;
#[cfg(feature = "pages")]
pub mod front;
pub mod hints;
pub mod http_client;
pub mod lambda;
#[cfg(feature = "pages")]
pub mod pages;
pub mod problem;
mod providers;
pub mod repository_hooks;
#[cfg(feature = "pages")]
pub mod session;
pub mod telemetry;
#[cfg(feature = "pages")]
mod token_keys;
#[cfg(feature = "pages")]
mod user_tokens;
pub mod webhook_document;
pub mod webhook_secrets;

#[cfg(test)]
mod tests;
