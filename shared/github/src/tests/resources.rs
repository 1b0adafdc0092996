//! What is asked of GitHub, and how little of its answers must be there.

use axum::response::Response;
use covermark_types::{AppId, CommitSha, InstallationId, PullNumber};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::support::{Fake, INSTALLATION, OTHER_SHA, SHA, Seen, bytes, reply};
use crate::{AccountKind, CommentId, Error, NewStatus, PullState, Selection, StatusState};

fn sha() -> CommitSha {
    SHA.parse().unwrap()
}

fn other() -> CommitSha {
    OTHER_SHA.parse().unwrap()
}

fn pull() -> Value {
    json!({
        "number": 7, "state": "open", "title": null, "user": null, "merged_at": null, "updated_at": "2026-02-28T01:02:03Z",
        "head": { "ref": "feature/x", "sha": SHA, "repo": null },
        "base": { "ref": "main", "sha": OTHER_SHA, "repo": { "id": 42, "full_name": "acme/widgets" } },
        "merge_commit_sha": null,
    })
}

/// A repository client's GitHub that always answers `body`.
async fn fake(status: u16, body: Value) -> Fake {
    Fake::with_tokens(move |_, _| reply(status, body.clone())).await
}

/// An answer that each of the calls can read.
fn readable(seen: &Seen) -> Response {
    let path = seen.line.split('?').next().unwrap();
    match path {
        _ if seen.header("accept").contains("diff") => bytes("application/vnd.github.diff", "diff"),
        _ if path.ends_with("/contents/") => reply(200, json!([{ "name": "README.md", "type": "file" }])),
        _ if path.contains("/contents/") => bytes("application/vnd.github.raw+json", "comment: false"),
        _ if path.ends_with("/comments") && path.starts_with("GET") => reply(200, json!([])),
        _ if path.ends_with("/pulls") || path.ends_with("/app/installations") => reply(200, json!([])),
        _ if path.ends_with("/repositories") => reply(200, json!({ "repositories": [] })),
        _ if path.ends_with("/commits") => reply(200, json!([{ "sha": SHA }])),
        _ if path.contains("/pulls/") => reply(200, pull()),
        _ if path.contains("/compare/") => reply(200, json!({ "merge_base_commit": { "sha": SHA } })),
        _ => reply(
            200,
            json!({
                "id": 1, "full_name": "acme/widgets", "context": "c", "state": "success",
            }),
        ),
    }
}

