//! What the clients print when something is wrong: every sentence, in one table to read through.

use std::fmt::Write as _;

use crate::support::{Answer, GADGETS_TOKEN, GLOBAL_TOKEN, SHA, WIDGETS_TOKEN, World};
use serde_json::{Value, json};

const UPLOAD_COVERAGE: &str = "/upload/github/acme::::widgets/upload-coverage";

/// The table of sentences: case, status, sentence.
#[derive(Default)]
struct Sentences(String);

impl Sentences {
    fn add(&mut self, case: &str, answer: &Answer) {
        assert!((400..500).contains(&answer.status), "{case}: a mistake of the user's is a 4xx: {answer:?}");
        let _ = writeln!(self.0, "{case}\n    {}\n", answer.sentence());
    }
}

#[tokio::test]
async fn who_may_not_upload_is_told_what_to_do() {
    let world = World::new().await;
    let body = json!({ "commitid": SHA }).to_string();
    let left = "/upload/github/acme::::left/upload-coverage";
    let nowhere = "/upload/github/acme::::nowhere/upload-coverage";
    let enterprise = "/upload/github_enterprise/acme::::widgets/upload-coverage";
    let mut sentences = Sentences::default();
    for (case, path, header) in [
        ("no token", UPLOAD_COVERAGE, None),
        ("an empty CI secret", UPLOAD_COVERAGE, Some("token ".to_owned())),
        ("a header of another scheme", UPLOAD_COVERAGE, Some("Basic dXNlcjpwYXNz".to_owned())),
        ("a token that nobody knows", UPLOAD_COVERAGE, Some("token nonsense".to_owned())),
        ("an OIDC token", UPLOAD_COVERAGE, Some("token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln".to_owned())),
        ("a token of another repository", UPLOAD_COVERAGE, Some(format!("token {GADGETS_TOKEN}"))),
        ("a right token on another GitHub", enterprise, Some(format!("token {WIDGETS_TOKEN}"))),
        ("a token and an unknown repository", nowhere, Some(format!("token {WIDGETS_TOKEN}"))),
        ("the global token and an unknown repository", nowhere, Some(format!("token {GLOBAL_TOKEN}"))),
        ("no token, and a private repository", "/upload/github/acme::::secret/upload-coverage", None),
        ("the global token and a repository that the App has left", left, Some(format!("token {GLOBAL_TOKEN}"))),
    ] {
        sentences.add(case, &world.send("POST", path, header.as_deref(), body.clone()).await);
    }
    insta::assert_snapshot!("who_may_not_upload", sentences.0);
    assert!(world.uploads().await.is_empty() && world.commit().await.is_none(), "nothing is stored");
}

#[tokio::test]
async fn an_unknown_token_learns_nothing_about_which_repositories_there_are() {
    let world = World::new().await;
    let mut answers = Vec::new();
    for name in ["widgets", "left", "nowhere"] {
        let path = format!("/upload/github/acme::::{name}/upload-coverage");
        for header in [None, Some("token nonsense"), Some("token 00000000-0000-4000-8000-000000000002")] {
            let answer = world.send("POST", &path, header, "{}").await;
            answers.push((header, answer.sentence().replace(name, "NAME")));
        }
    }
    let (known, others) = answers.split_at(3);
    assert!(others.chunks(3).all(|chunk| chunk == known), "{answers:#?}");
}

