//! Comments on pull requests, which GitHub calls issue comments.

use serde_json::{Value, json};

use super::{account, app, node_id};
use crate::state::{Comment, Repository, World};

/// The `issue-comment` of GitHub's description.
pub(crate) fn comment(world: &World, repository: &Repository, comment: &Comment) -> Value {
    let name = world.full_name(repository.id);
    let (api, web, id) = (&world.origin.api, &world.origin.web, comment.id);
    json!({
        "id": id,
        "node_id": node_id("IssueComment", id),
        "url": format!("{api}/repos/{name}/issues/comments/{id}"),
        "html_url": format!("{web}/{name}/pull/{}#issuecomment-{id}", comment.pull),
        "issue_url": format!("{api}/repos/{name}/issues/{}", comment.pull),
        "body": comment.body,
        "user": account(world, comment.author),
        "created_at": comment.created_at.to_string(),
        "updated_at": comment.updated_at.to_string(),
        "author_association": if world.belongs(comment.author, repository) { "MEMBER" } else { "NONE" },
        "performed_via_github_app": comment.by_app.then(|| app(world)),
    })
}
