//! Every event that changes what we know, and what must not be taken for one.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::{Value, json};

use super::{GUID, SECRET, SHA, US, connect, sign, world};

fn repository() -> Value {
    json!({ "id": 42, "full_name": "acme/widgets", "default_branch": "main" })
}

/// What a signed delivery comes to: the job without what all jobs share, or the answer.
async fn told(event: &str, mut body: Value) -> String {
    let world = world().await;
    if let Value::Object(fields) = &mut body {
        fields.entry("installation").or_insert(json!({ "id": 5 }));
        fields.entry("sender").or_insert(json!({ "id": 1, "login": "octocat", "type": "User" }));
    }
    let answer = world.signed(event, &body.to_string()).await;
    assert_eq!(answer.0, StatusCode::ACCEPTED, "{event}: {}", answer.1);
    let Some(job) = world.queue.take().pop() else { return answer.1 };
    let mut job: Value = serde_json::from_str(&job).expect("JSON");
    let fields = job.as_object_mut().expect("an object");
    assert!(fields.remove("delivery").is_some_and(|guid| guid == GUID), "the delivery goes along");
    assert!(fields.remove("asked_at").is_some_and(|at| at.is_i64()), "and when it was asked for");
    fields.remove("v");
    fields.remove("provider");
    serde_json::to_string(fields).expect("JSON")
}

impl super::World {
    async fn signed(&self, event: &str, body: &str) -> (StatusCode, String) {
        let request = Request::post("/webhooks/gh")
            .header("content-type", "application/json")
            .header("x-github-event", event)
            .header("x-github-delivery", GUID)
            .header("x-hub-signature-256", sign(SECRET, body.as_bytes()));
        self.send(request.body(Body::from(body.to_owned())).expect("a request")).await
    }
}

