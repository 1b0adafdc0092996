//! Trouble on order.

use serde_json::json;

use super::story;
use crate::Fault;

const COMMENTS: &str = "/repos/acme/widgets/issues/7/comments";
const COMMENT_ROUTE: &str = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";

#[tokio::test]
async fn a_server_error_comes_before_or_after_the_effect() {
    let story = story().await;
    let client = story.client().await;
    story.github.inject(Fault::on(COMMENT_ROUTE).answers(502));
    story.github.inject(Fault::on(COMMENT_ROUTE).answers(500).after_the_effect());
    let before = client.post(COMMENTS, json!({"body": "one"})).await;
    assert_eq!((before.status, before.body.is_null()), (502, true), "a page, not JSON");
    assert!(story.pull.comments().is_empty());
    assert_eq!(client.post(COMMENTS, json!({"body": "two"})).await.status, 500);
    assert_eq!(story.pull.expect_comment().await.body, "two");
    assert_eq!(client.post(COMMENTS, json!({"body": "three"})).await.status, 201);
    assert_eq!(story.github.calls(COMMENT_ROUTE), 3);
}

#[tokio::test]
async fn a_connection_is_reset() {
    let story = story().await;
    let client = story.client().await;
    story.github.inject(Fault::on("* /repos/*").resets().times(2));
    for _ in 0..2 {
        assert!(client.send("GET", "/repos/acme/widgets", None).await.is_err());
    }
    assert_eq!(client.get("/repos/acme/widgets").await.status, 200);
    assert_eq!(story.github.journal().iter().filter(|exchange| exchange.status == 0).count(), 2);
}

#[tokio::test]
async fn rate_limits_are_told_as_github_tells_them() {
    let story = story().await;
    let client = story.client().await;
    let route = "GET /repos/{owner}/{repo}";
    story.github.inject(Fault::on(route).rate_limited(90));
    let primary = client.get("/repos/acme/widgets").await;
    assert_eq!((primary.status, primary.header("x-ratelimit-remaining")), (403, "0"));
    assert_eq!(primary.header("x-ratelimit-reset"), "1780000090");
    story.github.inject(Fault::on(route).secondary_rate_limited(Some(60)));
    let secondary = client.get("/repos/acme/widgets").await;
    assert_eq!((secondary.status, secondary.header("retry-after")), (403, "60"));
    assert!(secondary.message().contains("secondary rate limit"));
    story.github.inject(Fault::on(route).secondary_rate_limited(None));
    assert_eq!(client.get("/repos/acme/widgets").await.header("retry-after"), "");
}

#[tokio::test]
async fn an_answer_is_held_back_until_the_test_lets_it_go() {
    let story = story().await;
    let client = story.client().await;
    let gate = story.github.hold("GET /repos/{owner}/{repo}");
    let slow = tokio::spawn({
        let client = client.clone();
        async move { client.get("/repos/acme/widgets").await.status }
    });
    gate.reached().await;
    assert_eq!(client.get("/repos/acme/widgets").await.status, 200, "the others are served meanwhile");
    assert!(!slow.is_finished());
    gate.release();
    assert_eq!(slow.await.unwrap(), 200);
}

#[tokio::test]
async fn a_fresh_token_is_not_known_everywhere_at_once() {
    let story = story().await;
    story.github.fresh_tokens_lag(2);
    let client = story.client().await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(client.get("/repos/acme/widgets").await.status);
    }
    assert_eq!(seen, [401, 401, 200]);
}

#[tokio::test]
#[should_panic(expected = "never met: 1 × fault on GET /user")]
async fn a_fault_that_never_met_a_request_fails_the_story() {
    let story = story().await;
    story.github.inject(Fault::on("GET /user"));
    story.github.finish();
}

#[tokio::test]
#[should_panic(expected = "no route of the stand-in is called")]
async fn a_fault_on_a_misspelt_route_is_noticed_at_once() {
    let story = story().await;
    story.github.inject(Fault::on("GET /repo/{owner}"));
}
