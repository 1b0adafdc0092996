//! The App and its installations.

use serde_json::{Map, Value, json};

use super::{account, node_id};
use crate::state::{AccountKind, Installation, Permissions, Selection, World};

/// The `integration` of GitHub's description.
pub(crate) fn app(world: &World) -> Value {
    let app = &world.app;
    let person = world.accounts.values().find(|account| account.kind == AccountKind::User);
    let owner = world.account_by_login(&app.owner).or(person).or_else(|| world.account_by_login("covermark-dev"));
    let owner = owner.map(|owner| account(world, owner.id));
    json!({
        "id": app.id,
        "slug": app.slug,
        "client_id": app.client_id,
        "node_id": node_id("App", app.id.0),
        "owner": owner,
        "name": app.name,
        "description": "Coverage on pull requests",
        "external_url": world.origin.web,
        "html_url": format!("{}/apps/{}", world.origin.web, app.slug),
        "created_at": app.created_at.to_string(),
        "updated_at": app.created_at.to_string(),
        "permissions": permissions(&app.permissions),
        "events": app.events,
        "installations_count": world.installations.len(),
    })
}

/// Permission name to level.
pub(crate) fn permissions(permissions: &Permissions) -> Value {
    let fields: Map<String, Value> =
        permissions.iter().map(|(name, level)| (name.clone(), Value::from(level.as_str()))).collect();
    Value::Object(fields)
}

/// The `installation` of GitHub's description.
pub(crate) fn installation(world: &World, installation: &Installation) -> Value {
    let (id, owner) = (installation.id, world.account(installation.account));
    let page = match owner.kind {
        AccountKind::Organization => format!("organizations/{}/settings/installations/{id}", owner.login),
        _ => format!("settings/installations/{id}"),
    };
    let suspended = installation.suspended;
    json!({
        "id": id,
        "client_id": world.app.client_id,
        "account": account(world, owner.id),
        "repository_selection": if installation.selection == Selection::All { "all" } else { "selected" },
        "access_tokens_url": format!("{}/app/installations/{id}/access_tokens", world.origin.api),
        "repositories_url": format!("{}/installation/repositories", world.origin.api),
        "html_url": format!("{}/{page}", world.origin.web),
        "app_id": world.app.id,
        "app_slug": world.app.slug,
        "target_id": owner.id,
        "target_type": owner.kind.as_str(),
        "permissions": permissions(&installation.permissions),
        "events": installation.events,
        "created_at": installation.created_at.to_string(),
        "updated_at": installation.updated_at.to_string(),
        "single_file_name": null,
        "has_multiple_single_files": false,
        "single_file_paths": [],
        "suspended_by": suspended.map(|(_, by)| account(world, by)),
        "suspended_at": suspended.map(|(at, _)| at.to_string()),
    })
}