#[tokio::test]
async fn every_event_that_changes_what_we_know_becomes_its_job() {
    let user = json!({ "id": 9, "login": "mona" });
    let organization = json!({ "id": 8, "login": "acme" });
    let cases = [
        ("installation", json!({ "action": "created" })),
        ("installation", json!({ "action": "deleted" })),
        ("installation", json!({ "action": "new_permissions_accepted", "installation": { "id": 5, "account": null } })),
        ("installation_repositories", json!({ "action": "removed", "repositories_removed": [{ "id": 42 }] })),
        ("installation_target", json!({ "action": "renamed", "account": organization })),
        ("repository", json!({ "action": "transferred", "repository": repository() })),
        ("repository", json!({ "action": "edited", "repository": repository() })),
        ("public", json!({ "repository": repository() })),
        ("push", json!({ "ref": "refs/heads/main", "after": SHA, "created": true, "repository": repository() })),
        ("push", json!({ "ref": "refs/heads/main", "after": SHA, "created": false, "repository": repository() })),
        ("push", json!({ "ref": "refs/tags/main", "after": SHA, "created": true, "repository": repository() })),
        ("create", json!({ "ref": "main", "ref_type": "branch", "repository": repository() })),
        ("create", json!({ "ref": "feature/x", "ref_type": "branch", "repository": repository() })),
        ("delete", json!({ "ref": "feature/x", "ref_type": "branch", "repository": repository() })),
        ("delete", json!({ "ref": "main", "ref_type": "tag", "repository": repository() })),
        ("pull_request", json!({ "action": "edited", "number": 7, "repository": repository() })),
        ("pull_request", json!({ "action": "converted_to_draft", "number": 7, "repository": repository() })),
        ("pull_request", json!({ "action": "labeled", "number": 7, "repository": repository() })),
        ("member", json!({ "action": "removed", "member": user, "repository": repository() })),
        ("membership", json!({ "action": "added", "scope": "team", "member": user, "organization": organization })),
        (
            "organization",
            json!({ "action": "member_removed", "membership": { "user": user }, "organization": organization }),
        ),
        ("organization", json!({ "action": "renamed", "organization": organization })),
        (
            "team",
            json!({ "action": "removed_from_repository", "repository": repository(), "organization": organization }),
        ),
        ("github_app_authorization", json!({ "action": "revoked", "sender": { "id": 9, "login": "mona" } })),
        ("meta", json!({ "action": "deleted", "hook_id": 3, "hook": {}, "repository": repository() })),
        ("meta", json!({ "action": "deleted", "hook_id": 3, "hook": {} })),
        ("ping", json!({ "zen": "Keep it logically awesome." })),
        ("star", json!({ "action": "created", "repository": repository() })),
    ];
    let mut lines = Vec::new();
    for (event, body) in cases {
        let action = body["action"].as_str().or(body["ref"].as_str()).unwrap_or("-").to_owned();
        lines.push(format!("{event} {action}: {}", told(event, body).await));
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    installation created: {"installation":5,"kind":"installation"}
    installation deleted: {"installation":5,"kind":"installation"}
    installation new_permissions_accepted: {"installation":5,"kind":"installation"}
    installation_repositories removed: {"installation":5,"kind":"installation-repositories"}
    installation_target renamed: {"installation":5,"kind":"installation"}
    repository transferred: {"installation":5,"kind":"repository","repository":42}
    repository edited: {"installation":5,"kind":"repository","repository":42}
    public -: {"installation":5,"kind":"repository","repository":42}
    push refs/heads/main: {"installation":5,"kind":"repository","repository":42}
    push refs/heads/main: nothing to do
    push refs/tags/main: nothing to do
    create main: {"installation":5,"kind":"repository","repository":42}
    create feature/x: nothing to do
    delete feature/x: nothing to do
    delete main: nothing to do
    pull_request edited: {"installation":5,"kind":"pull","pull":7,"repository":42}
    pull_request converted_to_draft: {"installation":5,"kind":"pull","pull":7,"repository":42}
    pull_request labeled: nothing to do
    member removed: {"installation":5,"kind":"access","user":9}
    membership added: {"installation":5,"kind":"access","organization":8,"user":9}
    organization member_removed: {"installation":5,"kind":"access","organization":8,"user":9}
    organization renamed: {"installation":5,"kind":"installation"}
    team removed_from_repository: {"installation":5,"kind":"access","organization":8}
    github_app_authorization revoked: {"kind":"revoked","user":9}
    meta deleted: {"kind":"repository","repository":42}
    meta deleted: nothing to do
    ping -: pong
    star created: nothing to do
    "#);
}

#[tokio::test]
async fn every_action_of_them_is_heard_and_a_new_one_is_no_error() {
    let person = json!({ "id": 9, "login": "mona" });
    for (event, kind, actions) in [
        (
            "installation",
            "installation",
            &["created", "deleted", "suspend", "unsuspend", "new_permissions_accepted"][..],
        ),
        ("installation_repositories", "installation-repositories", &["added", "removed"]),
        (
            "repository",
            "repository",
            &[
                "created",
                "deleted",
                "renamed",
                "transferred",
                "edited",
                "archived",
                "unarchived",
                "publicized",
                "privatized",
            ],
        ),
        (
            "pull_request",
            "pull",
            &["opened", "reopened", "synchronize", "edited", "closed", "ready_for_review", "converted_to_draft"],
        ),
        ("member", "access", &["added", "removed", "edited"]),
    ] {
        for action in actions {
            let body = json!({ "action": action, "number": 7, "member": person, "repository": repository() });
            let job = told(event, body).await;
            assert!(job.contains(&format!("\"kind\":\"{kind}\"")), "{event} {action}: {job}");
        }
    }
    let body = json!({ "action": "teleported", "number": 7, "repository": repository() });
    assert_eq!(told("pull_request", body).await, "nothing to do");
}

#[tokio::test]
async fn a_signed_delivery_that_lacks_its_name_or_its_guid_is_refused_with_the_reason() {
    let world = world().await;
    let mut answers = Vec::new();
    let (event, guid) = ("x-github-event", "x-github-delivery");
    for (headers, body) in [
        (vec![(guid, GUID)], "{}"),
        (vec![(event, ""), (guid, GUID)], "{}"),
        (vec![(event, "push\u{e9}"), (guid, GUID)], "{}"),
        (vec![(event, "push")], "{}"),
        (vec![(event, "push"), (guid, "1")], "{}"),
        (vec![(event, "push"), (guid, "72d3162e-cc78-11e3-81ab-4c9367dc095z")], "{}"),
        (vec![(event, "push"), (guid, GUID), ("content-type", "application/x-www-form-urlencoded")], "payload=%7B%7D"),
    ] {
        let mut request = Request::post("/webhooks/gh").header("x-hub-signature-256", sign(SECRET, body.as_bytes()));
        for (name, value) in headers {
            request = request.header(name, value.as_bytes());
        }
        let (status, answer) = world.send(request.body(Body::from(body)).expect("a request")).await;
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        answers.push(format!("{} {}", status.as_u16(), answer["message"].as_str().unwrap_or_default()));
    }
    insta::assert_snapshot!(answers.join("\n"), @r"
    400 Not a delivery of GitHub's: the header X-GitHub-Event is missing or not a name.
    400 Not a delivery of GitHub's: the header X-GitHub-Event is missing or not a name.
    400 Not a delivery of GitHub's: the header X-GitHub-Event is missing or not a name.
    400 Not a delivery of GitHub's: the header X-GitHub-Delivery is missing.
    400 Not a delivery of GitHub's: X-GitHub-Delivery is not a GUID.
    400 Not a delivery of GitHub's: X-GitHub-Delivery is not a GUID.
    415 The delivery is sent as a form. Set the webhook's content type to application/json.
    ");
    assert!(world.queue.sent().is_empty());
}

#[tokio::test]
async fn bodies_of_any_shape_are_taken_without_an_error_and_change_nothing() {
    for body in [
        "[]",
        "null",
        "7",
        "\"text\"",
        "{",
        "{}",
        "{\"installation\":null}",
        "{\"installation\":{\"id\":\"5\"}}",
        "{\"action\":7,\"ref\":7,\"number\":\"seven\",\"repository\":42}",
    ] {
        for event in ["installation", "pull_request", "push", "create", "member", "github_app_authorization", "meta"] {
            let world = world().await;
            let (status, _) = world.signed(event, body).await;
            assert_eq!(status, StatusCode::ACCEPTED, "{event} {body}");
            assert!(world.queue.sent().is_empty() && !world.remembers().await, "{event} {body}");
        }
    }
}

#[tokio::test]
async fn what_another_app_was_sent_is_refused_although_its_secret_is_ours() {
    let body = json!({ "action": "created", "installation": { "id": 5 } }).to_string();
    for (ours, status) in [(US.parse().expect("an id"), StatusCode::ACCEPTED), (1, StatusCode::FORBIDDEN)] {
        let world = world().await;
        connect(&world, ours).await;
        let request = Request::post("/webhooks/gh")
            .header("content-type", "application/json")
            .header("x-github-event", "installation")
            .header("x-github-delivery", GUID)
            .header("x-github-hook-installation-target-type", "integration")
            .header("x-github-hook-installation-target-id", US)
            .header("x-hub-signature-256", sign(SECRET, body.as_bytes()));
        let answer = world.send(request.body(Body::from(body.clone())).expect("a request")).await;
        assert_eq!(answer.0, status, "{}", answer.1);
        assert_eq!(world.queue.sent().len(), usize::from(status == StatusCode::ACCEPTED));
    }
}

#[tokio::test]
async fn the_largest_delivery_that_github_sends_is_taken_and_only_ids_of_it_are_kept() {
    let filler = "x".repeat(crate::MAX_BODY - 300);
    let body =
        json!({ "action": "opened", "number": 7, "pull_request": { "body": filler }, "repository": repository() });
    let world = world().await;
    let (status, answer) = world.signed("pull_request", &body.to_string()).await;
    assert_eq!((status, answer.as_str()), (StatusCode::ACCEPTED, "queued"));
    assert!(world.queue.sent()[0].len() < 300);
}

#[tokio::test]
async fn a_delivery_that_is_three_days_old_has_no_second_effect() {
    let world = world().await;
    world.signed("repository", &json!({ "action": "renamed", "repository": repository() }).to_string()).await;
    let id = GUID.parse().expect("a GUID");
    let now = covermark_types::Clock::now(&*world.clock);
    let done = covermark_state::rows::delivery::DeliveryOutcome::Done;
    world.table.finish_delivery(&covermark_types::Provider::github(), &id, done, now).await.expect("written");
    world.clock.advance(std::time::Duration::from_secs(3 * 24 * 3600));
    let again =
        world.signed("repository", &json!({ "action": "renamed", "repository": repository() }).to_string()).await;
    assert_eq!(again, (StatusCode::ACCEPTED, "already known".to_owned()));
    assert_eq!(world.queue.sent().len(), 1);
}
