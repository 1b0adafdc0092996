//! Pull requests and their diffs.

use serde_json::json;

use super::story;

#[tokio::test]
async fn a_pull_request_is_told_as_json_and_as_a_diff() {
    let story = story().await;
    let client = story.client().await;
    let told = client.get("/repos/acme/widgets/pulls/7").await;
    assert_eq!(told.body["head"]["ref"], "feature/faster");
    assert_eq!(told.body["head"]["sha"], json!(story.pull.head_sha()));
    assert_eq!((told.body["additions"].as_u64(), told.body["changed_files"].as_u64()), (Some(1), Some(1)));
    let diff = client.with("accept", "application/vnd.github.diff").get("/repos/acme/widgets/pulls/7").await;
    assert!(diff.header("content-type").starts_with("application/vnd.github.diff"));
    insta::assert_snapshot!(diff.text, @"
    diff --git a/src/lib.rs b/src/lib.rs
    index cf327e3..52d34dd 100644
    --- a/src/lib.rs
    +++ b/src/lib.rs
    @@ -1 +1,2 @@
     fn one() {}
    +fn two() {}
    ");
    assert_eq!(client.get("/repos/acme/widgets/pulls/8").await.status, 404);
}

#[tokio::test]
async fn a_diff_that_is_too_large_is_refused_in_githubs_words() {
    let story = story().await;
    let client = story.client().await;
    story.pull.grow_too_large();
    let diff = client.with("accept", "application/vnd.github.v3.diff").get("/repos/acme/widgets/pulls/7").await;
    assert_eq!((diff.status, diff.body["errors"][0]["code"].as_str()), (406, Some("too_large")));
    assert_eq!(client.get("/repos/acme/widgets/pulls/7").await.status, 200);
}

#[tokio::test]
async fn the_diff_is_taken_from_the_merge_base_not_from_the_base_branch() {
    let story = story().await;
    story.widgets.push("main", &[("CHANGES.md", "news\n")]);
    story.widgets.push("feature/faster", &[("src/two.rs", "fn three() {}\n")]);
    let diff = String::from_utf8(story.pull.diff()).unwrap();
    assert!(diff.contains("src/two.rs") && !diff.contains("CHANGES.md"), "{diff}");
    assert_eq!(story.pull.head_sha(), story.widgets.state().branches["feature/faster"]);
}

#[tokio::test]
async fn open_pull_requests_are_listed_and_closed_ones_on_demand() {
    let story = story().await;
    let client = story.client().await;
    let numbers = |body: &serde_json::Value| -> Vec<u64> {
        body.as_array().unwrap().iter().map(|pull| pull["number"].as_u64().unwrap()).collect()
    };
    story.widgets.push("other", &[("b", "b")]);
    let other = story.widgets.open_pull_request("Other", "other", "main");
    assert_eq!(numbers(&client.get("/repos/acme/widgets/pulls").await.body), [8, 7]);
    assert_eq!(numbers(&client.get("/repos/acme/widgets/pulls?head=acme:other").await.body), [8]);
    other.close();
    assert_eq!(numbers(&client.get("/repos/acme/widgets/pulls").await.body), [7]);
    assert_eq!(numbers(&client.get("/repos/acme/widgets/pulls?state=closed").await.body), [8]);
    assert_eq!(client.get("/repos/acme/widgets/pulls?state=zzz").await.status, 422);
}

#[tokio::test]
async fn a_commit_knows_its_pull_requests() {
    let story = story().await;
    let client = story.client().await;
    let of = |sha: covermark_types::CommitSha| format!("/repos/acme/widgets/commits/{sha}/pulls");
    let found = client.get(&of(story.pull.head_sha())).await;
    assert_eq!(found.body[0]["number"], 7);
    assert_eq!(client.get(&of(story.pull.base_sha())).await.body, json!([]));
    let merge = story.pull.merge();
    assert_eq!(client.get(&of(merge)).await.body[0]["number"], 7);
    assert!(story.pull.state().merged_at.is_some());
}

#[tokio::test]
async fn a_pull_request_from_a_fork_is_read_in_the_repository_it_aims_at() {
    let story = story().await;
    let client = story.client().await;
    let fork = story.widgets.fork(&story.mona);
    let sha = fork.push("patch", &[("src/lib.rs", "fn zero() {}\n")]);
    let pull = story.widgets.open_pull_request_from(&fork, "From outside", "patch", "main");
    let told = client.get(&format!("/repos/acme/widgets/pulls/{}", pull.number)).await;
    assert_eq!(told.body["head"]["repo"]["full_name"], "mona/widgets");
    assert_eq!(told.body["head"]["repo"]["fork"], true);
    assert_eq!(client.get(&format!("/repos/acme/widgets/commits/{sha}")).await.status, 200);
    assert_eq!(client.get("/repos/mona/widgets").await.status, 404, "the fork is not of the installation");
}
