//! The stand-in GitHub: an independent judge of everything that Covermark says to GitHub.
//!
//! The state of GitHub is plain structs ([`state`]), told in verbs ([`GitHubStandIn`], [`Repo`], [`PullRequest`]…),
//! served over HTTP on loopback as strictly as GitHub does it, with its webhooks, its faults on order, a journal of
//! every exchange and pages for people. It shares no code with Covermark's own GitHub client, and it is never part of a
//! deployed function: tests and `cargo run -- demo` use it.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
//! use covermark_standin::GitHubStandIn;
//!
//! let github = GitHubStandIn::start().await;
//! let acme = github.org("acme");
//! let widgets = acme.repository("widgets");
//! widgets.push("main", &[("src/lib.rs", "fn one() {}\n")]);
//! widgets.push("faster", &[("src/lib.rs", "fn one() {}\nfn two() {}\n")]);
//! let pull = widgets.open_pull_request("Faster widgets", "faster", "main");
//! github.install_app(&acme);
//! assert!(String::from_utf8_lossy(&pull.diff()).contains("+fn two() {}"));
//! github.finish();
//! # });
//! ```

mod effects;
mod faults;
mod git;

mod journal;
mod oidc;
#[cfg(feature = "openapi")]
mod openapi;
mod pages;
mod routes;
mod server;
pub mod state;
mod story;
mod webhooks;
mod wire;

pub use effects::Effect;
pub use faults::{Fault, Gate};
pub use git::{Blob, ChangeKind, Commit, FileChange, Signature, Tree, changes, unified};
pub use journal::Exchange;
pub use story::{AppInstallation, CommitDraft, GitHubStandIn, LateCommit, Options, Owner, PullRequest, Repo};

#[cfg(test)]
mod tests;
