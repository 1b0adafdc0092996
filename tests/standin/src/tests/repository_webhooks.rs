//! A repository's own webhooks.

use serde_json::json;

use super::{Client, Story, story};
use crate::state::Level;

const HOOKS: &str = "/repos/acme/widgets/hooks";

async fn permitted(story: &Story) -> Client {
    story.installation.grant("repository_hooks", Level::Write);
    story.client().await
}

fn wanted(url: &str) -> serde_json::Value {
    let config = json!({"url": url, "content_type": "json", "secret": "s3cret", "insecure_ssl": "0"});
    json!({"name": "web", "active": true, "events": ["push", "status"], "config": config})
}

#[tokio::test]
async fn hooks_are_nothing_to_an_app_without_the_permission() {
    let story = story().await;
    let answer = story.client().await.post(HOOKS, wanted("http://127.0.0.1:9/a")).await;
    assert_eq!((answer.status, answer.header("x-accepted-github-permissions")), (403, "repository_hooks=write"));
}

#[tokio::test]
async fn a_hook_is_made_pinged_changed_and_taken_away() {
    let story = story().await;
    let client = permitted(&story).await;
    let made = client.post(HOOKS, wanted("http://127.0.0.1:9/a")).await;
    assert_eq!((made.status, made.body["config"]["secret"].as_str()), (201, Some("********")));
    let one = format!("{HOOKS}/{}", made.body["id"]);
    let ping = story.github.pending_webhooks().pop().expect("GitHub pings a new hook by itself");
    assert_eq!((ping.event.as_str(), ping.hook), ("ping", made.body["id"].as_u64()));
    let changed = client.patch(&one, json!({"config": {"url": "http://127.0.0.1:9/b"}})).await.body;
    assert!(changed["config"].get("secret").is_none(), "a secret that is not sent again is gone: {changed}");
    assert_eq!(client.send("POST", &format!("{one}/pings"), None).await.expect("an answer").status, 204);
    story.widgets.push("main", &[("a", "a")]);
    let own = story.github.pending_webhooks().iter().filter(|delivery| delivery.hook.is_some()).count();
    assert_eq!(own, 3, "two pings and the push");
    assert_eq!(client.send("DELETE", &one, None).await.expect("an answer").status, 204);
    assert_eq!(client.send("DELETE", &one, None).await.expect("an answer").status, 404);
    assert_eq!(client.get(HOOKS).await.body, json!([]));
    story.widgets.expect_hook().await;
    story.widgets.expect_hook_update().await;
    story.widgets.expect_hook_deletion().await;
    story.github.finish();
}

#[tokio::test]
async fn an_address_has_one_hook_and_a_hook_known_events_and_a_web_address() {
    let story = story().await;
    let client = permitted(&story).await;
    assert_eq!(client.post(HOOKS, wanted("http://127.0.0.1:9/a")).await.status, 201);
    let twice = client.post(HOOKS, wanted("http://127.0.0.1:9/a")).await;
    assert_eq!(twice.body["errors"][0]["message"], "Hook already exists on this repository");
    let mut strange = wanted("http://127.0.0.1:9/b");
    strange["events"] = json!(["push", "weather"]);
    assert_eq!(client.post(HOOKS, strange).await.status, 422);
    assert_eq!(client.post(HOOKS, wanted("ftp://127.0.0.1/a")).await.status, 422);
    assert_eq!(client.post(HOOKS, json!({"name": "web"})).await.status, 422);
}
