//! What makes a story fail, and what is written down.

use serde_json::json;

use super::story;

const COMMENTS: &str = "/repos/acme/widgets/issues/7/comments";

#[tokio::test]
#[should_panic(expected = "nobody expected: comment")]
async fn a_write_that_nobody_expected_fails_the_story() {
    let story = story().await;
    story.client().await.post(COMMENTS, json!({"body": "hello"})).await;
    story.github.finish();
}

#[tokio::test]
async fn an_expectation_waits_for_what_is_still_to_come() {
    let story = story().await;
    let client = story.client().await;
    let gate = story.github.hold("POST /repos/{owner}/{repo}/issues/{issue_number}/comments");
    let writing = tokio::spawn(async move { client.post(COMMENTS, json!({"body": "late"})).await.status });
    let release = async {
        gate.reached().await;
        gate.release();
    };
    let (comment, ()) = tokio::join!(story.pull.expect_comment(), release);
    assert_eq!(comment.body, "late");
    assert_eq!(writing.await.unwrap(), 201);
    story.github.finish();
}

#[tokio::test]
async fn the_journal_counts_calls_and_keeps_no_secret() {
    let story = story().await;
    let client = story.client().await;
    client.get("/repos/acme/widgets?per_page=1").await;
    assert_eq!(story.github.call_count(), 2);
    assert_eq!(story.github.calls("POST /app/installations/{installation_id}/access_tokens"), 1);
    let journal = story.github.journal();
    assert_eq!(journal[1].caller, format!("installation {}", story.installation.id));
    assert_eq!(journal[1].parameters["repo"], "widgets");
    let text = format!("{journal:?}");
    let token = client.headers.iter().find(|(name, _)| name == "authorization").unwrap().1.clone();
    assert!(!text.contains(&token) && !text.contains("Bearer") && !text.contains("ghs_"));
}

#[tokio::test]
async fn the_stand_in_ends_with_its_last_handle() {
    let story = story().await;
    let client = story.as_app();
    assert_eq!(client.get("/app").await.status, 200);
    drop(story);
    tokio::task::yield_now().await;
    assert!(client.send("GET", "/app", None).await.is_err());
}
