//! The endpoints: one file for each resource, named as in GitHub's API reference, and the tables that list them.
//!
//! A table row says what an endpoint asks of its caller, so all the strictness of access is read in one place.

mod apps;
mod browse;
mod check_runs;
mod check_suites;
mod comments;
mod commits;
mod compare;
mod contents;
mod hooks;
mod install_page;
mod installations;
mod meta;
pub(crate) mod oauth;
mod pulls;
mod registration;
mod repositories;
mod repository_webhooks;
mod statuses;
mod users;
mod workflow_runs;

use crate::{
    server::{Call, Needs, Outcome, Route},
    state::Level::{Read, Write},
};

const METADATA: Needs = Needs::Repository(&[("metadata", Read)]);
const HOOKS_READ: Needs = Needs::Repository(&[("repository_hooks", Read)]);
const HOOKS: Needs = Needs::Repository(&[("repository_hooks", Write)]);
const CONTENTS: Needs = Needs::Repository(&[("contents", Read)]);
const PULLS: Needs = Needs::Repository(&[("pull_requests", Read)]);
const TALK_READ: Needs = Needs::Repository(&[("issues", Read), ("pull_requests", Read)]);
const TALK: Needs = Needs::Repository(&[("issues", Write), ("pull_requests", Write)]);
const STATUSES_READ: Needs = Needs::Repository(&[("statuses", Read)]);
const STATUSES: Needs = Needs::Repository(&[("statuses", Write)]);
const ACTIONS: Needs = Needs::Repository(&[("actions", Read)]);
const CHECKS_READ: Needs = Needs::Repository(&[("checks", Read)]);
const CHECKS: Needs = Needs::Repository(&[("checks", Write)]);

const fn get(template: &'static str, needs: Needs, serve: fn(&mut Call<'_>) -> Outcome) -> Route {
    Route { method: "GET", template, needs, serve }
}

const fn post(template: &'static str, needs: Needs, serve: fn(&mut Call<'_>) -> Outcome) -> Route {
    Route { method: "POST", template, needs, serve }
}

const fn patch(template: &'static str, needs: Needs, serve: fn(&mut Call<'_>) -> Outcome) -> Route {
    Route { method: "PATCH", template, needs, serve }
}

const fn delete(template: &'static str, needs: Needs, serve: fn(&mut Call<'_>) -> Outcome) -> Route {
    Route { method: "DELETE", template, needs, serve }
}

/// The API. Of two templates that fit a path the first wins.
pub(crate) static API: &[Route] = &[
    get("/app", Needs::App, apps::show),
    get("/app/hook/config", Needs::App, hooks::config),
    patch("/app/hook/config", Needs::App, hooks::configure),
    get("/app/hook/deliveries", Needs::App, hooks::list),
    get("/app/hook/deliveries/{delivery_id}", Needs::App, hooks::show),
    post("/app/hook/deliveries/{delivery_id}/attempts", Needs::App, hooks::redeliver),
    get("/app/installations", Needs::App, installations::list),
    get("/app/installations/{installation_id}", Needs::App, installations::show),
    post("/app/installations/{installation_id}/access_tokens", Needs::App, installations::create_token),
    get("/installation/repositories", Needs::Installation, installations::repositories),
    delete("/installation/token", Needs::Installation, installations::revoke_token),
    post("/app-manifests/{code}/conversions", Needs::Anyone, registration::convert),
    get("/meta", Needs::Anyone, meta::show),
    get("/rate_limit", Needs::Anyone, apps::rate_limit),
    get("/user", Needs::User, users::show),
    get("/user/installations", Needs::User, users::installations),
    get("/user/installations/{installation_id}/repositories", Needs::User, users::repositories),
    delete("/applications/{client_id}/token", Needs::Client, oauth::revoke),
    get("/repos/{owner}/{repo}", METADATA, repositories::show),
    get("/repos/{owner}/{repo}/installation", Needs::AppOnRepository, installations::of_repository),
    get("/repos/{owner}/{repo}/actions/runs", ACTIONS, workflow_runs::list),
    get("/repos/{owner}/{repo}/actions/runs/{run_id}", ACTIONS, workflow_runs::show),
    get("/repos/{owner}/{repo}/hooks", HOOKS_READ, repository_webhooks::list),
    post("/repos/{owner}/{repo}/hooks", HOOKS, repository_webhooks::create),
    patch("/repos/{owner}/{repo}/hooks/{hook_id}", HOOKS, repository_webhooks::update),
    delete("/repos/{owner}/{repo}/hooks/{hook_id}", HOOKS, repository_webhooks::remove),
    post("/repos/{owner}/{repo}/hooks/{hook_id}/pings", HOOKS_READ, repository_webhooks::ping),
    get("/repos/{owner}/{repo}/pulls", PULLS, pulls::list),
    get("/repos/{owner}/{repo}/pulls/{pull_number}", PULLS, pulls::show),
    get("/repos/{owner}/{repo}/pulls/{pull_number}/files", PULLS, pulls::files),
    get("/repos/{owner}/{repo}/commits", CONTENTS, commits::list),
    get("/repos/{owner}/{repo}/commits/{commit_sha}/pulls", PULLS, pulls::of_commit),
    get("/repos/{owner}/{repo}/commits/{ref}/status", STATUSES_READ, statuses::combined),
    get("/repos/{owner}/{repo}/commits/{ref}/statuses", STATUSES_READ, statuses::list),
    get("/repos/{owner}/{repo}/commits/{ref}/check-runs", CHECKS_READ, check_runs::list),
    get("/repos/{owner}/{repo}/commits/{ref}/check-suites", CHECKS_READ, check_suites::list),
    get("/repos/{owner}/{repo}/commits/{ref}", CONTENTS, commits::show),
    get("/repos/{owner}/{repo}/compare/{basehead}", CONTENTS, compare::show),
    get("/repos/{owner}/{repo}/contents/{path}", CONTENTS, contents::show),
    get("/repos/{owner}/{repo}/git/trees/{tree_sha}", CONTENTS, contents::tree),
    get("/repos/{owner}/{repo}/issues/{issue_number}/comments", TALK_READ, comments::list),
    post("/repos/{owner}/{repo}/issues/{issue_number}/comments", TALK, comments::create),
    get("/repos/{owner}/{repo}/issues/comments/{comment_id}", TALK_READ, comments::show),
    patch("/repos/{owner}/{repo}/issues/comments/{comment_id}", TALK, comments::update),
    delete("/repos/{owner}/{repo}/issues/comments/{comment_id}", TALK, comments::remove),
    post("/repos/{owner}/{repo}/statuses/{sha}", STATUSES, statuses::create),
    post("/repos/{owner}/{repo}/check-runs", CHECKS, check_runs::create),
    get("/repos/{owner}/{repo}/check-runs/{check_run_id}", CHECKS_READ, check_runs::show),
    patch("/repos/{owner}/{repo}/check-runs/{check_run_id}", CHECKS, check_runs::update),
];

