//! The sign-in from outside: the real router, the real table on an embedded database, and a small GitHub on loopback
//! that checks what it is sent as GitHub does.

mod access;
mod account;
mod bad_input;
mod browser;
mod github;
mod house;
mod pages;
mod rules;
mod sessions;
mod sign_in;
mod tokens;
