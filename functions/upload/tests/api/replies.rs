//! What the clients are answered when all is well, and what is remembered then.

use std::time::Duration;

use crate::support::{GLOBAL_TOKEN, SHA, WIDGETS, World};
use covermark_state::rows::upload::{OpenedBy, UploadResult, UploadState};
use covermark_types::{Clock as _, PullNumber, RepositoryName};
use serde_json::{Value, json};

const UPLOAD_COVERAGE: &str = "/base/upload/github/acme::::widgets/upload-coverage";

fn of_commit(tail: &str) -> String {
    format!("/base/upload/github/acme::::widgets/commits/{SHA}{tail}")
}

/// As codecov-cli 11.3.1 sends it from a pull request's job.
fn upload_coverage() -> Value {
    json!({
        "ci_service": "github-actions", "ci_url": "https://github.com/acme/widgets/actions/runs/1234",
        "cli_args": { "command": "upload-coverage", "version": "cli-11.3.1", "flags": ["unit", "linux"] },
        "env": { "OS": null }, "flags": ["unit", "linux"], "job_code": "CI", "name": "CI - test", "version": "11.3.1",
        "file_not_found": false, "branch": "feature", "code": "default", "commitid": SHA.to_uppercase(),
        "parent_commit_id": null, "pullid": "7", "report_payload_bytes": 374,
    })
}

#[tokio::test]
async fn upload_coverage_opens_an_upload_and_says_where_to_put_the_report() {
    let world = World::new().await;
    let answer = world.post(UPLOAD_COVERAGE, &upload_coverage()).await;
    insta::assert_json_snapshot!("upload_coverage", json!({ "status": answer.status, "body": answer.body }));

    let uploads = world.uploads().await;
    let [upload] = uploads.as_slice() else { panic!("one upload: {uploads:?}") };
    assert_eq!(upload.state, UploadState::Opened);
    assert_eq!(upload.opened_by, OpenedBy::RepositoryToken);
    assert_eq!(upload.flags, ["unit", "linux"]);
    assert_eq!((upload.branch.as_deref(), upload.pull), (Some("feature"), Some(PullNumber(7))));
    let location = answer.body["raw_upload_location"].as_str().expect("an address");
    assert!(location.contains(&upload.key.blob_key()), "{location}");
    let opened = r#"{"v":1,"kind":"opened","provider":"gh","repository":42,"commit":"f50426d595a7de9835aa56510687900a0fb81b41"}"#;
    assert_eq!(world.queue.sent(), [opened], "feedback hears of the report itself from the storage");
    world.post(UPLOAD_COVERAGE, &upload_coverage()).await;
    assert_eq!(world.queue.sent().len(), 1, "the second one of a commit is no news");
}

#[tokio::test]
async fn commit_report_and_upload_in_three_calls_come_to_the_same() {
    let world = World::new().await;
    let commit = json!({
        "branch": "feature", "cli_args": {}, "commitid": SHA, "parent_commit_id": null, "pullid": "7", "version": "11.3.1"
    });
    let created = world.post("/base/upload/github/acme::::widgets/commits", &commit).await;
    let reported = world.post(&of_commit("/reports"), &json!({ "cli_args": {}, "code": "default" })).await;
    let opened = world.post(&of_commit("/reports/default/uploads"), &upload_coverage()).await;
    let answers = [created, reported, opened].map(|a| json!({ "status": a.status, "body": a.body }));
    insta::assert_json_snapshot!("three_calls", answers);

    let uploads = world.uploads().await;
    assert_eq!(uploads.len(), 1);
    let (branch, pull) = (uploads[0].branch.as_deref(), uploads[0].pull);
    assert_eq!((branch, pull), (Some("feature"), Some(PullNumber(7))), "from the first call");
}

#[tokio::test]
async fn an_upload_without_the_calls_before_it_is_taken_too() {
    let world = World::new().await;
    let opened = world.post(&of_commit("/reports/default/uploads"), &json!({ "flags": null, "env": null })).await;
    assert_eq!(opened.status, 201);
    assert_eq!(world.commit().await.expect("a commit").branch, None);
}

#[tokio::test]
async fn the_same_call_again_is_answered_and_changes_nothing_of_the_commit() {
    let world = World::new().await;
    let body = upload_coverage();
    let first = world.post(UPLOAD_COVERAGE, &body).await;
    let commit = world.commit().await;
    let again = world.post(UPLOAD_COVERAGE, &body).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_ne!(first.body["raw_upload_location"], again.body["raw_upload_location"]);
    assert_eq!(world.commit().await, commit);
    assert_eq!(world.uploads().await.len(), 2, "one more, opened and harmless");

    for call in [of_commit("/reports"), "/base/upload/github/acme::::widgets/commits".to_owned()] {
        let body = json!({ "commitid": SHA, "branch": "other", "pullid": 8 });
        assert_eq!(world.post(&call, &body).await.status, 201);
        assert_eq!(world.post(&call, &body).await.status, 201);
    }
    assert_eq!(world.commit().await, commit, "what was said first is believed");
}

#[tokio::test]
async fn later_uploads_fill_what_the_first_left_open() {
    let world = World::new().await;
    world.post(&of_commit("/reports"), &json!({})).await;
    world.post(UPLOAD_COVERAGE, &json!({ "commitid": SHA, "branch": "feature" })).await;
    world.post(UPLOAD_COVERAGE, &json!({ "commitid": SHA, "pullid": 7, "branch": "refs/pull/7/merge" })).await;
    let commit = world.commit().await.expect("a commit");
    assert_eq!((commit.branch.as_deref(), commit.pull), (Some("feature"), Some(PullNumber(7))));
}

