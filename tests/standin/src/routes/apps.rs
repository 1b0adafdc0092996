//! `/app` and `/rate_limit`.

use serde_json::json;

use crate::{
    server::{Answer, Call, Outcome},
    wire,
};

pub(super) fn show(call: &mut Call<'_>) -> Outcome {
    Ok(Answer::ok(wire::app(call.world)))
}

pub(super) fn rate_limit(call: &mut Call<'_>) -> Outcome {
    let now = call.world.now().as_second();
    let core = json!({"limit": call.world.limits.limit, "used": 0, "remaining": call.world.limits.limit, "reset": now + 3_600});
    let search = json!({"limit": 30, "used": 0, "remaining": 30, "reset": now + 60});
    Ok(Answer::ok(json!({"resources": {"core": core, "search": search}, "rate": core})))
}
