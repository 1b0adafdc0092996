//! Two commits compared: merge base, distance, changed files.

use serde_json::{Value, json};

use crate::{
    git::{ahead_behind, ancestors, changes, log, merge_base, unified},
    server::{Answer, Body, Call, Outcome},
    wire,
};

pub(super) fn show(call: &mut Call<'_>) -> Outcome {
    let repository = call.repository();
    let (base, head) = call.text("basehead").split_once("...").ok_or_else(Answer::not_found)?;
    // `owner:branch` names a branch of a fork; commits of pull requests can be read here anyway.
    let plain = |name: &str| name.rsplit_once(':').map_or(name.to_owned(), |(_, branch)| branch.to_owned());
    let base = repository.resolve(&plain(base)).ok_or_else(Answer::not_found)?;
    let head = repository.resolve(&plain(head)).ok_or_else(Answer::not_found)?;
    let shared = merge_base(&repository.commits, &base.sha, &head.sha)
        .and_then(|sha| repository.commits.get(&sha))
        .ok_or_else(|| Answer::refusal(404, "No common ancestor between these commits."))?;
    let changed = changes(&shared.tree, &head.tree);
    if call.request.accepts("application/vnd.github.diff") {
        let body = Body::Bytes("application/vnd.github.diff; charset=utf-8", unified(&changed));
        return Ok(Answer { status: 200, headers: Vec::new(), body });
    }
    let (ahead, behind) = ahead_behind(&repository.commits, &base.sha, &head.sha);
    let status = match (ahead, behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let known = ancestors(&repository.commits, &base.sha);
    let mut commits: Vec<Value> = log(&repository.commits, &head.sha)
        .into_iter()
        .filter(|commit| !known.contains(&commit.sha))
        .map(|commit| wire::commit(call.world, repository, commit))
        .collect();
    commits.reverse();
    // GitHub answers 250 commits at most when the client does not page.
    commits.truncate(250);
    let files = changed.iter().take(300).map(|change| wire::diff_entry(call.world, repository, &head.sha, change));
    let name = call.world.full_name(repository.id);
    let span = format!("{}...{}", base.sha, head.sha);
    let page = format!("{}/{name}/compare/{span}", call.world.origin.web);
    Ok(Answer::ok(json!({
        "url": format!("{}/repos/{name}/compare/{span}", call.world.origin.api),
        "html_url": page,
        "permalink_url": page,
        "diff_url": format!("{page}.diff"),
        "patch_url": format!("{page}.patch"),
        "base_commit": wire::commit(call.world, repository, base),
        "merge_base_commit": wire::commit(call.world, repository, shared),
        "status": status,
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": ahead,
        "commits": commits,
        "files": files.collect::<Vec<_>>(),
    })))
}
