//! Installation tokens: form, narrowing, expiry.

use serde_json::json;

use super::{Client, story};

#[tokio::test]
async fn a_token_has_the_long_form_and_lives_for_an_hour() {
    let story = story().await;
    let path = format!("/app/installations/{}/access_tokens", story.installation.id);
    let answer = story.as_app().post(&path, json!({})).await;
    let token = answer.body["token"].as_str().unwrap();
    assert!(token.starts_with("ghs_414243_") && (480..600).contains(&token.len()), "{} characters", token.len());
    assert_eq!(token.matches('.').count(), 2);
    assert_eq!(answer.body["permissions"]["statuses"], "write");
    let client = Client::bearer(&story.github, token);
    assert_eq!(client.get("/installation/repositories").await.body["total_count"], 1);
    story.clock.advance(3_600);
    let late = client.get("/installation/repositories").await;
    assert_eq!((late.status, late.message()), (401, "Bad credentials"));
}

#[tokio::test]
async fn the_short_form_can_be_asked_for() {
    let story = story().await;
    let path = format!("/app/installations/{}/access_tokens", story.installation.id);
    let answer = story.as_app().with("x-github-stateless-s2s-token", "disabled").post(&path, json!({})).await;
    assert_eq!(answer.body["token"].as_str().unwrap().len(), 40);
}

#[tokio::test]
async fn a_token_narrowed_to_one_repository_does_not_reach_another() {
    let story = story().await;
    let gadgets = story.acme.repository("gadgets");
    let client = story.as_installation(json!({"repository_ids": [story.widgets.id]})).await;
    assert_eq!(client.get("/repos/acme/widgets").await.status, 200);
    let other = client.get("/repos/acme/gadgets").await;
    assert_eq!((other.status, other.message()), (404, "Not Found"));
    let client = story.as_installation(json!({"repositories": ["gadgets"]})).await;
    assert_eq!(client.get("/repos/acme/gadgets").await.body["id"], json!(gadgets.id));
}

#[tokio::test]
async fn a_token_narrowed_to_a_permission_lacks_the_others_and_says_which_would_do() {
    let story = story().await;
    let client = story.as_installation(json!({"permissions": {"contents": "read"}})).await;
    assert_eq!(client.get("/repos/acme/widgets").await.status, 200, "metadata comes with every token");
    let answer = client.post("/repos/acme/widgets/issues/7/comments", json!({"body": "hello"})).await;
    assert_eq!((answer.status, answer.message()), (403, "Resource not accessible by integration"));
    assert_eq!(answer.header("x-accepted-github-permissions"), "issues=write; pull_requests=write");
}

#[tokio::test]
async fn more_than_is_granted_cannot_be_asked_for() {
    let story = story().await;
    let path = format!("/app/installations/{}/access_tokens", story.installation.id);
    let foreign = story.mona.repository("diary");
    for body in [
        json!({"permissions": {"contents": "write"}}),
        json!({"permissions": {"administration": "read"}}),
        json!({"permissions": {"contents": "everything"}}),
        json!({"repository_ids": [foreign.id]}),
        json!({"repositories": ["diary"]}),
        json!({"repository_ids": "all"}),
    ] {
        assert_eq!(story.as_app().post(&path, body.clone()).await.status, 422, "{body}");
    }
}

#[tokio::test]
async fn a_suspended_installation_gives_and_honours_no_token() {
    let story = story().await;
    let client = story.client().await;
    story.installation.suspend();
    let path = format!("/app/installations/{}/access_tokens", story.installation.id);
    for answer in [story.as_app().post(&path, json!({})).await, client.get("/repos/acme/widgets").await] {
        assert_eq!((answer.status, answer.message()), (403, "This installation has been suspended"));
    }
    story.installation.unsuspend();
    assert_eq!(client.get("/repos/acme/widgets").await.status, 200);
}

#[tokio::test]
async fn a_deleted_installation_is_gone_with_its_tokens() {
    let story = story().await;
    let client = story.client().await;
    story.installation.delete();
    let path = format!("/app/installations/{}", story.installation.id);
    assert_eq!(story.as_app().get(&path).await.status, 404);
    assert_eq!(client.get("/repos/acme/widgets").await.status, 401);
    assert_eq!(story.as_app().get("/repos/acme/widgets/installation").await.status, 404);
}

#[tokio::test]
async fn a_selection_covers_only_what_was_selected() {
    let story = story().await;
    let gadgets = story.mona.repository("gadgets");
    let diary = story.mona.repository("diary");
    let installation = story.github.install_app_on(&story.mona, &[&gadgets]);
    let path = format!("/app/installations/{}/access_tokens", installation.id);
    let answer = story.as_app().post(&path, json!({})).await;
    assert_eq!(answer.body["repository_selection"], "selected");
    let client = Client::bearer(&story.github, answer.body["token"].as_str().unwrap());
    assert_eq!(client.get("/repos/mona/diary").await.status, 404);
    installation.add_repository(&diary);
    assert_eq!(client.get("/repos/mona/diary").await.status, 200);
    installation.remove_repository(&diary);
    assert_eq!(client.get("/repos/mona/diary").await.status, 404);
}

#[tokio::test]
async fn a_revoked_token_is_void() {
    let story = story().await;
    let client = story.client().await;
    assert_eq!(client.send("DELETE", "/installation/token", None).await.unwrap().status, 204);
    assert_eq!(client.get("/repos/acme/widgets").await.status, 401);
}
