//! Commits: single and as history.

use serde_json::{Value, json};

use crate::{
    git::{changes, log, unified},
    server::{Answer, Body, Call, Outcome, paginate},
    state::Repository,
    wire,
};

pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let repository = call.repository();
    if repository.commits.is_empty() {
        return Err(Answer::refusal(409, "Git Repository is empty."));
    }
    let start = call.request.parameter("sha").unwrap_or(&repository.default_branch);
    let start = repository.resolve(start).ok_or_else(Answer::not_found)?;
    let path = call.request.parameter("path");
    let touches = |commit: &&crate::git::Commit| path.is_none_or(|path| touches(repository, commit, path));
    let found = log(&repository.commits, &start.sha).into_iter().filter(touches);
    let items = found.map(|commit| wire::commit(call.world, repository, commit)).collect();
    paginate(call, items)
}

fn touches(repository: &Repository, commit: &crate::git::Commit, path: &str) -> bool {
    changed_in(repository, commit)
        .iter()
        .any(|change| change.path == path || change.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
}

/// What a commit changed against its first parent.
pub(crate) fn changed_in(repository: &Repository, commit: &crate::git::Commit) -> Vec<crate::git::FileChange> {
    let parent = commit.parents.first().and_then(|sha| repository.commits.get(sha));
    let before = parent.map(|parent| parent.tree.clone()).unwrap_or_default();
    changes(&before, &commit.tree)
}

pub(super) fn show(call: &mut Call<'_>) -> Outcome {
    let repository = call.repository();
    let commit = call.commit("ref")?;
    let changed = changed_in(repository, commit);
    if call.request.accepts("application/vnd.github.sha") {
        let body = Body::Bytes("application/vnd.github.sha; charset=utf-8", commit.sha.as_str().as_bytes().to_vec());
        return Ok(Answer { status: 200, headers: Vec::new(), body });
    }
    if call.request.accepts("application/vnd.github.diff") {
        let body = Body::Bytes("application/vnd.github.diff; charset=utf-8", unified(&changed));
        return Ok(Answer { status: 200, headers: Vec::new(), body });
    }
    let mut value = wire::commit(call.world, repository, commit);
    let (added, removed): (usize, usize) =
        changed.iter().fold((0, 0), |sum, change| (sum.0 + change.additions(), sum.1 + change.deletions()));
    value["stats"] = json!({"total": added + removed, "additions": added, "deletions": removed});
    let files = changed.iter().map(|change| wire::diff_entry(call.world, repository, &commit.sha, change));
    value["files"] = Value::Array(files.collect());
    Ok(Answer::ok(value))
}
