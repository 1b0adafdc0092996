//! What is read of a verified delivery, and what may be missing.

use covermark_types::{InstallationId, PullNumber, Secret};
use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    support::SHA,
    webhook_signature::{headers, sign},
};
use crate::webhook::{
    CiEvent, CiNews, Event, EventError, InstallationAction, PullRequestAction, RepositoriesAction, RepositoryAction,
    queued_pull, verify,
};

fn read_bytes(event: &str, body: &[u8]) -> Result<Event, EventError> {
    let headers = headers(&sign("secret", body), event);
    verify(&[Secret::new("secret")], &headers, body.to_vec().into()).unwrap().event()
}

fn read(event: &str, body: &Value) -> Result<Event, EventError> {
    read_bytes(event, body.to_string().as_bytes())
}

fn repository() -> Value {
    json!({ "id": 42, "full_name": "acme/widgets", "owner": null, "created_at": 1_700_000_000 })
}

fn bot() -> Value {
    json!({ "id": 9, "login": "Covermark[bot]", "type": "Bot" })
}

#[test]
fn an_installation_is_its_id_even_without_an_account() {
    let body = json!({ "action": "suspend", "installation": { "id": 7, "account": null }, "sender": bot() });
    let event = read("installation", &body).unwrap();
    let Event::Installation { action, id, .. } = &event else { panic!("{event:?}") };
    assert_eq!((*action, *id), (InstallationAction::Suspend, InstallationId(7)));
    assert!(event.sender().unwrap().is_app("covermark"));
    assert!(!event.sender().unwrap().is_app("cover"));
}

#[test]
fn a_person_who_calls_herself_like_the_app_is_not_the_app() {
    let sender = json!({ "id": 9, "login": "covermark[bot]", "type": "User" });
    let event = read("installation", &json!({ "installation": { "id": 7 }, "sender": sender })).unwrap();
    assert!(!event.sender().unwrap().is_app("covermark"));
}

#[test]
fn a_new_action_is_no_error() {
    let body = json!({ "action": "beautified", "installation": { "id": 7 } });
    let event = read("installation", &body).unwrap();
    let wanted = Event::Installation { action: InstallationAction::Other, id: InstallationId(7), sender: None };
    assert_eq!(event, wanted);
}

#[test]
fn the_partial_lists_of_repositories_are_not_read() {
    let body = json!({ "action": "removed", "installation": { "id": 7 }, "repositories_removed": "not even a list" });
    let event = read("installation_repositories", &body).unwrap();
    let installation = InstallationId(7);
    let action = RepositoriesAction::Removed;
    assert_eq!(event, Event::InstallationRepositories { action, installation, sender: None });
}

#[test]
fn a_repository_hook_of_its_own_has_no_installation() {
    let event = read("repository", &json!({ "action": "renamed", "repository": repository() })).unwrap();
    let Event::Repository { action: RepositoryAction::Renamed, repository, installation: None, .. } = event else {
        panic!("{event:?}")
    };
    assert_eq!((repository.id.0, repository.name.to_string().as_str()), (42, "acme/widgets"));
}

#[test]
fn a_pull_request_is_its_number() {
    let body = json!({
        "action": "ready_for_review", "number": 9, "pull_request": null,
        "repository": repository(), "installation": { "id": 7 }, "sender": bot(),
    });
    let event = read("pull_request", &body).unwrap();
    let Event::PullRequest { action, number, installation, .. } = event else { panic!("{event:?}") };
    assert_eq!(action, PullRequestAction::ReadyForReview);
    assert_eq!((number, installation), (PullNumber(9), Some(InstallationId(7))));
}

#[test]
fn a_push_names_the_commit_and_a_deletion_none() {
    for (after, wanted) in [(SHA, Some(SHA)), ("0000000000000000000000000000000000000000", None)] {
        let body = json!({ "ref": "refs/heads/main", "after": after, "repository": repository() });
        let Event::Push { reference, after, .. } = read("push", &body).unwrap() else { panic!() };
        assert_eq!((reference.branch(), after.as_ref().map(|sha| sha.as_str())), (Some("main"), wanted));
    }
}

#[test]
fn ping_and_unknown_events_are_not_parsed_at_all() {
    assert_eq!(read_bytes("ping", b"not JSON").unwrap(), Event::Ping);
    assert_eq!(read_bytes("brand_new_event", b"\xff\xfe").unwrap(), Event::Other);
}

