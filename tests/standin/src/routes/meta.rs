//! `/meta`: what this GitHub says about itself.

use serde_json::json;

use crate::server::{Answer, Call, Outcome};

pub(super) fn show(call: &mut Call<'_>) -> Outcome {
    let mut body = json!({ "verifiable_password_authentication": true });
    if call.world.origin.enterprise {
        body["installed_version"] = json!("3.19.0");
    } else {
        body["hooks"] = json!(["192.30.252.0/22"]);
    }
    Ok(Answer::ok(body))
}
