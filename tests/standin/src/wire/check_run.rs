//! Check runs.

use serde_json::{Value, json};

use super::{app, node_id};
use crate::state::{CheckRun, Head, Pull, Repository, World};

/// The `check-run` of GitHub's description.
pub(crate) fn check_run(world: &World, repository: &Repository, run: &CheckRun) -> Value {
    let name = world.full_name(repository.id);
    let (api, web, id) = (&world.origin.api, &world.origin.web, run.id);
    let url = format!("{api}/repos/{name}/check-runs/{id}");
    json!({
        "id": id,
        "node_id": node_id("CheckRun", id),
        "head_sha": run.head_sha,
        "name": run.name,
        "external_id": run.external_id.clone().unwrap_or_default(),
        "url": url,
        "html_url": format!("{web}/{name}/runs/{id}"),
        "details_url": run.details_url.clone().unwrap_or_else(|| world.origin.web.clone()),
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": run.started_at.map(|at| at.to_string()),
        "completed_at": run.completed_at.map(|at| at.to_string()),
        "output": {
            "title": run.title,
            "summary": run.summary,
            "text": run.text,
            "annotations_count": run.annotations.len(),
            "annotations_url": format!("{url}/annotations"),
        },
        "check_suite": {"id": id - id % 1_000},
        "app": app(world),
        "pull_requests": pulls(world, repository, run),
    })
}

/// The `pull-request-minimal` of the pull requests that are at the commit; those from forks are left out, as at GitHub.
fn pulls(world: &World, repository: &Repository, run: &CheckRun) -> Vec<Value> {
    let url = format!("{}/repos/{}", world.origin.api, world.full_name(repository.id));
    let end = |head: &Head| {
        json!({
            "ref": head.branch,
            "sha": head.sha,
            "repo": {"id": repository.id, "url": url, "name": repository.name},
        })
    };
    let at_commit = |pull: &&Pull| pull.head.sha == run.head_sha && pull.head.repository == repository.id;
    let minimal = |pull: &Pull| {
        json!({
            "id": pull.id,
            "number": pull.number,
            "url": format!("{url}/pulls/{}", pull.number),
            "head": end(&pull.head),
            "base": end(&pull.base),
        })
    };
    repository.pulls.values().filter(at_commit).map(minimal).collect()
}
