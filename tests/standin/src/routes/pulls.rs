//! Pull requests: single, listed, of a commit, and as a diff.

use serde_json::{Value, json};

use crate::{
    git::{ancestors, unified},
    server::{Answer, Body, Call, Outcome, paginate},
    state::{Pull, PullState},
    story::pull_changes,
    wire,
};

pub(super) fn show(call: &mut Call<'_>) -> Outcome {
    let (repository, pull) = (call.repository(), call.pull("pull_number")?);
    let raw = ["application/vnd.github.diff", "application/vnd.github.v3.diff"];
    if raw.iter().any(|kind| call.request.accepts(kind)) {
        if pull.diff_too_large {
            return Err(too_large());
        }
        let bytes = unified(&pull_changes(repository, pull));
        let body = Body::Bytes("application/vnd.github.diff; charset=utf-8", bytes);
        return Ok(Answer { status: 200, headers: Vec::new(), body });
    }
    Ok(Answer::ok(wire::pull(call.world, repository, pull)))
}

fn too_large() -> Answer {
    Answer::json(
        406,
        json!({
            "message": "Sorry, the diff exceeded the maximum number of files (300). Consider using 'List pull requests files' API or locally cloning the repository instead.",
            "errors": [{"resource": "PullRequest", "field": "diff", "code": "too_large"}],
            "documentation_url": "https://docs.github.com/rest/pulls/pulls#list-pull-requests-files",
            "status": "406",
        }),
    )
}

pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let state = call.request.parameter("state").unwrap_or("open");
    if !["open", "closed", "all"].contains(&state) {
        return Err(Answer::invalid("PullRequest", "state", "invalid", None));
    }
    let wanted = |pull: &&Pull| {
        let open = pull.state == PullState::Open;
        let state = state == "all" || (state == "open") == open;
        let base = call.request.parameter("base").is_none_or(|base| pull.base.branch == base);
        let label = |pull: &Pull| {
            let owner = call.world.repositories.get(&pull.head.repository).map(|found| found.owner);
            owner.map(|owner| format!("{}:{}", call.world.account(owner).login, pull.head.branch))
        };
        let head = call.request.parameter("head").is_none_or(|head| label(pull).as_deref() == Some(head));
        state && base && head
    };
    let mut found: Vec<&Pull> = call.repository().pulls.values().filter(wanted).collect();
    // Newest first unless the client asks otherwise, as on GitHub.
    if call.request.parameter("direction") != Some("asc") {
        found.reverse();
    }
    let items = found.into_iter().map(|pull| wire::pull_simple(call.world, call.repository(), pull)).collect();
    paginate(call, items)
}

pub(super) fn files(call: &mut Call<'_>) -> Outcome {
    let (repository, pull) = (call.repository(), call.pull("pull_number")?);
    let items: Vec<Value> = pull_changes(repository, pull)
        .iter()
        .map(|change| wire::diff_entry(call.world, repository, &pull.head.sha, change))
        .collect();
    paginate(call, items)
}

/// Open pull requests that contain the commit, and the merged one that brought it.
pub(super) fn of_commit(call: &mut Call<'_>) -> Outcome {
    let repository = call.repository();
    let sha = &call.commit("commit_sha")?.sha;
    let brings = |pull: &&Pull| {
        let new = ancestors(&repository.commits, &pull.head.sha).contains(sha)
            && !ancestors(&repository.commits, &pull.base.sha).contains(sha);
        let merged = pull.merged_at.is_some() && pull.merge_commit.as_ref() == Some(sha);
        merged || (new && (pull.state == PullState::Open || pull.merged_at.is_some()))
    };
    let found = repository.pulls.values().filter(brings);
    let items = found.map(|pull| wire::pull_simple(call.world, repository, pull)).collect();
    paginate(call, items)
}
