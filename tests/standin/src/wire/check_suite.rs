//! Check suites.

use serde_json::{Value, json};

use super::{app, node_id, repository};
use crate::state::{CheckSuite, Repository, World};

/// The `check-suite` of GitHub's description. Every suite but our own belongs to an App with a number made of its name.
pub(crate) fn check_suite(world: &World, of: &Repository, suite: &CheckSuite) -> Value {
    let mut owner = app(world);
    if suite.app != world.app.slug {
        owner["id"] = json!(suite.app.bytes().fold(7_u64, |sum, byte| sum * 31 % 1_000_003 + u64::from(byte)));
        owner["slug"] = json!(suite.app);
        owner["name"] = json!(if suite.app == "github-actions" { "GitHub Actions" } else { &*suite.app });
    }
    let url = format!("{}/repos/{}/check-suites/{}", world.origin.api, world.full_name(of.id), suite.id);
    let person = json!({"name": "Octo Cat", "email": "octocat@example.com"});
    let commit = of.commits.get(&suite.head_sha);
    json!({
        "id": suite.id,
        "node_id": node_id("CheckSuite", suite.id),
        "head_branch": of.branches.iter().find(|(_, tip)| **tip == suite.head_sha).map(|(name, _)| name),
        "head_sha": suite.head_sha,
        "status": suite.status,
        "conclusion": suite.conclusion,
        "url": url,
        "before": null,
        "after": suite.head_sha,
        "pull_requests": [],
        "app": owner,
        "repository": repository(world, of),
        "created_at": suite.created_at.to_string(),
        "updated_at": suite.created_at.to_string(),
        "head_commit": {
            "id": suite.head_sha,
            "tree_id": commit.map(|commit| commit.tree_sha.clone()).unwrap_or_default(),
            "message": commit.map(|commit| commit.message.clone()).unwrap_or_default(),
            "timestamp": suite.created_at.to_string(),
            "author": person,
            "committer": person,
        },
        "latest_check_runs_count": suite.runs,
        "check_runs_url": format!("{url}/check-runs"),
    })
}
