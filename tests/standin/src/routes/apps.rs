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
    let (now, limit) = (call.world.clock.now(), call.world.limits.limit);
    let (used, reset) = call.world.limits.used(&call.caller.name(call.world), now);
    let core = json!({"limit": limit, "used": used, "remaining": limit - used, "reset": reset});
    let search = json!({"limit": 30, "used": 0, "remaining": 30, "reset": now.as_second() + 60});
    Ok(Answer::ok(json!({"resources": {"core": core, "search": search}, "rate": core})))
}