#[tokio::test]
async fn a_wrong_address_is_answered_with_the_right_one() {
    let world = World::new().await;
    let commits = format!("/upload/github/acme::::widgets/commits/{SHA}");
    let mut sentences = Sentences::default();
    for (case, path) in [
        ("a service that is no GitHub", "/upload/gitlab/acme::::widgets/upload-coverage"),
        ("a service that is nothing", "/upload/Sub_Version/acme::::widgets/upload-coverage"),
        ("a slug without a name", "/upload/github/acme/upload-coverage"),
        ("a slug with a slash", "/upload/github/acme/widgets/upload-coverage"),
        ("a slug with sub-groups", "/upload/github/acme:::team::::widgets/upload-coverage"),
        ("a short SHA", "/upload/github/acme::::widgets/commits/f50426d/reports"),
        ("a report of another code", &format!("{commits}/reports/nightly/uploads")),
        ("a call that does not exist", &format!("{commits}/flags")),
        ("test results of no repository", "/upload/test_results/v1"),
        ("the legacy protocol without a repository", "/upload/v4?commit=1"),
        ("nothing of ours", "/uploads"),
        ("bundle sizes", "/upload/bundle_analysis/v1"),
    ] {
        sentences.add(case, &world.post(path, &json!({})).await);
    }
    sentences.add("another method", &world.send("GET", UPLOAD_COVERAGE, None, "").await);
    insta::assert_snapshot!("wrong_addresses", sentences.0);
}

#[tokio::test]
async fn a_wrong_field_is_named() {
    let world = World::new().await;
    let many: Vec<_> = (0..51).map(|number| format!("flag-{number}")).collect();
    let mut sentences = Sentences::default();
    for (case, wrong) in [
        ("no commit", json!({ "commitid": null })),
        ("a short SHA", json!({ "commitid": "f50426d" })),
        ("a parent that is none", json!({ "parent_commit_id": "HEAD~1" })),
        ("a pull request that is none", json!({ "pullid": "main" })),
        ("another report code", json!({ "code": "nightly" })),
        ("too many flags", json!({ "flags": many })),
        ("a flag of 10,000 characters", json!({ "flags": ["f".repeat(10_000)] })),
        ("a flag of 101 characters", json!({ "flags": ["f".repeat(101)] })),
        ("flags that are none", json!({ "flags": { "unit": true } })),
        ("a long name", json!({ "name": "n".repeat(501) })),
        ("a long job", json!({ "job_code": "j".repeat(501) })),
        ("a long branch", json!({ "branch": "b".repeat(301) })),
        ("control characters", json!({ "name": "two\nlines" })),
        ("a name that is none", json!({ "name": ["a"] })),
        ("a report too large", json!({ "report_payload_bytes": 200 * 1024 * 1024 + 1 })),
    ] {
        let mut body = json!({ "commitid": SHA });
        for (key, value) in wrong.as_object().expect("an object") {
            body[key] = value.clone();
        }
        sentences.add(case, &world.post(UPLOAD_COVERAGE, &body).await);
    }
    insta::assert_snapshot!("wrong_fields", sentences.0);
    assert!(world.uploads().await.is_empty() && world.commit().await.is_none(), "nothing is stored");
}

#[tokio::test]
async fn a_body_that_is_no_object_or_too_large_is_refused() {
    let world = World::new().await;
    let header = format!("token {WIDGETS_TOKEN}");
    let mut sentences = Sentences::default();
    for (case, body) in [
        ("not JSON", b"commitid=f504".to_vec()),
        ("an array", b"[]".to_vec()),
        ("not UTF-8", b"{\"name\":\"\xff\"}".to_vec()),
        ("a mebibyte and one byte", vec![b' '; 1024 * 1024 + 1]),
    ] {
        sentences.add(case, &world.send("POST", UPLOAD_COVERAGE, Some(&header), body).await);
    }
    insta::assert_snapshot!("wrong_bodies", sentences.0);
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_refused_unread() {
    let world = World::new().await;
    let never = axum::body::Body::from_stream(futures::stream::pending::<Result<bytes::Bytes, std::io::Error>>());
    let request = axum::http::Request::post(UPLOAD_COVERAGE).header("content-length", "10000000").body(never);
    let answer = world.serve(request.expect("a request")).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn keys_that_nobody_knows_and_nulls_are_no_mistake() {
    let world = World::new().await;
    let nulls = ["branch", "ci_service", "ci_url", "cli_args", "code", "env", "flags", "job_code", "name", "pullid"];
    let mut body = json!({ "commitid": SHA, "some_day": { "deeper": [1, 2, { "x": null }] }, "version": 12 });
    for key in nulls {
        body[key] = Value::Null;
    }
    assert_eq!(world.post(UPLOAD_COVERAGE, &body).await.status, 201);
}
