//! GitHub's REST resources, one file each, named as in GitHub's reference (<https://docs.github.com/rest>).
//!
//! A file holds its requests and the projection of its answers: only fields that are used, so that a field which GitHub
//! adds, drops or nulls elsewhere breaks nothing.

pub mod apps;
pub mod check_runs;
pub mod check_suites;
pub mod comments;
pub mod commits;
pub mod compare;
pub mod contents;
pub mod hook_deliveries;
pub mod hooks;
pub mod installations;
pub mod meta;
pub mod pull_files;
pub mod pulls;
pub mod repositories;
pub mod repository_webhooks;
pub mod statuses;
pub mod workflow_runs;
