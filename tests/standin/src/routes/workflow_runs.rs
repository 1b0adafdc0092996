//! Workflow runs.

use crate::{
    server::{Answer, Call, Outcome},
    wire,
};

pub(super) fn show(call: &mut Call<'_>) -> Outcome {
    let id = call.number("run_id")?;
    let run = call.repository().workflow_runs.iter().find(|run| run.id == id).ok_or_else(Answer::not_found)?;
    Ok(Answer::ok(wire::workflow_run(call.world, call.repository(), run)))
}
