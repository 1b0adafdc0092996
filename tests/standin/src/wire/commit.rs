//! Commits and the files they change.

use covermark_types::CommitSha;
use serde_json::{Value, json};

use super::{account, node_id};
use crate::{
    git::{ChangeKind, Commit, FileChange, patch_text},
    state::{Repository, World},
};

/// The `commit` of GitHub's description, without files.
pub(crate) fn commit(world: &World, repository: &Repository, commit: &Commit) -> Value {
    let name = world.full_name(repository.id);
    let (api, web) = (&world.origin.api, &world.origin.web);
    let url = format!("{api}/repos/{name}/commits/{}", commit.sha);
    let who = json!({"name": commit.author.name, "email": commit.author.email, "date": commit.at.to_string()});
    let person = world.account_by_login(&commit.author.name).map(|person| account(world, person.id));
    let parent = |sha: &CommitSha| {
        json!({
            "sha": sha,
            "url": format!("{api}/repos/{name}/commits/{sha}"),
            "html_url": format!("{web}/{name}/commit/{sha}"),
        })
    };
    json!({
        "sha": commit.sha,
        "node_id": node_id("Commit", commit.sequence),
        "commit": {
            "author": who,
            "committer": who,
            "message": commit.message,
            "tree": {"sha": commit.tree_sha, "url": format!("{api}/repos/{name}/git/trees/{}", commit.tree_sha)},
            "url": format!("{api}/repos/{name}/git/commits/{}", commit.sha),
            "comment_count": 0,
            "verification": {
                "verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null,
            },
        },
        "url": url,
        "html_url": format!("{web}/{name}/commit/{}", commit.sha),
        "comments_url": format!("{url}/comments"),
        "author": person,
        "committer": person,
        "parents": commit.parents.iter().map(parent).collect::<Vec<_>>(),
    })
}

/// The `diff-entry` of a changed file.
pub(crate) fn diff_entry(world: &World, repository: &Repository, at: &CommitSha, change: &FileChange) -> Value {
    let name = world.full_name(repository.id);
    let (api, web) = (&world.origin.api, &world.origin.web);
    let (added, removed) = (change.additions(), change.deletions());
    let status = match change.kind {
        ChangeKind::Added => "added",
        ChangeKind::Removed => "removed",
        ChangeKind::Modified => "modified",
        ChangeKind::Renamed => "renamed",
    };
    let path = escape(&change.path);
    let mut entry = json!({
        "sha": change.new.as_ref().or(change.old.as_ref()).map(|blob| blob.sha.clone()),
        "filename": change.path,
        "status": status,
        "additions": added,
        "deletions": removed,
        "changes": added + removed,
        "blob_url": format!("{web}/{name}/blob/{at}/{path}"),
        "raw_url": format!("{web}/{name}/raw/{at}/{path}"),
        "contents_url": format!("{api}/repos/{name}/contents/{path}?ref={at}"),
    });
    if let Some(patch) = patch_text(change) {
        entry["patch"] = Value::from(patch);
    }
    if change.kind == ChangeKind::Renamed {
        entry["previous_filename"] = Value::from(change.old_path.clone());
    }
    entry
}

/// A path inside an address: everything but the slashes is encoded.
pub(crate) fn escape(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~');
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
