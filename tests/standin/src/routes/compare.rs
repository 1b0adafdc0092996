//! Two commits compared: merge base, distance, changed files.

use serde_json::{Value, json};

use crate::{
    git::{Commit, FileChange, ahead_behind, ancestors, changes, log, merge_base, unified},
    server::{Answer, Body, Call, Outcome},
    wire,
};

/// GitHub's bounds on what one comparison shows.
const MOST_COMMITS: usize = 250;
const MOST_FILES: usize = 300;

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
    Ok(Answer::ok(comparison(call, [base, shared, head], &changed)))
}

/// The `commit-comparison` of GitHub's description.
fn comparison(call: &Call<'_>, [base, shared, head]: [&Commit; 3], changed: &[FileChange]) -> Value {
    let (world, repository) = (&*call.world, call.repository());
    let (ahead, behind) = ahead_behind(&repository.commits, &base.sha, &head.sha);
    let status = match (ahead, behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let files = changed.iter().take(MOST_FILES).map(|change| wire::diff_entry(world, repository, &head.sha, change));
    let name = world.full_name(repository.id);
    let span = format!("{}...{}", base.sha, head.sha);
    let page = format!("{}/{name}/compare/{span}", world.origin.web);
    json!({
        "url": format!("{}/repos/{name}/compare/{span}", world.origin.api),
        "html_url": page,
        "permalink_url": page,
        "diff_url": format!("{page}.diff"),
        "patch_url": format!("{page}.patch"),
        "base_commit": wire::commit(world, repository, base),
        "merge_base_commit": wire::commit(world, repository, shared),
        "status": status,
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": ahead,
        "commits": new_commits(call, base, head),
        "files": files.collect::<Vec<_>>(),
    })
}

/// What `head` has and `base` has not, oldest first; all of it up to 250, or the page that the client asks for.
fn new_commits(call: &Call<'_>, base: &Commit, head: &Commit) -> Vec<Value> {
    let repository = call.repository();
    let known = ancestors(&repository.commits, &base.sha);
    let mut commits = log(&repository.commits, &head.sha);
    commits.retain(|commit| !known.contains(&commit.sha));
    commits.reverse();
    let number = |name: &str| call.request.parameter(name).and_then(|text| text.parse::<usize>().ok());
    let length = number("per_page").map_or(MOST_COMMITS, |length| length.clamp(1, 100));
    let skipped = (number("page").unwrap_or(1).max(1) - 1).saturating_mul(length);
    commits.into_iter().skip(skipped).take(length).map(|commit| wire::commit(call.world, repository, commit)).collect()
}