#[test]
fn a_known_event_that_cannot_be_read_says_where() {
    let cases = [
        ("installation", json!({ "installation": null })),
        ("installation", json!([])),
        ("installation_repositories", json!({ "installation": { "id": "seven" } })),
        ("repository", json!({ "repository": { "id": 42 } })),
        ("pull_request", json!({ "repository": { "id": 42, "full_name": "acme/widgets" } })),
        ("push", json!({ "ref": "refs/heads/main", "repository": { "id": 42, "full_name": "ghp_secret" } })),
    ];
    let text = |(event, body): &(&str, Value)| read(event, body).unwrap_err().to_string();
    assert_snapshot!(cases.iter().map(text).collect::<Vec<_>>().join("\n"), @r"
    the event installation cannot be read at `installation`
    the event installation cannot be read at `.`
    the event installation_repositories cannot be read at `installation.id`
    the event repository cannot be read at `repository.full_name`
    the event pull_request cannot be read at `number`
    the event push cannot be read at `repository.full_name`
    ");
    assert_eq!(read_bytes("push", b"{").unwrap_err().path, ".");
}

fn ci(event: &str, body: &Value) -> CiEvent {
    let mut body = body.clone();
    body["repository"] = repository();
    match read(event, &body).unwrap() {
        Event::Ci(event) => event,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_ended_is_told_from_what_goes_on() {
    let run = json!({ "head_sha": SHA, "app": { "id": 15_368 }, "status": "in_progress" });
    let cases = [
        ("check_suite", json!({ "action": "completed", "check_suite": run }), Some(CiNews::Ended { context: None })),
        ("check_suite", json!({ "action": "requested", "check_suite": run }), None),
        ("workflow_run", json!({ "action": "completed", "workflow_run": run }), Some(CiNews::Ended { context: None })),
        ("workflow_run", json!({ "action": "in_progress", "workflow_run": run }), None),
        ("check_run", json!({ "action": "completed", "check_run": run }), None),
        ("check_run", json!({ "action": "rerequested", "check_run": run }), Some(CiNews::Again)),
        ("check_run", json!({ "action": "requested_action", "check_run": run }), Some(CiNews::Again)),
        ("check_suite", json!({ "action": "rerequested", "check_suite": run }), Some(CiNews::Again)),
        ("status", json!({ "sha": SHA, "state": "pending", "context": "ci/a" }), None),
        (
            "status",
            json!({ "sha": SHA, "state": "failure", "context": "ci/a" }),
            Some(CiNews::Ended { context: Some("ci/a".to_owned()) }),
        ),
    ];
    for (event, body, wanted) in cases {
        let read = ci(event, &body);
        assert_eq!(read.commit.as_str(), SHA);
        assert_eq!(read.news, wanted.unwrap_or(CiNews::Nothing), "{event} {body}");
    }
}

#[test]
fn a_merge_group_names_its_commit_and_its_branch() {
    let group =
        json!({ "head_sha": SHA, "head_ref": "refs/heads/gh-readonly-queue/main/pr-7-0123abc", "base_sha": SHA });
    let read = ci("merge_group", &json!({ "action": "checks_requested", "merge_group": group }));
    let branch = "gh-readonly-queue/main/pr-7-0123abc".to_owned();
    assert_eq!(read.news, CiNews::Queued { branch, base: Some(SHA.parse().unwrap()) });
    let destroyed = ci("merge_group", &json!({ "action": "destroyed", "merge_group": group }));
    assert_eq!(destroyed.news, CiNews::Nothing);
}

#[test]
fn a_merge_queues_branch_names_its_pull_request() {
    for (branch, wanted) in [
        ("gh-readonly-queue/main/pr-7-0123abcdef", Some(7)),
        ("gh-readonly-queue/release/2.x/pr-104-0123abcdef", Some(104)),
        ("gh-readonly-queue/pr-1-abc/pr-2-0123abcdef", Some(2)),
        ("gh-readonly-queue/main/pr-0-0123abcdef", None),
        ("gh-readonly-queue/main/pr-7-nothex!", None),
        ("gh-readonly-queue/main/pr-7", None),
        ("gh-readonly-queue/", None),
        ("main/pr-7-0123abcdef", None),
    ] {
        assert_eq!(queued_pull(branch).map(|number| number.0), wanted, "{branch}");
    }
}

proptest! {
    #[test]
    fn any_body_is_an_event_or_an_error(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        for event in [
            "installation", "installation_repositories", "repository", "pull_request", "push", "check_run",
            "check_suite", "workflow_run", "merge_group", "status", "public", "installation_target", "create", "delete",
            "member", "membership", "organization", "team", "team_add", "github_app_authorization", "meta",
        ] {
            let _ = read_bytes(event, &body);
        }
    }
}
