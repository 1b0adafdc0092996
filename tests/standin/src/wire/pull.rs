//! Pull requests.

use serde_json::{Value, json};

use super::{account, account::merge, node_id, repository};
use crate::{
    git::ahead_behind,
    state::{AccountKind, Head, Pull, PullState, Repository, World},
    story::pull_changes,
};

/// The `pull-request-simple` of lists.
pub(crate) fn pull_simple(world: &World, base: &Repository, pull: &Pull) -> Value {
    let mut found = identity(world, base, pull);
    let url = format!("{}/repos/{}", world.origin.api, world.full_name(base.id));
    let page = format!("{}/{}/pull/{}", world.origin.web, world.full_name(base.id), pull.number);
    let number = pull.number;
    let links = json!({
        "self": {"href": format!("{url}/pulls/{number}")},
        "html": {"href": page},
        "issue": {"href": format!("{url}/issues/{number}")},
        "comments": {"href": format!("{url}/issues/{number}/comments")},
        "review_comments": {"href": format!("{url}/pulls/{number}/comments")},
        "review_comment": {"href": format!("{url}/pulls/comments{{/number}}")},
        "commits": {"href": format!("{url}/pulls/{number}/commits")},
        "statuses": {"href": format!("{url}/statuses/{}", pull.head.sha)},
    });
    let addresses = json!({
        "url": links["self"]["href"],
        "html_url": page,
        "diff_url": format!("{page}.diff"),
        "patch_url": format!("{page}.patch"),
        "issue_url": links["issue"]["href"],
        "commits_url": links["commits"]["href"],
        "review_comments_url": links["review_comments"]["href"],
        "review_comment_url": links["review_comment"]["href"],
        "comments_url": links["comments"]["href"],
        "statuses_url": links["statuses"]["href"],
        "_links": links,
    });
    merge(&mut found, addresses);
    found
}

fn identity(world: &World, base: &Repository, pull: &Pull) -> Value {
    let member = world.belongs(pull.author, base);
    json!({
        "id": pull.id,
        "node_id": node_id("PullRequest", pull.id),
        "number": pull.number,
        "state": if pull.state == PullState::Open { "open" } else { "closed" },
        "locked": false,
        "title": pull.title,
        "user": account(world, pull.author),
        "body": pull.body,
        "created_at": pull.created_at.to_string(),
        "updated_at": pull.updated_at.to_string(),
        "closed_at": pull.closed_at.map(|at| at.to_string()),
        "merged_at": pull.merged_at.map(|at| at.to_string()),
        "merge_commit_sha": pull.merge_commit,
        "assignee": null,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "labels": [],
        "milestone": null,
        "draft": pull.draft,
        "head": end(world, &pull.head),
        "base": end(world, &pull.base),
        "author_association": if member { "MEMBER" } else { "NONE" },
        "auto_merge": null,
        "active_lock_reason": null,
    })
}

/// The `pull-request` of a single request and of webhooks.
pub(crate) fn pull(world: &World, base: &Repository, pull: &Pull) -> Value {
    let mut found = pull_simple(world, base, pull);
    let changes = pull_changes(base, pull);
    let (commits, _) = ahead_behind(&base.commits, &pull.base.sha, &pull.head.sha);
    let open = pull.state == PullState::Open;
    let more = json!({
        "merged": pull.merged_at.is_some(),
        "mergeable": open.then_some(true),
        "rebaseable": open.then_some(true),
        "mergeable_state": if open { "clean" } else { "unknown" },
        "merged_by": pull.merged_at.map(|_| account(world, pull.author)),
        "comments": base.comments_of(pull.number).len(),
        "review_comments": 0,
        "maintainer_can_modify": false,
        "commits": commits,
        "additions": changes.iter().map(crate::git::FileChange::additions).sum::<usize>(),
        "deletions": changes.iter().map(crate::git::FileChange::deletions).sum::<usize>(),
        "changed_files": changes.len(),
    });
    merge(&mut found, more);
    found
}

fn end(world: &World, head: &Head) -> Value {
    // A fork may have been deleted: GitHub answers `null` for the repository and for its owner.
    let found = world.repositories.get(&head.repository);
    let owner = found.map(|found| world.account(found.owner));
    let label = owner.map_or("unknown repository".to_owned(), |owner| format!("{}:{}", owner.login, head.branch));
    debug_assert!(owner.is_none_or(|owner| owner.kind != AccountKind::Bot));
    json!({
        "label": label,
        "ref": head.branch,
        "sha": head.sha,
        "user": owner.map(|owner| account(world, owner.id)),
        "repo": found.map(|found| repository(world, found)),
    })
}
