//! Check runs.

use serde_json::json;

use super::story;

const RUNS: &str = "/repos/acme/widgets/check-runs";

fn annotation(line: u32) -> serde_json::Value {
    json!({
        "path": "src/lib.rs", "start_line": line, "end_line": line, "annotation_level": "warning", "message": "Not covered",
    })
}

#[tokio::test]
async fn a_check_run_is_made_changed_and_listed() {
    let story = story().await;
    let (client, sha) = (story.client().await, story.pull.head_sha());
    let made = client.post(RUNS, json!({"name": "covermark", "head_sha": sha})).await;
    assert_eq!((made.status, made.body["status"].as_str()), (201, Some("queued")));
    assert_eq!(made.body["pull_requests"][0]["number"], 7);
    let path = format!("{RUNS}/{}", made.body["id"]);
    let output =
        |from: u32| json!({"title": "t", "summary": "s", "annotations": [annotation(from), annotation(from + 1)]});
    client.patch(&path, json!({"conclusion": "failure", "output": output(1)})).await;
    let changed = client.patch(&path, json!({"output": output(3)})).await;
    assert_eq!(
        (changed.body["status"].as_str(), changed.body["conclusion"].as_str()),
        (Some("completed"), Some("failure"))
    );
    assert_eq!(changed.body["output"]["annotations_count"], 4, "annotations add up");
    let listed = client.get(&format!("/repos/acme/widgets/commits/{sha}/check-runs")).await;
    assert_eq!(listed.body["total_count"], 1);
    story.widgets.expect_check_run(&sha, "covermark").await;
    story.widgets.expect_check_run_update(&sha, "covermark").await;
    story.widgets.expect_check_run_update(&sha, "covermark").await;
    story.github.finish();
}

#[tokio::test]
async fn a_check_run_keeps_within_githubs_bounds() {
    let story = story().await;
    let (client, sha) = (story.client().await, story.pull.head_sha());
    let fifty_one: Vec<_> = (1..=51).map(annotation).collect();
    let mut wrong = annotation(1);
    wrong["annotation_level"] = json!("fatal");
    for body in [
        json!({"name": "covermark"}),
        json!({"head_sha": sha}),
        json!({"name": "covermark", "head_sha": "0".repeat(40)}),
        json!({"name": "covermark", "head_sha": sha, "status": "completed"}),
        json!({"name": "covermark", "head_sha": sha, "conclusion": "good"}),
        json!({"name": "covermark", "head_sha": sha, "output": {"title": "t"}}),
        json!({"name": "covermark", "head_sha": sha, "output": {"title": "t", "summary": "s", "annotations": fifty_one}}),
        json!({"name": "covermark", "head_sha": sha, "output": {"title": "t", "summary": "s", "annotations": [wrong]}}),
        json!({"name": "covermark", "head_sha": sha, "output": {"title": "t", "summary": "s".repeat(65_536)}}),
    ] {
        assert_eq!(client.post(RUNS, body.clone()).await.status, 422, "{body}");
    }
    assert!(story.widgets.check_runs(&sha).is_empty());
}
