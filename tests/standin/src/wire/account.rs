//! Users and organisations.

use covermark_types::AccountId;
use serde_json::{Value, json};

use super::{escape, node_id};
use crate::state::{AccountKind, World};

/// The `simple-user` of GitHub's description.
pub(crate) fn account(world: &World, id: AccountId) -> Value {
    let account = world.account(id);
    let (login, api, web) = (&account.login, &world.origin.api, &world.origin.web);
    // A bot's login ends in `[bot]`; in addresses GitHub encodes the brackets.
    let url = format!("{api}/users/{}", escape(login));
    let page = match account.kind {
        AccountKind::Bot => format!("{web}/apps/{}", world.app.slug),
        _ => format!("{web}/{login}"),
    };
    json!({
        "login": login,
        "id": id,
        "node_id": node_id("User", id.0),
        "avatar_url": format!("{web}/avatars/{id}"),
        "gravatar_id": "",
        "url": url,
        "html_url": page,
        "followers_url": format!("{url}/followers"),
        "following_url": format!("{url}/following{{/other_user}}"),
        "gists_url": format!("{url}/gists{{/gist_id}}"),
        "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
        "subscriptions_url": format!("{url}/subscriptions"),
        "organizations_url": format!("{url}/orgs"),
        "repos_url": format!("{url}/repos"),
        "events_url": format!("{url}/events{{/privacy}}"),
        "received_events_url": format!("{url}/received_events"),
        "type": account.kind.as_str(),
        "site_admin": false,
    })
}

/// The `public-user` of `GET /user`: what an App without further scopes sees.
pub(crate) fn user(world: &World, id: AccountId) -> Value {
    let since = world.account(id).created_at.to_string();
    let mut user = account(world, id);
    let owned = world.repositories.values().filter(|repository| repository.owner == id && !repository.private).count();
    let more = json!({
        "user_view_type": "public",
        "name": world.account(id).login,
        "company": null,
        "blog": "",
        "location": null,
        "email": null,
        "hireable": null,
        "bio": null,
        "public_repos": owned,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": since,
        "updated_at": since,
    });
    merge(&mut user, more);
    user
}

/// The `organization-simple` of events.
pub(crate) fn organization(world: &World, id: AccountId) -> Value {
    let login = &world.account(id).login;
    let url = format!("{}/orgs/{login}", world.origin.api);
    json!({
        "login": login,
        "id": id,
        "node_id": node_id("Organization", id.0),
        "url": url,
        "repos_url": format!("{url}/repos"),
        "events_url": format!("{url}/events"),
        "hooks_url": format!("{url}/hooks"),
        "issues_url": format!("{url}/issues"),
        "members_url": format!("{url}/members{{/member}}"),
        "public_members_url": format!("{url}/public_members{{/member}}"),
        "avatar_url": format!("{}/avatars/{id}", world.origin.web),
        "description": null,
    })
}

/// Adds the fields of `more`.
pub(super) fn merge(target: &mut Value, more: Value) {
    if let (Value::Object(target), Value::Object(more)) = (target, more) {
        target.extend(more);
    }
}
