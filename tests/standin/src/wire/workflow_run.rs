//! Workflow runs.

use serde_json::{Value, json};

use super::{node_id, repository};
use crate::state::{Repository, WorkflowRun, World};

/// The `workflow-run` of GitHub's description. Pull requests of forks are not listed in it, as at GitHub.
pub(crate) fn workflow_run(world: &World, of: &Repository, run: &WorkflowRun) -> Value {
    let name = world.full_name(of.id);
    let (api, web, id) = (&world.origin.api, &world.origin.web, run.id);
    let url = format!("{api}/repos/{name}/actions/runs/{id}");
    let head = world.repositories.get(&run.head_repository).map(|head| repository(world, head));
    json!({
        "id": id,
        "node_id": node_id("WorkflowRun", id),
        "name": "CI",
        "display_title": "CI",
        "path": ".github/workflows/ci.yml",
        "run_number": 1,
        "run_attempt": 1,
        "event": run.event,
        "status": run.status,
        "conclusion": run.conclusion,
        "head_sha": run.head_sha,
        "head_branch": run.head_branch,
        "workflow_id": 1,
        "check_suite_id": id,
        "url": url,
        "html_url": format!("{web}/{name}/actions/runs/{id}"),
        "pull_requests": [],
        "created_at": run.created_at.to_string(),
        "updated_at": run.updated_at.to_string(),
        "run_started_at": run.created_at.to_string(),
        "jobs_url": format!("{url}/jobs"),
        "logs_url": format!("{url}/logs"),
        "check_suite_url": format!("{api}/repos/{name}/check-suites/{id}"),
        "artifacts_url": format!("{url}/artifacts"),
        "cancel_url": format!("{url}/cancel"),
        "rerun_url": format!("{url}/rerun"),
        "workflow_url": format!("{api}/repos/{name}/actions/workflows/1"),
        "head_commit": null,
        "repository": repository(world, of),
        "head_repository": head,
    })
}