#[tokio::test]
async fn forty_uploads_of_one_commit_at_once_all_get_an_address() {
    let world = World::new().await;
    let body = upload_coverage();
    let answers = futures::future::join_all((0..40).map(|_| world.post(UPLOAD_COVERAGE, &body))).await;
    let opened = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!((opened, world.uploads().await.len()), (40, 40));
}

#[tokio::test]
async fn paths_are_served_as_clients_glue_them() {
    let world = World::new().await;
    for path in [
        "/base/upload/github/acme::::widgets/upload-coverage",
        "/base//upload/github/acme::::widgets/upload-coverage",
        "/upload/gh/acme::::widgets/upload-coverage",
        "//upload/gh/acme::::widgets/upload-coverage",
        "/upload/gh/ACME%3A%3A%3A%3AWidgets/upload-coverage/",
    ] {
        assert_eq!(world.post(path, &upload_coverage()).await.status, 201, "{path}");
    }
    let rooted = World::at("https://covermark.example").await;
    for path in ["/upload/gh/acme::::widgets/commits", "//upload/gh/acme::::widgets/commits"] {
        assert_eq!(rooted.post(path, &upload_coverage()).await.status, 201, "{path}");
    }
}

#[tokio::test]
async fn the_global_token_uploads_for_every_repository_in_every_spelling_of_the_header() {
    let world = World::new().await;
    let body = upload_coverage().to_string();
    for header in [format!("token {GLOBAL_TOKEN}"), format!("Bearer {GLOBAL_TOKEN}"), GLOBAL_TOKEN.to_owned()] {
        assert_eq!(world.send("POST", UPLOAD_COVERAGE, Some(&header), body.clone()).await.status, 201, "{header}");
    }
    assert!(world.uploads().await.iter().all(|upload| upload.opened_by == OpenedBy::GlobalToken));
}

#[tokio::test]
async fn a_renamed_repository_keeps_its_token_under_both_names() {
    let world = World::new().await;
    let mut row = world.table.repository(&world.provider, WIDGETS).await.expect("read").expect("a row");
    row.name = RepositoryName::new("acme", "gizmos").expect("a name");
    row.seen_at += Duration::from_secs(1);
    row.updated_at = row.seen_at;
    assert!(world.table.put_repository(&row).await.expect("written").stored());
    for name in ["gizmos", "widgets"] {
        let path = format!("/upload/gh/acme::::{name}/upload-coverage");
        assert_eq!(world.post(&path, &upload_coverage()).await.status, 201, "{name}");
    }
    assert_eq!(world.uploads().await.len(), 2, "one repository, one history");
}

#[tokio::test]
async fn upload_complete_counts_what_was_made_and_tells_feedback() {
    let world = World::new().await;
    for _ in 0..4 {
        assert_eq!(world.post(UPLOAD_COVERAGE, &upload_coverage()).await.status, 201);
    }
    let uploads = world.uploads().await;
    let result = |state| UploadResult { state, shard: None, totals: None, notes: Default::default() };
    for (upload, state) in [(&uploads[0], UploadState::Processed), (&uploads[1], UploadState::Unreadable)] {
        let written = world.table.set_upload_processed(&upload.key, &result(state), world.clock.now()).await;
        assert!(written.expect("written").applied());
    }
    assert!(world.table.set_upload_stored(&uploads[2].key).await.expect("written").applied());

    let complete = of_commit("/upload-complete");
    let at_once = world.post(&complete, &json!({ "cli_args": null, "version": "11.3.1" })).await;
    world.clock.advance(Duration::from_secs(31 * 60));
    let later = world.post(&complete, &json!({})).await;
    insta::assert_json_snapshot!(
        "upload_complete",
        json!({
            "while the fourth may still be put": { "status": at_once.status, "body": at_once.body },
            "when its address has lapsed": { "status": later.status, "body": later.body },
            "feedback": world.queue.sent(),
        })
    );
}

#[tokio::test]
async fn upload_complete_of_a_commit_without_uploads_is_404_with_counts() {
    let world = World::new().await;
    let none = world.post(&of_commit("/upload-complete"), &json!({})).await;
    insta::assert_json_snapshot!("upload_complete_of_none", json!({ "status": none.status, "body": none.body }));
    assert!(world.queue.sent().is_empty());
}

#[tokio::test]
async fn results_end_the_clients_polling() {
    let world = World::new().await;
    let path = of_commit("/reports/default/results");
    let posted = world.post(&path, &json!({})).await;
    let header = format!("token {}", crate::support::WIDGETS_TOKEN);
    let got = world.send("GET", &path, Some(&header), "").await;
    assert_eq!((posted.status, &posted.body), (201, &got.body));
    insta::assert_json_snapshot!("results", json!({ "status": got.status, "body": got.body }));
}

#[tokio::test]
async fn the_oldest_clients_forms_and_tokens_without_hyphens_are_taken() {
    let world = World::new().await;
    let path = of_commit("/reports/default/uploads");
    let request = axum::http::Request::post(path)
        .header("authorization", format!("token {}", crate::support::WIDGETS_TOKEN.replace('-', "")))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from("flags=unit&flags=linux&env=OS&name=CI+-+test&job_code=CI"));
    let answer = world.serve(request.expect("a request")).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let upload = world.uploads().await.remove(0);
    assert_eq!((upload.flags.join(" "), upload.name.as_deref()), ("unit linux".to_owned(), Some("CI - test")));
}
