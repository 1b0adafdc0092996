//! The end of CI, verdicts that somebody wants again, merge queues.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use covermark_state::rows::timing::Settled;
use covermark_types::{Provider, RepositoryId};

use super::{GUID, SECRET, SHA, US, World, sign, world};

impl World {
    /// A signed delivery of an event about the commit.
    async fn heard(&self, event: &str, body: serde_json::Value) -> String {
        let mut body = body;
        body["repository"] = serde_json::json!({ "id": 42, "full_name": "acme/widgets" });
        let body = body.to_string();
        let request = Request::post("/webhooks/gh")
            .header("content-type", "application/json")
            .header("x-github-event", event)
            .header("x-github-delivery", GUID)
            .header("x-github-hook-installation-target-type", "integration")
            .header("x-github-hook-installation-target-id", US)
            .header("x-hub-signature-256", sign(SECRET, body.as_bytes()));
        let (status, answer) = self.send(request.body(Body::from(body)).expect("a request")).await;
        assert_eq!(status, StatusCode::ACCEPTED);
        answer
    }

    async fn wait_for(&self, contexts: &[&str]) {
        let (provider, repository, commit) = (Provider::github(), RepositoryId(42), SHA.parse().expect("a SHA"));
        let contexts = contexts.iter().map(|context| (*context).to_owned()).collect();
        let settled = Settled { contexts, ..Settled::default() };
        let now = covermark_types::Clock::now(&*self.clock);
        self.table.settle_verdict(&provider, repository, &commit, &settled, now).await.expect("written");
    }
}

fn run(app: u64) -> serde_json::Value {
    serde_json::json!({ "head_sha": SHA, "app": { "id": app } })
}

#[tokio::test]
async fn the_end_of_ci_is_a_job_for_a_commit_that_waits_for_it_and_nothing_for_any_other() {
    let suite = |app| serde_json::json!({ "action": "completed", "check_suite": run(app) });
    let world = world().await;
    assert_eq!(world.heard("check_suite", suite(15_368)).await, "nothing to do");
    assert!(!world.remembers().await);
    world.wait_for(&["covermark/patch"]).await;
    assert_eq!(world.heard("check_suite", suite(414_243)).await, "nothing to do", "our own suite");
    assert_eq!(world.heard("check_suite", suite(15_368)).await, "queued");
    insta::assert_snapshot!(world.queue.sent()[0], @r#"{"v":1,"kind":"commit-hint","provider":"gh","repository":42,"commit":"0123456789abcdef0123456789abcdef01234567","hint":"ci-ended","delivery":"72d3162e-cc78-11e3-81ab-4c9367dc0958","asked_at":1790000000000}"#);
}

#[tokio::test]
async fn our_own_statuses_are_echoes_and_others_are_news() {
    let status = |context: &str, state: &str| serde_json::json!({ "sha": SHA, "state": state, "context": context });
    let world = world().await;
    world.wait_for(&["covermark/patch"]).await;
    assert_eq!(world.heard("status", status("covermark/patch", "success")).await, "nothing to do");
    assert_eq!(world.heard("status", status("ci/jenkins", "pending")).await, "nothing to do");
    assert!(!world.remembers().await);
    assert_eq!(world.heard("status", status("ci/jenkins", "success")).await, "queued");
}

#[tokio::test]
async fn a_person_may_ask_for_our_checks_again_and_not_through_us_for_anybody_elses() {
    for (event, action, app, answer) in [
        ("check_run", "rerequested", 414_243, "queued"),
        ("check_run", "requested_action", 414_243, "queued"),
        ("check_suite", "rerequested", 414_243, "queued"),
        ("check_run", "rerequested", 15_368, "nothing to do"),
        ("check_run", "completed", 414_243, "nothing to do"),
        ("check_run", "created", 414_243, "nothing to do"),
    ] {
        let world = world().await;
        assert_eq!(
            world.heard(event, serde_json::json!({ "action": action, event: run(app) })).await,
            answer,
            "{event} {action}"
        );
    }
}

#[tokio::test]
async fn a_merge_queue_is_heard_of_by_its_event_and_by_its_branch() {
    let branch = "refs/heads/gh-readonly-queue/main/pr-7-0123456789abcdef";
    let world = world().await;
    let group = serde_json::json!({ "head_sha": SHA, "head_ref": branch, "base_sha": SHA });
    let event = serde_json::json!({ "action": "checks_requested", "merge_group": group });
    assert_eq!(world.heard("merge_group", event).await, "queued");
    insta::assert_snapshot!(world.queue.sent()[0], @r#"{"v":1,"kind":"queued","provider":"gh","repository":42,"commit":"0123456789abcdef0123456789abcdef01234567","branch":"gh-readonly-queue/main/pr-7-0123456789abcdef","base":"0123456789abcdef0123456789abcdef01234567","delivery":"72d3162e-cc78-11e3-81ab-4c9367dc0958","asked_at":1790000000000}"#);
    for (reference, answer) in [(branch, "queued"), ("refs/heads/main", "nothing to do")] {
        let world = self::world().await;
        let push = serde_json::json!({ "ref": reference, "after": SHA });
        assert_eq!(world.heard("push", push).await, answer);
    }
}