#[tokio::test]
async fn every_call_asks_for_what_githubs_reference_says() {
    let fake = Fake::with_tokens(|seen, _| readable(seen)).await;
    let (github, client) = (fake.github(), fake.repository());
    github.app().await.unwrap();
    github.installation(INSTALLATION).await.unwrap();
    github.installations_page(2).await.unwrap();
    github.installation_client(INSTALLATION).repositories_page(3).await.unwrap();
    client.repository().await.unwrap();
    client.pull(PullNumber(7)).await.unwrap();
    client.pull_diff(PullNumber(7)).await.unwrap();
    client.pulls_for_commit(&sha()).await.unwrap();
    client.compare(&other(), &sha()).await.unwrap();
    client.commits(&sha(), 0).await.unwrap();
    client.comments_page(PullNumber(7), 1).await.unwrap();
    client.create_comment(PullNumber(7), "hello").await.unwrap();
    client.update_comment(CommentId(5), "hello").await.unwrap();
    client.create_status(&sha(), &status()).await.unwrap();
    client.root_files("feature/x#1").await.unwrap();
    client.file(".github/code cov?.yml", "feature/x#1").await.unwrap();
    assert_snapshot!(fake.lines().join("\n"), @r"
    GET /app
    GET /app/installations/7
    GET /app/installations?per_page=100&page=2
    GET /installation/repositories?per_page=100&page=3
    GET /repos/acme/widgets
    GET /repos/acme/widgets/pulls/7
    GET /repos/acme/widgets/pulls/7
    GET /repos/acme/widgets/commits/1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d/pulls?per_page=100
    GET /repos/acme/widgets/compare/ffffffffffffffffffffffffffffffffffffffff...1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d?per_page=1&page=2
    GET /repos/acme/widgets/commits?sha=1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d&per_page=1
    GET /repos/acme/widgets/issues/7/comments?per_page=100&page=1
    POST /repos/acme/widgets/issues/7/comments
    PATCH /repos/acme/widgets/issues/comments/5
    POST /repos/acme/widgets/statuses/1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d
    GET /repos/acme/widgets/contents/?ref=feature%2Fx%231
    GET /repos/acme/widgets/contents/.github/code%20cov%3F.yml?ref=feature%2Fx%231
    ");
    assert_eq!(github.calls(), 5, "four calls and a token; the other client counts its own");
}

fn status() -> NewStatus {
    NewStatus {
        context: "covermark/patch".to_owned(),
        state: StatusState::Failure,
        description: "71.4 % of changed lines covered (needs 80 %)".to_owned(),
        target_url: Some("https://covermark.example/gh/acme/widgets/pull/7".parse().unwrap()),
    }
}

#[tokio::test]
async fn a_status_is_sent_with_its_four_fields_or_three() {
    let fake = fake(201, json!({ "context": "covermark/patch", "state": "failure" })).await;
    let client = fake.repository();
    client.create_status(&sha(), &status()).await.unwrap();
    client.create_status(&sha(), &NewStatus { target_url: None, ..status() }).await.unwrap();
    let sent: Vec<Value> = fake.seen()[1..].iter().map(|seen| seen.json()).collect();
    assert_eq!(sent[0]["state"], "failure");
    assert_eq!(sent[0]["target_url"], "https://covermark.example/gh/acme/widgets/pull/7");
    assert!(sent[1].get("target_url").is_none());
}

#[tokio::test]
async fn a_pull_request_of_a_deleted_fork_and_account_is_read() {
    let pull = fake(200, pull()).await.repository().pull(PullNumber(7)).await.unwrap();
    assert_eq!((pull.state, pull.draft, pull.user, pull.head.repository), (PullState::Open, false, None, None));
    assert_eq!(pull.base.repository.unwrap().id.0, 42);
    assert_eq!(pull.updated_at.unwrap().to_string(), "2026-02-28T01:02:03Z");
    assert_eq!(pull.head.branch, "feature/x");
}

#[tokio::test]
async fn a_diff_that_github_does_not_make_is_told_apart() {
    let fake = fake(406, json!({ "message": "Sorry, the diff exceeded the maximum number of lines (20000)" })).await;
    let error = fake.repository().pull_diff(PullNumber(7)).await.unwrap_err();
    assert!(matches!(error, Error::DiffTooLarge(_)), "{error}");
}

#[tokio::test]
async fn a_commit_that_github_does_not_know_belongs_to_nothing() {
    for status in [404, 422] {
        let fake = fake(status, json!({ "message": "No commit found" })).await;
        assert!(fake.repository().pulls_for_commit(&sha()).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_comparison_needs_the_merge_base_alone() {
    let body =
        json!({ "merge_base_commit": { "sha": OTHER_SHA }, "ahead_by": 2, "behind_by": 3, "status": "diverged" });
    let comparison = fake(200, body).await.repository().compare(&other(), &sha()).await.unwrap();
    assert_eq!((comparison.merge_base, comparison.ahead_by, comparison.behind_by), (other(), 2, 3));
}

#[tokio::test]
async fn a_comment_tells_which_app_wrote_it() {
    let body = json!([
        { "id": 1, "body": "<!-- marker -->", "user": { "id": 3, "login": "covermark[bot]", "type": "Bot" },
          "performed_via_github_app": { "id": 1234, "slug": "covermark" } },
        { "id": 2, "body": null, "user": null, "performed_via_github_app": null },
    ]);
    let page = fake(200, body).await.repository().comments_page(PullNumber(7), 1).await.unwrap();
    assert_eq!(page.items[0].app(), Some(AppId(1234)));
    assert_eq!(page.items[0].user.as_ref().unwrap().kind, AccountKind::Bot);
    assert_eq!((page.items[1].app(), page.items[1].body.as_str(), page.next), (None, "", None));
}

#[tokio::test]
async fn a_file_is_bytes_and_everything_else_is_no_file() {
    let fake = Fake::with_tokens(|seen, _| match seen.line.split('?').next().unwrap() {
        "GET /repos/acme/widgets/contents/codecov.yml" => {
            bytes("application/vnd.github.raw+json; charset=utf-8", &b"\xff"[..])
        }
        "GET /repos/acme/widgets/contents/src" => reply(200, json!([{ "name": "lib.rs" }])),
        _ => reply(404, json!({ "message": "Not Found" })),
    })
    .await;
    let client = fake.repository();
    assert_eq!(client.file("codecov.yml", "main").await.unwrap().unwrap(), b"\xff");
    assert_eq!(client.file("src", "main").await.unwrap(), None);
    assert_eq!(client.file("none.yml", "main").await.unwrap(), None);
    let before = fake.lines().len();
    for path in ["", "/codecov.yml", "../../user", "a/./b", "a//b"] {
        assert_eq!(client.file(path, "main").await.unwrap(), None);
    }
    assert_eq!(fake.lines().len(), before, "such names are not asked for");
}

#[tokio::test]
async fn the_root_is_listed_by_name_and_empty_without_a_commit() {
    let root = json!([{ "name": ".github", "type": "dir" }, { "name": "codecov.yml", "type": "file", "size": 9 }]);
    let client = fake(200, root).await.repository();
    assert_eq!(client.root_files("main").await.unwrap(), [".github", "codecov.yml"]);
    let client = fake(404, json!({ "message": "This repository is empty." })).await.repository();
    assert!(client.root_files("main").await.unwrap().is_empty());
}

#[tokio::test]
async fn an_installation_is_read_in_full_and_with_almost_nothing() {
    let body = json!([
        { "id": 7, "app_id": 1234, "repository_selection": "all", "permissions": { "checks": "write" },
          "account": { "id": 5, "login": "acme", "type": "Organization" }, "created_at": "2026-01-01T00:00:00Z",
          "updated_at": 1_767_225_600, "suspended_at": "2026-02-02T02:02:02.000Z", "html_url": "https://x" },
        { "id": 8, "account": { "id": 6, "slug": "big-corp", "name": "Big Corp" }, "repository_selection": "selected" },
        { "id": 9, "account": null, "permissions": null, "suspended_at": null, "created_at": {} },
    ]);
    let fake = Fake::start(move |_, _| reply(200, body.clone())).await;
    let page = fake.github().installations_page(1).await.unwrap();
    let [full, enterprise, bare] = page.items.try_into().unwrap();
    assert_eq!((full.selection, full.account.unwrap().kind), (Selection::All, AccountKind::Organization));
    assert_eq!(full.created_at, full.updated_at);
    assert_eq!(full.suspended_at.unwrap().to_string(), "2026-02-02T02:02:02Z");
    let account = enterprise.account.unwrap();
    assert_eq!((account.login.as_str(), account.kind), ("big-corp", AccountKind::Other));
    assert_eq!((bare.id, bare.account, bare.selection), (InstallationId(9), None, Selection::Selected));
}

#[tokio::test]
async fn a_repository_that_does_not_say_so_is_not_taken_for_public() {
    let body = json!({ "id": 42, "full_name": "acme/widgets", "default_branch": "main", "archived": null });
    let repository = fake(200, body).await.repository().repository().await.unwrap();
    assert!(repository.private && !repository.archived);
    assert_eq!(repository.default_branch.as_deref(), Some("main"));
}

#[tokio::test]
async fn an_enterprise_servers_path_is_kept_in_front() {
    let fake = Fake::start(|_, _| reply(200, json!({ "id": 1234 }))).await;
    let mut credentials = fake.credentials();
    credentials.endpoints.api = fake.url.join("api/v3").unwrap();
    let github = crate::GitHub::new(super::support::http(), &credentials, fake.clock.clone()).ok().unwrap();
    github.app().await.unwrap();
    assert_eq!(fake.lines(), ["GET /api/v3/app"]);
}
