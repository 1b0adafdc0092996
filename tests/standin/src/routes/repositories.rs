//! `/repos/{owner}/{repo}`.

use super::users;
use crate::{
    server::{Answer, Call, Caller, Outcome},
    wire,
};

pub(super) fn show(call: &mut Call<'_>) -> Outcome {
    let mut value = wire::repository(call.world, call.repository());
    // A person is told what they may do; an App has its permissions elsewhere.
    if let Caller::User(user) = call.caller {
        value["permissions"] = users::rights(call.world, user, call.repository());
    }
    Ok(Answer::ok(value))
}
