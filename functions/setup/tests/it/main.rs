//! The set-up from outside: the real router, the real table on an embedded database, and the stand-in GitHub, which is as
//! strict as GitHub about manifests, codes, keys and ids.

#[path = "../../../oauth/tests/it/browser.rs"]
mod browser;
mod credentials;
mod entrance;
mod handover;
mod house;
mod manifest;
mod pages;
mod server;
mod tls;
