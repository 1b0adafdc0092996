//! Commit statuses.

use covermark_types::CommitSha;
use serde_json::{Value, json};

use super::{account, node_id, repository};
use crate::state::{CommitStatus, Repository, World};

/// The `simple-commit-status` inside a combined status.
pub(crate) fn simple_status(world: &World, found: &Repository, status: &CommitStatus) -> Value {
    let name = world.full_name(found.id);
    json!({
        "id": status.id,
        "node_id": node_id("StatusContext", status.id),
        "url": format!("{}/repos/{name}/statuses/{}", world.origin.api, status.sha),
        "avatar_url": format!("{}/avatars/{}", world.origin.web, status.creator),
        "state": status.state,
        "context": status.context,
        "description": status.description,
        "target_url": status.target_url,
        "created_at": status.created_at.to_string(),
        "updated_at": status.created_at.to_string(),
    })
}

/// The `status` of GitHub's description.
pub(crate) fn status(world: &World, found: &Repository, status: &CommitStatus) -> Value {
    let mut value = simple_status(world, found, status);
    value["creator"] = account(world, status.creator);
    value
}

/// The `combined-commit-status`: the worst of all contexts.
pub(crate) fn combined(world: &World, found: &Repository, sha: &CommitSha) -> Value {
    let latest = found.latest_statuses(sha);
    let any = |states: &[&str]| latest.iter().any(|status| states.contains(&status.state.as_str()));
    let state = if any(&["failure", "error"]) {
        "failure"
    } else if any(&["pending"]) || latest.is_empty() {
        "pending"
    } else {
        "success"
    };
    let url = format!("{}/repos/{}/commits/{sha}", world.origin.api, world.full_name(found.id));
    json!({
        "state": state,
        "sha": sha,
        "total_count": latest.len(),
        "statuses": latest.into_iter().map(|status| simple_status(world, found, status)).collect::<Vec<_>>(),
        "repository": repository(world, found),
        "commit_url": url,
        "url": format!("{url}/status"),
    })
}
