//! A GitHub App's client: app JWT, installation tokens, rate limits, one file for each REST resource, webhook signatures
//! and events, OAuth, and what to ask of GitHub for an App that there is not yet.
//!
//! It is thin on purpose: one place sends ([`GitHub`] over `transport`), types hold only the fields that are used, and
//! what GitHub adds or leaves out elsewhere breaks nothing. It knows neither AWS nor what we remember. It never sleeps for
//! a rate limit: it says how long to wait ([`Error::RateLimited`]) and leaves that to the queue.

mod budget;
mod client;
mod credentials;
mod endpoints;
mod error;
mod etags;
mod jwt;
mod lenient;
pub mod manifest;
pub mod oauth;
pub mod oidc;
mod page;
mod permission;
mod private_key;
mod rate_limit;
mod reply;
mod request;
pub mod resources;
mod token;
mod transport;
pub mod user;
pub mod webhook;

pub use budget::{BudgetNews, Caller, RateBudget};
pub use client::{GitHub, InstallationClient, RepositoryClient};
pub use credentials::{AppCredentials, CredentialsDocument, FieldProblem};
pub use endpoints::Endpoints;
pub use error::{Answer, Error, Limit};
pub use page::Page;
pub use permission::{Access, Permission, Resource};
pub use private_key::{KeyProblem, key_fingerprint, private_key};
pub use resources::{
    apps::App,
    check_runs::{Annotation, AnnotationLevel, CheckOutput, CheckRun, CheckRunId, CheckState, Conclusion, NewCheckRun},
    check_suites::{CheckSuite, SuiteApp},
    comments::{Comment, CommentId},
    compare::Comparison,
    hook_deliveries::{HookDeliveries, HookDelivery},
    hooks::HookConfig,
    installations::{Account, AccountKind, Installation, Selection},
    meta::{Meta, MetaProblem, meta},
    pulls::{PullBranch, PullRequest, PullState},
    repositories::{Repository, RepositoryReference},
    repository_webhooks::{HookId, RepositoryWebhook, WantedWebhook},
    statuses::{NewStatus, Status, StatusState},
    workflow_runs::{RunId, WorkflowRun},
};

#[cfg(test)]
mod tests;
