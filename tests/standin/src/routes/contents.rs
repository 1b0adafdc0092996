//! Files and folders of a commit.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    git::{Commit, Entry, EntryKind, listing},
    server::{Answer, Body, Call, Outcome},
    wire,
};

/// Above this the content is left out of the JSON; the raw media type has it.
const LARGEST_IN_JSON: usize = 1024 * 1024;
/// Of a folder with more entries the rest is silently left out.
const LARGEST_FOLDER: usize = 1_000;

pub(super) fn show(call: &mut Call<'_>) -> Outcome {
    let repository = call.repository();
    let reference = call.request.parameter("ref").unwrap_or(&repository.default_branch);
    let missing = || Answer::refusal(404, &format!("No commit found for the ref {reference}"));
    let commit = repository.resolve(reference).ok_or_else(missing)?;
    let path = call.text("path").trim_end_matches('/');
    let Some(blob) = commit.tree.get(path) else { return folder(call, commit, path) };
    let raw = ["application/vnd.github.raw", "application/vnd.github.v3.raw"];
    if raw.iter().any(|kind| call.request.accepts(kind)) {
        let body = Body::Bytes("application/vnd.github.raw; charset=utf-8", blob.bytes.to_vec());
        return Ok(Answer { status: 200, headers: Vec::new(), body });
    }
    let large = blob.bytes.len() > LARGEST_IN_JSON;
    let mut value = entry(
        call,
        commit,
        &Entry { path: path.to_owned(), kind: EntryKind::Blob, sha: blob.sha.clone(), size: blob.bytes.len() },
    );
    value["content"] = Value::from(if large { String::new() } else { wrapped(&blob.bytes) });
    value["encoding"] = Value::from(if large { "none" } else { "base64" });
    Ok(Answer::ok(value))
}

/// Base64 in lines of 60 characters, as GitHub sends it: a client must skip the line feeds.
fn wrapped(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let lines = text.as_bytes().chunks(60).map(|line| format!("{}\n", String::from_utf8_lossy(line)));
    lines.collect()
}

fn folder(call: &Call<'_>, commit: &Commit, path: &str) -> Outcome {
    let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
    let inside = |entry: &Entry| entry.path.strip_prefix(&prefix).is_some_and(|rest| !rest.contains('/'));
    let entries = listing(&commit.tree);
    let items = entries.iter().filter(|found| !found.path.is_empty() && inside(found)).take(LARGEST_FOLDER);
    let items: Vec<Value> = items.map(|found| entry(call, commit, found)).collect();
    if items.is_empty() { Err(Answer::not_found()) } else { Ok(Answer::ok(Value::Array(items))) }
}

fn entry(call: &Call<'_>, commit: &Commit, entry: &Entry) -> Value {
    let name = call.world.full_name(call.repository_id());
    let (api, web, path) = (&call.world.origin.api, &call.world.origin.web, wire::escape(&entry.path));
    let (kind, git) = match entry.kind {
        EntryKind::Blob => ("file", "blobs"),
        EntryKind::Tree => ("dir", "trees"),
    };
    let url = format!("{api}/repos/{name}/contents/{path}?ref={}", commit.sha);
    let git_url = format!("{api}/repos/{name}/git/{git}/{}", entry.sha);
    let page = format!("{web}/{name}/blob/{}/{path}", commit.sha);
    let download = (entry.kind == EntryKind::Blob).then(|| format!("{web}/{name}/raw/{}/{path}", commit.sha));
    json!({
        "name": entry.path.rsplit('/').next(),
        "path": entry.path,
        "sha": entry.sha,
        "size": entry.size,
        "url": url,
        "html_url": page,
        "git_url": git_url,
        "download_url": download,
        "type": kind,
        "_links": {"self": url, "git": git_url, "html": page},
    })
}

pub(super) fn tree(call: &mut Call<'_>) -> Outcome {
    let repository = call.repository();
    let wanted = call.text("tree_sha");
    let found = repository.resolve(wanted).map(|commit| (listing(&commit.tree), String::new())).or_else(|| {
        repository.commits.values().find_map(|commit| {
            let entries = listing(&commit.tree);
            let root = entries.iter().find(|entry| entry.kind == EntryKind::Tree && entry.sha == wanted)?.path.clone();
            Some((entries, root))
        })
    });
    let (entries, root) = found.ok_or_else(Answer::not_found)?;
    let sha = entries.iter().find(|entry| entry.path == root).map(|entry| entry.sha.clone());
    // GitHub takes the mere presence of the parameter for a yes, `recursive=0` included.
    let recursive = call.request.parameter("recursive").is_some();
    let prefix = if root.is_empty() { root } else { format!("{root}/") };
    let name = call.world.full_name(repository.id);
    let items: Vec<Value> = entries
        .iter()
        .filter_map(|entry| Some((entry.path.strip_prefix(&prefix).filter(|path| !path.is_empty())?, entry)))
        .filter(|(path, _)| recursive || !path.contains('/'))
        .map(|(path, entry)| tree_item(&format!("{}/repos/{name}/git", call.world.origin.api), path, entry))
        .collect();
    let url = format!("{}/repos/{name}/git/trees/{}", call.world.origin.api, sha.as_deref().unwrap_or(""));
    Ok(Answer::ok(json!({"sha": sha, "url": url, "tree": items, "truncated": false})))
}

fn tree_item(git: &str, path: &str, entry: &Entry) -> Value {
    match entry.kind {
        EntryKind::Blob => json!({
            "path": path, "mode": "100644", "type": "blob", "sha": entry.sha, "size": entry.size,
            "url": format!("{git}/blobs/{}", entry.sha),
        }),
        EntryKind::Tree => json!({
            "path": path, "mode": "040000", "type": "tree", "sha": entry.sha,
            "url": format!("{git}/trees/{}", entry.sha),
        }),
    }
}