/// What a browser opens, sign-in included.
pub(crate) static WEB: &[Route] = &[
    get("/", Needs::Anyone, browse::home),
    get("/_services/token/.well-known/jwks", Needs::Anyone, crate::oidc::keys),
    get("/login/oauth/authorize", Needs::Anyone, oauth::page),
    post("/login/oauth/authorize", Needs::Anyone, oauth::decision),
    post("/login/oauth/access_token", Needs::Anyone, oauth::exchange),
    get("/settings/apps/new", Needs::Anyone, registration::form),
    get("/organizations/{org}/settings/apps/new", Needs::Anyone, registration::form),
    get("/enterprises/{enterprise}/settings/apps/new", Needs::Anyone, registration::form),
    post("/settings/apps/new", Needs::Anyone, registration::submit),
    post("/organizations/{org}/settings/apps/new", Needs::Anyone, registration::submit),
    post("/enterprises/{enterprise}/settings/apps/new", Needs::Anyone, registration::submit),
    post("/settings/apps/manifest", Needs::Anyone, registration::create_from_manifest),
    get("/settings/apps/{slug}", Needs::Anyone, registration::settings),
    get("/organizations/{org}/settings/apps/{slug}", Needs::Anyone, registration::settings),
    get("/enterprises/{enterprise}/settings/apps/{slug}", Needs::Anyone, registration::settings),
    post("/settings/apps/{slug}/client-secrets", Needs::Anyone, registration::client_secret),
    post("/settings/apps/{slug}/keys", Needs::Anyone, registration::private_key),
    get("/apps/{slug}/installations/new", Needs::Anyone, install_page::page),
    post("/apps/{slug}/installations/new", Needs::Anyone, install_page::install),
    get("/github-apps/{slug}/installations/new", Needs::Anyone, install_page::page),
    post("/github-apps/{slug}/installations/new", Needs::Anyone, install_page::install),
    get("/{owner}/{repo}", Needs::Anyone, browse::repository),
    get("/{owner}/{repo}/pulls", Needs::Anyone, browse::repository),
    get("/{owner}/{repo}/pull/{pull_number}", Needs::Anyone, browse::pull),
    get("/{owner}/{repo}/pull/{pull_number}/files", Needs::Anyone, browse::files),
    get("/{owner}/{repo}/commit/{sha}", Needs::Anyone, browse::commit),
    get("/{owner}/{repo}/blob/{sha}/{path}", Needs::Anyone, browse::blob),
];
