//! `/repos/{owner}/{repo}`.

use crate::{
    server::{Answer, Call, Outcome},
    wire,
};

pub(super) fn show(call: &mut Call<'_>) -> Outcome {
    Ok(Answer::ok(wire::repository(call.world, call.repository())))
}
