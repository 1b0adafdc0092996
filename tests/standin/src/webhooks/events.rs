//! The payloads, in GitHub's words.

use covermark_types::{AccountId, CommitSha, InstallationId, PullNumber, RepositoryId};
use serde_json::{Value, json};

use super::{queue, queue_for_hooks, queue_to_hook};
use crate::{
    git::log,
    state::{AccountKind, Installation, World},
    wire,
};

const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// The App's webhook was configured.
pub(crate) fn ping(world: &mut World) {
    let payload = json!({
        "zen": "Keep it logically awesome.",
        "hook_id": world.app.hook_id,
        "hook": {
            "type": "App",
            "id": world.app.hook_id,
            "name": "web",
            "active": true,
            "events": world.app.events,
            "app_id": world.app.id,
            "created_at": world.app.created_at.to_string(),
            "updated_at": world.app.created_at.to_string(),
            "deliveries_url": format!("{}/app/hook/deliveries", world.origin.api),
            "config": {
                "content_type": "json", "insecure_ssl": "0", "secret": "********", "url": world.app.hook_url,
            },
        },
    });
    queue(world, "ping", None, None, None, &payload);
}

/// A webhook of a repository was made, or somebody asked for its ping.
pub(crate) fn ping_repository(world: &mut World, id: RepositoryId, hook: u64) {
    let repository = world.repository(id);
    let Some(found) = repository.hooks.iter().find(|known| known.id == hook) else { return };
    let payload = json!({
        "zen": "Keep it logically awesome.",
        "hook_id": hook,
        "hook": wire::repository_hook(world, id, found),
        "repository": wire::repository(world, repository),
        "sender": sender(world, repository.owner),
    });
    queue_to_hook(world, id, hook, "ping", None, &payload);
}

/// An installation came, went or changed. Called before a deleted one is taken away.
pub(crate) fn installation(world: &mut World, id: InstallationId, action: &str) {
    let found = world.installations[&id].clone();
    let repositories: Vec<Value> =
        world.covered_by(&found).into_iter().map(|id| wire::repository_short(world, world.repository(id))).collect();
    let payload = json!({
        "action": action,
        "installation": wire::installation(world, &found),
        "repositories": repositories,
        "requester": null,
        "sender": sender(world, found.account),
    });
    queue(world, "installation", Some(action.to_owned()), Some(id), None, &payload);
}

/// The account of an installation has another name.
pub(crate) fn installation_target(world: &mut World, id: InstallationId, old: &str) {
    let found = world.installations[&id].clone();
    let kind = world.account(found.account).kind;
    let payload = json!({
        "action": "renamed",
        "account": wire::account(world, found.account),
        "changes": {"login": {"from": old}},
        "installation": {"id": id, "node_id": "standin"},
        "target_type": kind.as_str(),
        "sender": sender(world, found.account),
    });
    queue(world, "installation_target", Some("renamed".to_owned()), Some(id), None, &payload);
}

/// A repository was added to or removed from the selection.
pub(crate) fn installation_repositories(world: &mut World, id: InstallationId, repository: RepositoryId, added: bool) {
    let found = world.installations[&id].clone();
    let short = vec![wire::repository_short(world, world.repository(repository))];
    let (action, come, gone) = if added { ("added", short, vec![]) } else { ("removed", vec![], short) };
    let payload = json!({
        "action": action,
        "installation": wire::installation(world, &found),
        "repository_selection": "selected",
        "repositories_added": come,
        "repositories_removed": gone,
        "requester": null,
        "sender": sender(world, found.account),
    });
    queue(world, "installation_repositories", Some(action.to_owned()), Some(id), None, &payload);
}

/// Something happened to the repository itself.
pub(crate) fn repository(world: &mut World, id: RepositoryId, action: &str, changes: Option<Value>) {
    let mut payload = json!({"action": action, "repository": wire::repository(world, world.repository(id))});
    if let Some(changes) = changes {
        payload["changes"] = changes;
    }
    about(world, id, "repository", Some(action), payload);
}

