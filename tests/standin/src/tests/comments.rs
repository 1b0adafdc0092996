//! Comments.

use serde_json::json;

use super::story;

const COMMENTS: &str = "/repos/acme/widgets/issues/7/comments";

#[tokio::test]
async fn a_comment_is_written_found_and_edited_in_place() {
    let story = story().await;
    let client = story.client().await;
    story.pull.comment_by(&story.mona, "Nice");
    let made = client.post(COMMENTS, json!({"body": "84.7 %"})).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.body["user"]["login"], "covermark[bot]");
    assert_eq!(made.body["performed_via_github_app"]["slug"], "covermark");
    let path = format!("/repos/acme/widgets/issues/comments/{}", made.body["id"]);
    story.clock.advance(5);
    assert_eq!(client.patch(&path, json!({"body": "85.0 %"})).await.status, 200);
    let all = client.get(COMMENTS).await;
    let bodies: Vec<&str> = all.body.as_array().unwrap().iter().map(|one| one["body"].as_str().unwrap()).collect();
    assert_eq!(bodies, ["Nice", "85.0 %"]);
    assert_eq!(story.pull.expect_comment().await.body, "84.7 %");
    assert_eq!(story.pull.expect_comment_edit().await.body, "85.0 %");
    story.github.finish();
}

#[tokio::test]
async fn a_comment_has_a_bound_and_cannot_be_blank() {
    let story = story().await;
    let client = story.client().await;
    assert_eq!(client.post(COMMENTS, json!({"body": "é".repeat(65_536)})).await.status, 201);
    let long = client.post(COMMENTS, json!({"body": "é".repeat(65_537)})).await;
    assert_eq!((long.status, long.message()), (422, "Validation Failed"));
    assert_eq!(long.body["errors"][0]["message"], "Body is too long (maximum is 65536 characters)");
    assert_eq!(client.post(COMMENTS, json!({"body": " "})).await.status, 422);
    let missing = client.post(COMMENTS, json!({})).await;
    assert_eq!((missing.status, missing.message()), (422, "Invalid request.\n\n\"body\" wasn't supplied."));
    assert_eq!(client.post(COMMENTS, json!({"body": 7})).await.status, 422);
}

#[tokio::test]
async fn a_body_must_be_a_json_object_and_say_so() {
    let story = story().await;
    let client = story.client().await;
    assert_eq!(client.post(COMMENTS, json!(["body"])).await.message(), "Body should be a JSON object");
    let form = client.with("content-type", "application/x-www-form-urlencoded");
    assert_eq!(form.post(COMMENTS, json!({"body": "x"})).await.status, 415);
    let (url, json) = (format!("{}{COMMENTS}", client.base), client.with("content-type", "application/json"));
    let broken = crate::server::send("POST", &url, &json.headers, bytes::Bytes::from_static(b"{")).await.unwrap();
    assert_eq!(broken.status(), 400);
    assert!(String::from_utf8_lossy(broken.body()).contains("Problems parsing JSON"));
}

#[tokio::test]
async fn the_app_cannot_edit_what_others_wrote_nor_what_is_gone() {
    let story = story().await;
    let client = story.client().await;
    let theirs = story.pull.comment_by(&story.mona, "<!-- covermark:comment -->");
    let path = format!("/repos/acme/widgets/issues/comments/{}", theirs.id);
    assert_eq!(client.patch(&path, json!({"body": "mine now"})).await.status, 403);
    story.pull.delete_comment(theirs.id);
    assert_eq!(client.patch(&path, json!({"body": "mine now"})).await.status, 404);
    assert_eq!(client.get("/repos/acme/widgets/issues/8/comments").await.status, 404);
}
