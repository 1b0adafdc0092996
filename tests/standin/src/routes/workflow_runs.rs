//! Workflow runs.

use serde_json::json;

use crate::{
    server::{Answer, Call, Outcome, paginate_wrapped},
    state::WorkflowRun,
    wire,
};

/// Newest first, as at GitHub.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let of_commit =
        |run: &&WorkflowRun| call.request.parameter("head_sha").is_none_or(|sha| run.head_sha.as_str() == sha);
    let repository = call.repository();
    let runs = repository.workflow_runs.iter().rev().filter(of_commit);
    let items = runs.map(|run| wire::workflow_run(call.world, repository, run)).collect();
    paginate_wrapped(call, "workflow_runs", items, json!({}))
}

pub(super) fn show(call: &mut Call<'_>) -> Outcome {
    let id = call.number("run_id")?;
    let run = call.repository().workflow_runs.iter().find(|run| run.id == id).ok_or_else(Answer::not_found)?;
    Ok(Answer::ok(wire::workflow_run(call.world, call.repository(), run)))
}
