//! Webhooks of repositories.

use covermark_types::RepositoryId;
use serde_json::{Value, json};

use crate::state::{RepositoryHook, World};

/// The `hook` of GitHub's description. A secret is never shown again.
pub(crate) fn repository_hook(world: &World, repository: RepositoryId, hook: &RepositoryHook) -> Value {
    let url = format!("{}/repos/{}/hooks/{}", world.origin.api, world.full_name(repository), hook.id);
    let mut config = json!({"url": hook.url, "content_type": hook.content_type, "insecure_ssl": "0"});
    if hook.secret.is_some() {
        config["secret"] = Value::from("********");
    }
    json!({
        "type": "Repository",
        "id": hook.id,
        "name": "web",
        "active": hook.active,
        "events": hook.events,
        "config": config,
        "updated_at": hook.updated_at.to_string(),
        "created_at": hook.created_at.to_string(),
        "url": url,
        "test_url": format!("{url}/test"),
        "ping_url": format!("{url}/pings"),
        "deliveries_url": format!("{url}/deliveries"),
        "last_response": {"code": null, "status": "unused", "message": null},
    })
}
