//! The calls that are not an ordinary upload: reports sent with curl, the legacy protocol, test results, empty uploads,
//! a chosen base, limits, and the check of a configuration file.

use axum::{body::Body, http::Request};
use covermark_state::rows::{
    commit::EmptyUpload,
    pull::{Pull, PullState},
    upload::UploadState,
};
use covermark_types::{Clock as _, PullNumber};
use covermark_upload::Settings;
use serde_json::json;

use crate::{
    support::{Answer, SHA, WIDGETS, WIDGETS_TOKEN, World},
    town::Town,
};

const LCOV: &str = "SF:src/a.rs\nDA:1,1\nend_of_record\n";

async fn put(world: &World, path: &str, length: Option<u64>, body: impl Into<Body>) -> Answer {
    let mut request = Request::put(path).header("authorization", format!("token {WIDGETS_TOKEN}"));
    if let Some(length) = length {
        request = request.header("content-length", length);
    }
    world.serve(request.body(body.into()).expect("a request")).await
}

fn report(query: &str) -> String {
    format!("/base/upload/github/acme::::widgets/report?commit={SHA}&{query}")
}

#[tokio::test]
async fn a_report_that_curl_puts_is_stored_at_once() {
    let world = World::new().await;
    let answer = put(&world, &report("branch=topic&pr=7&flag=unit&flag=linux&name=story"), None, LCOV).await;
    insta::assert_snapshot!(format!("{} {:#}", answer.status, answer.body), @r#"
    201 {
      "created_at": "2026-09-21T14:13:20Z",
      "external_id": "01010101-0101-4101-8101-010101010101",
      "message": "The report was stored. Its results will be at https://covermark.example/base/gh/acme/widgets/pull/7",
      "url": "https://covermark.example/base/gh/acme/widgets/pull/7"
    }
    "#);
    let upload = world.uploads().await.remove(0);
    assert_eq!((upload.state, upload.pull), (UploadState::Stored, Some(PullNumber(7))));
    assert_eq!((upload.flags.join(" "), upload.name.as_deref()), ("unit linux".to_owned(), Some("story")));
    let stored = world.blobs.get(&upload.key.blob_key(), 1000).await.expect("read").expect("a report");
    assert_eq!(stored, LCOV);
    assert_eq!(world.queue.sent().len(), 2, "it was opened; and a folder tells nobody, so that we must");
}

#[tokio::test]
async fn a_large_report_is_sent_on_to_the_storage() {
    let world = World::new().await;
    let never = Body::from_stream(futures::stream::pending::<Result<bytes::Bytes, std::io::Error>>());
    let answer = put(&world, &report(""), Some(5 * 1024 * 1024), never).await;
    assert_eq!(answer.status, 307, "{answer:?}");
    let location = answer.headers["location"].to_str().expect("an address");
    assert!(location.starts_with("https://covermark.example/base/blobs/uploads/gh/42/"), "{location}");
    assert_eq!(world.uploads().await[0].announced_bytes, Some(5 * 1024 * 1024));

    let asked = world.send("POST", &report(""), Some(&format!("token {WIDGETS_TOKEN}")), "").await;
    assert_eq!(asked.status, 201);
    assert!(asked.text.ends_with('\n') && asked.text.lines().count() == 1, "for the shell: {}", asked.text);
}

#[tokio::test]
async fn an_empty_report_and_a_missing_commit_are_told() {
    let world = World::new().await;
    let empty = put(&world, &report(""), None, " \n").await;
    insta::assert_snapshot!(empty.sentence(), @"400 The report is empty. Send the coverage file as the request's body: `curl --upload-file coverage.xml …`.");
    let nowhere = put(&world, "/base/upload/github/acme::::widgets/report", None, LCOV).await;
    assert_eq!(nowhere.status, 400);
    assert!(world.uploads().await.is_empty());
}

#[tokio::test]
async fn the_legacy_protocol_is_answered_with_two_lines_and_no_third() {
    let world = World::new().await;
    let query =
        format!("commit={SHA}&branch=topic&slug=acme%2Fwidgets&service=github-actions&flags=a&flags=b&pr=7&build=1");
    for (path, header) in [
        (format!("/base/upload/v4?{query}"), Some(WIDGETS_TOKEN)),
        (format!("/base//upload/v4?{query}&token={WIDGETS_TOKEN}"), None),
    ] {
        let mut request = Request::post(&path);
        if let Some(token) = header {
            request = request.header("x-upload-token", token);
        }
        let answer = world.serve(request.body(Body::from("{\"cli_args\":{}}")).expect("a request")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let lines: Vec<_> = answer.text.split('\n').collect();
        let [page, slot] = lines.as_slice() else { panic!("two lines: {lines:?}") };
        assert_eq!(*page, "https://covermark.example/base/gh/acme/widgets/pull/7");
        assert!(slot.contains("/blobs/uploads/gh/42/"), "{slot}");
    }
    let direct = format!("/upload/v2?{query}&token={WIDGETS_TOKEN}");
    let answer = world.send("POST", &direct, None, LCOV).await;
    assert_eq!((answer.status, answer.body["uploaded"].as_bool()), (200, Some(true)));
    assert_eq!(world.uploads().await.iter().filter(|upload| upload.state == UploadState::Stored).count(), 1);
    assert!(world.uploads().await.iter().all(|upload| upload.flags == ["a", "b"]));
    let nobody = world.send("POST", &format!("/upload/v4?{query}"), None, "").await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn test_results_are_kept_apart_with_a_word_that_they_are_not_shown() {
    let world = World::new().await;
    let body =
        json!({ "slug": "acme::::widgets", "service": "github", "commit": SHA, "branch": "main", "flags": null });
    let answer = world.post("/upload/test_results/v1", &body).await;
    let location = answer.body["raw_upload_location"].as_str().expect("an address");
    assert!(location.contains("/blobs/test-results/gh/42/"), "{location}");
    insta::assert_snapshot!(answer.body["message"].as_str().expect("a text"), @"Test results are kept for 30 days. This version of Covermark does not show them yet: it shows coverage, uploaded with `--report-type coverage`.");
    let without = json!({ "slug": "acme/widgets", "service": "github", "commit": SHA, "file_not_found": true });
    let answer = world.post("/upload/test_results/v1", &without).await;
    assert_eq!((answer.status, answer.text.as_str()), (201, ""));
    assert!(world.uploads().await.is_empty(), "they are no coverage");
}

#[tokio::test]
async fn an_empty_upload_passes_when_nothing_can_be_tested_or_ci_insists() {
    let town = Town::new().await;
    let token = format!(
        "token {}",
        town.github.oidc_token(&town.widgets, &json!({ "aud": crate::town::PUBLIC_URL, "event_name": "workflow_run" }))
    );
    let tail = format!("commits/{}/empty-upload", town.head());
    let empty = async |force: bool| {
        let answer = town.call("POST", &tail, Some(&token), &json!({ "should_force": force })).await;
        let row = town.world.table.commit(&town.world.provider, town.id(), &town.head()).await.expect("read");
        (answer.status, answer.body, row.and_then(|row| row.empty_upload))
    };
    let (status, body, decision) = empty(false).await;
    assert_eq!((status, decision), (200, Some(EmptyUpload::Failed)));
    insta::assert_snapshot!(body, @r#"{"non_ignored_files":["src/lib.rs"],"result":"The commit fails without coverage: 1 file that it changes can be tested. Upload a report, add the files to `ignore` in codecov.yml, or pass `--force`."}"#);
    let (_, body, decision) = empty(true).await;
    assert_eq!((body["non_ignored_files"].clone(), decision), (json!([]), Some(EmptyUpload::Forced)));
    town.fork.push("faster", &[("src/lib.rs", "fn one() {}\n")]);
    let tail = format!("commits/{}/empty-upload", town.head());
    let answer = town.call("POST", &tail, Some(&token), &json!({})).await;
    insta::assert_snapshot!(answer.body["result"].as_str().expect("a text"), @"The commit passes without coverage: no file that it changes can be tested.");
    assert_eq!(town.world.queue.sent().len(), 3, "feedback hears of each");
}

#[tokio::test]
async fn an_empty_upload_needs_no_permission_that_is_optional() {
    for permission in ["contents", "actions"] {
        let town = Town::without(permission).await;
        let token = format!("token {}", crate::support::GLOBAL_TOKEN);
        let tail = format!("commits/{}/empty-upload", town.head());
        let answer = town.call("POST", &tail, Some(&token), &json!({})).await;
        assert_eq!(answer.status, 200, "without {permission}: {answer:?}");
        assert!(answer.body["non_ignored_files"].as_array().expect("a list").contains(&json!("src/lib.rs")));
    }
}

#[tokio::test]
async fn a_base_that_ci_chose_is_kept_on_the_pull_request() {
    let world = World::new().await;
    let path = "/base/api/v1/github-actions/acme/widgets/pulls/7";
    let form = format!("cli_args=enterprise_url&cli_args=slug&user_provided_base_sha={SHA}");
    let unknown = put(&world, path, None, form.clone()).await;
    insta::assert_snapshot!(unknown.sentence(), @"404 Covermark does not know pull request 7 of acme/widgets. Look whether `--pr` is right; if it was opened a moment ago, try again in a minute.");
    let (now, sha) = (world.clock.now(), SHA.parse().expect("a SHA"));
    let row = Pull {
        provider: world.provider.clone(),
        repository: WIDGETS,
        number: PullNumber(7),
        title: String::new(),
        author: None,
        head_sha: "a".repeat(40).parse().expect("a SHA"),
        head_ref: "topic".to_owned(),
        head_repository: None,
        base_sha: "b".repeat(40).parse().expect("a SHA"),
        base_ref: "main".to_owned(),
        state: PullState::Open,
        draft: false,
        updated_at: now,
        seen_at: now,
        comment: None,
        chosen_base: None,
        version: 0,
    };
    world.table.put_pull(&row).await.expect("written");
    assert_eq!(put(&world, path, None, form).await.status, 200);
    world.table.put_pull(&row).await.expect("written");
    let kept = world.table.pull(&world.provider, WIDGETS, PullNumber(7)).await.expect("read").expect("a row");
    assert_eq!(kept.chosen_base, Some(sha), "a webhook does not undo it");
    assert_eq!(world.queue.sent().len(), 1);
    assert_eq!(put(&world, path, None, "user_provided_base_sha=HEAD").await.status, 400);
}

#[tokio::test]
async fn the_end_of_the_uploads_is_noted_once() {
    let world = World::new().await;
    put(&world, &report(""), None, LCOV).await;
    let path = format!("/upload/gh/acme::::widgets/commits/{SHA}/upload-complete");
    let first = world.clock.now();
    for _ in 0..2 {
        assert_eq!(world.post(&path, &json!({})).await.status, 200);
        world.clock.advance(std::time::Duration::from_secs(60));
    }
    assert_eq!(world.commit().await.expect("a row").complete_at, Some(first));
}

#[tokio::test]
async fn a_commits_uploads_and_a_days_bytes_are_bounded() {
    let settings = Settings { uploads_per_commit: 2, bytes_per_day: 10 * 1024 * 1024, ..Settings::default() };
    let world = World::with("https://covermark.example/base", settings).await;
    let path = "/upload/gh/acme::::widgets/upload-coverage";
    let named = |commit: &str, bytes: u64, name: &str| json!({ "commitid": commit, "report_payload_bytes": bytes, "name": name });
    let body = |commit: &str, bytes: u64| named(commit, bytes, "unit");
    for name in ["unit", "e2e"] {
        assert_eq!(world.post(path, &named(SHA, 1024, name)).await.status, 201);
    }
    let third = world.post(path, &named(SHA, 1024, "third")).await;
    insta::assert_snapshot!(third.sentence(), @"429 Commit f50426d of acme/widgets has 2 uploads already, and no more are taken but repetitions of its jobs. Merge the reports of several jobs before the upload, or let the operator raise COVERMARK_UPLOADS_PER_COMMIT.");
    for _ in 0..6 {
        assert_eq!(world.post(path, &body(SHA, 1024)).await.status, 201, "a job that runs again does not starve");
    }
    assert_eq!(world.post(path, &body(SHA, 1024)).await.status, 429, "but not for ever");
    let tests = json!({ "slug": "acme::::widgets", "service": "github", "commit": SHA });
    assert_eq!(world.post("/upload/test_results/v1", &tests).await.status, 201, "test results are counted apart");
    let large = world.post(path, &body(&"a".repeat(40), 10 * 1024 * 1024)).await;
    insta::assert_snapshot!(large.sentence(), @"429 acme/widgets has uploaded all that it may in one day (10 MiB); it may again from 00:00 UTC. Upload smaller reports, or let the operator raise COVERMARK_UPLOAD_BYTES_PER_DAY.");
    assert_eq!(world.uploads().await.len(), 8);
}

#[tokio::test]
async fn a_configuration_file_is_checked_without_a_token() {
    let world = World::new().await;
    for path in ["/validate", "/base/validate/v1", "//validate/v2"] {
        let good = world.send("POST", path, None, "coverage:\n  precision: 1\n").await;
        assert!(good.status == 200 && good.text.starts_with("Valid!"), "{path}: {good:?}");
        let bad = world.send("POST", path, None, "coverage:\n  precision: many\n").await;
        assert!(bad.status == 400 && bad.text.contains("precision"), "{path}: {bad:?}");
    }
    assert_eq!(world.send("POST", "/validate", None, vec![b'#'; 1024 * 1024 + 1]).await.status, 413);
    assert_eq!(world.send("POST", "/validate", None, vec![0xff]).await.status, 400);
    assert_eq!(world.send("GET", "/validate", None, "").await.status, 405);
}
