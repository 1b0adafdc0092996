//! Repositories.

use serde_json::{Map, Value, json};

use super::{account, account::merge, node_id};
use crate::state::{PullState, Repository, World};

/// The addresses under the repository's own, with GitHub's templates.
const UNDER: [(&str, &str); 37] = [
    ("forks_url", "/forks"),
    ("keys_url", "/keys{/key_id}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("teams_url", "/teams"),
    ("hooks_url", "/hooks"),
    ("issue_events_url", "/issues/events{/number}"),
    ("events_url", "/events"),
    ("assignees_url", "/assignees{/user}"),
    ("branches_url", "/branches{/branch}"),
    ("tags_url", "/tags"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("trees_url", "/git/trees{/sha}"),
    ("statuses_url", "/statuses/{sha}"),
    ("languages_url", "/languages"),
    ("stargazers_url", "/stargazers"),
    ("contributors_url", "/contributors"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("commits_url", "/commits{/sha}"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("comments_url", "/comments{/number}"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("contents_url", "/contents/{+path}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("merges_url", "/merges"),
    ("archive_url", "/{archive_format}{/ref}"),
    ("downloads_url", "/downloads"),
    ("issues_url", "/issues{/number}"),
    ("pulls_url", "/pulls{/number}"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("labels_url", "/labels{/name}"),
    ("releases_url", "/releases{/id}"),
    ("deployments_url", "/deployments"),
    ("url", ""),
];

/// Everything that GitHub says about a repository; fits `minimal-repository`, `repository` and `full-repository`.
pub(crate) fn repository(world: &World, repository: &Repository) -> Value {
    let name = world.full_name(repository.id);
    let url = format!("{}/repos/{name}", world.origin.api);
    let fields: Map<String, Value> =
        UNDER.iter().map(|(field, rest)| ((*field).to_owned(), Value::from(format!("{url}{rest}")))).collect();
    let mut found = Value::Object(fields);
    merge(&mut found, identity(world, repository, &name));
    merge(&mut found, numbers(repository));
    found
}

fn identity(world: &World, repository: &Repository, name: &str) -> Value {
    let page = format!("{}/{name}", world.origin.web);
    let bare = world.origin.web.trim_start_matches("http://");
    json!({
        "id": repository.id,
        "node_id": node_id("Repository", repository.id.0),
        "name": repository.name,
        "full_name": name,
        "owner": account(world, repository.owner),
        "private": repository.private,
        "html_url": page,
        "description": null,
        "fork": repository.fork_of.is_some(),
        "git_url": format!("git://{bare}/{name}.git"),
        "ssh_url": format!("git@{bare}:{name}.git"),
        "clone_url": format!("{page}.git"),
        "svn_url": page,
        "homepage": null,
        "language": null,
        "mirror_url": null,
        "default_branch": repository.default_branch,
        "visibility": if repository.private { "private" } else { "public" },
        "created_at": repository.created_at.to_string(),
        "updated_at": repository.updated_at.to_string(),
        "pushed_at": repository.pushed_at.to_string(),
        "license": null,
        "topics": [],
    })
}

fn numbers(repository: &Repository) -> Value {
    let open = repository.pulls.values().filter(|pull| pull.state == PullState::Open).count();
    json!({
        "size": repository.commits.len(),
        "stargazers_count": 0,
        "watchers_count": 0,
        "forks_count": 0,
        "open_issues_count": open,
        "forks": 0,
        "open_issues": open,
        "watchers": 0,
        "network_count": 0,
        "subscribers_count": 0,
        "has_issues": true,
        "has_projects": true,
        "has_downloads": true,
        "has_wiki": false,
        "has_pages": false,
        "has_discussions": false,
        "archived": false,
        "disabled": false,
        "allow_forking": true,
        "is_template": false,
        "web_commit_signoff_required": false,
    })
}

/// The few fields of a repository in installation events.
pub(crate) fn repository_short(world: &World, repository: &Repository) -> Value {
    json!({
        "id": repository.id,
        "node_id": node_id("Repository", repository.id.0),
        "name": repository.name,
        "full_name": world.full_name(repository.id),
        "private": repository.private,
    })
}

/// The repository of a push event, whose times are numbers.
pub(crate) fn repository_for_push(world: &World, found: &Repository) -> Value {
    let mut value = repository(world, found);
    let owner = world.account(found.owner).login.clone();
    value["owner"]["name"] = Value::from(owner.clone());
    value["owner"]["email"] = Value::Null;
    value["created_at"] = Value::from(found.created_at.as_second());
    value["pushed_at"] = Value::from(found.pushed_at.as_second());
    value["stargazers"] = Value::from(0);
    value["master_branch"] = Value::from(found.default_branch.clone());
    value["organization"] = Value::from(owner);
    value
}