/// The repository has another owner. The new owner's installation hears of it, or else (it is suspended, or there is none)
/// the old one's.
pub(crate) fn transferred(world: &mut World, id: RepositoryId, from: AccountId) {
    let owner = match world.account(from).kind {
        AccountKind::Organization => json!({"organization": wire::organization(world, from)}),
        _ => json!({"user": wire::account(world, from)}),
    };
    let payload = json!({
        "action": "transferred",
        "changes": {"owner": {"from": owner}},
        "repository": wire::repository(world, world.repository(id)),
    });
    if world.installation_of(id).is_some_and(|found| found.suspended.is_none()) {
        return about(world, id, "repository", Some("transferred"), payload);
    }
    let left = world.installations.values().find(|found| found.account == from).cloned();
    if let Some(left) = left {
        send(world, id, &left, "repository", Some("transferred"), payload);
    }
}

/// Something happened to a pull request.
pub(crate) fn pull_request(world: &mut World, id: RepositoryId, number: PullNumber, action: &str, extra: Value) {
    let base = world.repository(id);
    let Some(pull) = base.pulls.get(&number) else { return };
    let mut payload = json!({
        "action": action,
        "number": number,
        "pull_request": wire::pull(world, base, pull),
        "repository": wire::repository(world, base),
    });
    if let (Value::Object(payload), Value::Object(extra)) = (&mut payload, extra) {
        payload.extend(extra);
    }
    about(world, id, "pull_request", Some(action), payload);
}

/// A branch moved.
pub(crate) fn push(
    world: &mut World,
    id: RepositoryId,
    branch: &str,
    before: Option<&CommitSha>,
    after: &CommitSha,
    forced: bool,
) {
    let found = world.repository(id);
    let old = before.map_or(NO_COMMIT, CommitSha::as_str);
    let seen = before.map(|before| crate::git::ancestors(&found.commits, before)).unwrap_or_default();
    let name = world.full_name(id);
    let commits: Vec<Value> = log(&found.commits, after)
        .into_iter()
        .filter(|commit| !seen.contains(&commit.sha))
        .take(20)
        .map(|commit| pushed_commit(world, &name, commit))
        .collect();
    let compare = format!("{}/{name}/compare/{old}...{after}", world.origin.web);
    let pusher = world.account(world.hand_of(found.owner)).login.clone();
    let payload = json!({
        "ref": format!("refs/heads/{branch}"),
        "before": old,
        "after": after,
        "created": before.is_none(),
        "deleted": false,
        "forced": forced,
        "base_ref": null,
        "compare": compare,
        "head_commit": commits.first(),
        "commits": commits.into_iter().rev().collect::<Vec<_>>(),
        "repository": wire::repository_for_push(world, found),
        "pusher": {"name": pusher, "email": format!("{pusher}@example.com")},
    });
    about(world, id, "push", None, payload);
}

fn pushed_commit(world: &World, name: &str, commit: &crate::git::Commit) -> Value {
    let who = json!({
        "name": commit.author.name, "email": commit.author.email, "username": commit.author.name,
        "date": commit.at.to_string(),
    });
    json!({
        "id": commit.sha,
        "tree_id": commit.tree_sha,
        "distinct": true,
        "message": commit.message,
        "timestamp": commit.at.to_string(),
        "url": format!("{}/{name}/commit/{}", world.origin.web, commit.sha),
        "author": who,
        "committer": who,
        "added": [],
        "removed": [],
        "modified": [],
    })
}

/// Sends an event about a repository to its own hooks, and to the installation that covers it, if that is awake and
/// subscribed.
fn about(world: &mut World, id: RepositoryId, event: &str, action: Option<&str>, payload: Value) {
    let owner = world.account(world.repository(id).owner);
    let mut own = payload.clone();
    own["sender"] = sender(world, owner.id);
    if owner.kind == AccountKind::Organization {
        own["organization"] = wire::organization(world, owner.id);
    }
    queue_for_hooks(world, id, event, action, &own);
    if let Some(installation) = world.installation_of(id).cloned() {
        send(world, id, &installation, event, action, payload);
    }
}

fn send(
    world: &mut World,
    id: RepositoryId,
    installation: &Installation,
    event: &str,
    action: Option<&str>,
    mut payload: Value,
) {
    if installation.suspended.is_some() || !installation.events.iter().any(|known| known == event) {
        return;
    }
    let owner = world.account(world.repository(id).owner);
    payload["installation"] = json!({"id": installation.id, "node_id": "standin"});
    payload["sender"] = sender(world, owner.id);
    if owner.kind == AccountKind::Organization {
        payload["organization"] = wire::organization(world, owner.id);
    }
    queue(world, event, action.map(str::to_owned), Some(installation.id), Some(id), &payload);
}

fn sender(world: &World, account: AccountId) -> Value {
    wire::account(world, world.hand_of(account))
}
