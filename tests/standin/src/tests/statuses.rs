//! Commit statuses.

use serde_json::json;

use super::story;

#[tokio::test]
async fn the_latest_status_of_a_context_counts_and_the_combination_is_the_worst() {
    let story = story().await;
    let (client, sha) = (story.client().await, story.pull.head_sha());
    let path = format!("/repos/acme/widgets/statuses/{sha}");
    for (context, state) in [("covermark/project", "failure"), ("covermark/project", "success"), ("ci", "pending")] {
        let answer = client.post(&path, json!({"context": context, "state": state, "description": "x"})).await;
        assert_eq!((answer.status, answer.body["creator"]["type"].as_str()), (201, Some("Bot")));
    }
    let combined = client.get("/repos/acme/widgets/commits/feature/faster/status").await;
    assert_eq!((combined.body["state"].as_str(), combined.body["total_count"].as_u64()), (Some("pending"), Some(2)));
    let all = client.get(&format!("/repos/acme/widgets/commits/{sha}/statuses")).await;
    let states: Vec<&str> = all.body.as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["pending", "success", "failure"], "newest first, hidden ones too");
    assert_eq!(story.widgets.statuses(&sha).len(), 2);
    assert_eq!(story.widgets.expect_status(&sha, "covermark/project").await.state, "failure");
    assert_eq!(story.widgets.expect_status(&sha, "covermark/project").await.state, "success");
    assert_eq!(story.widgets.expect_status(&sha, "ci").await.state, "pending");
    story.github.finish();
}

#[tokio::test]
async fn a_status_keeps_within_githubs_bounds() {
    let story = story().await;
    let (client, sha) = (story.client().await, story.pull.head_sha());
    let path = format!("/repos/acme/widgets/statuses/{sha}");
    let long = client.post(&path, json!({"state": "success", "description": "é".repeat(141)})).await;
    assert_eq!(long.body["errors"][0]["message"], "description is too long (maximum is 140 characters)");
    assert_eq!(client.post(&path, json!({"state": "success", "description": "é".repeat(140)})).await.status, 201);
    assert_eq!(client.post(&path, json!({"state": "great"})).await.status, 422);
    assert_eq!(client.post(&path, json!({})).await.status, 422);
    assert_eq!(client.post(&path, json!({"state": "success", "target_url": "javascript:x"})).await.status, 422);
    let unknown = format!("/repos/acme/widgets/statuses/{}", "0".repeat(40));
    assert_eq!(client.post(&unknown, json!({"state": "success"})).await.status, 422);
}

#[tokio::test]
async fn a_context_takes_a_thousand_statuses_of_one_commit() {
    let story = story().await;
    let (client, sha) = (story.client().await, story.pull.head_sha());
    let path = format!("/repos/acme/widgets/statuses/{sha}");
    {
        let mut world = story.github.shared.lock();
        let (creator, created_at) = (world.bot(), world.now());
        let repository = world.repository_mut(story.widgets.id);
        for id in 0..1_000 {
            repository.statuses.push(crate::state::CommitStatus {
                id,
                sha: sha.clone(),
                state: "pending".to_owned(),
                context: "busy".to_owned(),
                description: None,
                target_url: None,
                creator,
                created_at,
            });
        }
    }
    let refused = client.post(&path, json!({"state": "success", "context": "busy"})).await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.body["errors"][0]["message"],
        "This SHA and context has reached the maximum number of statuses."
    );
    assert_eq!(client.post(&path, json!({"state": "success", "context": "calm"})).await.status, 201);
}
