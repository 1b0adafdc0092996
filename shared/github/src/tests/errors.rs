//! What an operator reads, and what must never be in it.

use covermark_types::PullNumber;
use insta::assert_snapshot;
use serde_json::json;

use super::support::{Fake, INSTALLATION, REPOSITORY, Seen, bytes, reply, reply_with};
use crate::Error;

async fn error_of(respond: impl Fn(&Seen, usize) -> axum::response::Response + Send + Sync + 'static) -> Error {
    let fake = Fake::with_tokens(respond).await;
    fake.repository().create_comment(PullNumber(7), "the text of a comment").await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_is_named() {
    let headers = &[("x-accepted-github-permissions", "issues=write; pull_requests=write")];
    let body = json!({ "message": "Resource not accessible by integration", "documentation_url": "…" });
    let error = error_of(move |_, _| reply_with(403, headers, body.clone())).await;
    assert_snapshot!(error, @"POST /repos/acme/widgets/issues/7/comments: GitHub answered 403: Resource not accessible by integration (needs issues=write; pull_requests=write; request AB12:34CD)");
}

#[tokio::test]
async fn the_fields_that_github_complains_of_are_named() {
    let body = json!({ "message": "Validation Failed", "errors": [
        { "resource": "IssueComment", "code": "unprocessable", "field": "data", "message": "Body is too long" }, "x", "y", "z",
    ]});
    let error = error_of(move |_, _| reply(422, body.clone())).await;
    assert_snapshot!(error, @"POST /repos/acme/widgets/issues/7/comments: GitHub answered 422: Validation Failed; IssueComment data unprocessable Body is too long; x; y (request AB12:34CD)");
}

#[tokio::test]
async fn a_rate_limit_says_which_and_how_long() {
    let error = error_of(|_, _| reply_with(429, &[("retry-after", "17")], json!({ "message": "Slow down" }))).await;
    assert_snapshot!(error, @"POST /repos/acme/widgets/issues/7/comments: GitHub answered 429: Slow down (request AB12:34CD): secondary rate limit, wait 17 s");
}

#[tokio::test]
async fn a_refusal_that_is_no_json_is_told_by_its_status() {
    let error = error_of(|_, _| {
        let mut page = bytes("text/html", "<h1>Unicorn!</h1>");
        *page.status_mut() = http::StatusCode::BAD_GATEWAY;
        page
    })
    .await;
    assert_snapshot!(error, @"POST /repos/acme/widgets/issues/7/comments: GitHub answered 502");
}

#[tokio::test]
async fn the_other_sentences_read_well() {
    let answer = match error_of(|_, _| reply(410, json!({ "message": "Gone" }))).await {
        Error::NotFound(answer) => answer,
        error => panic!("{error}"),
    };
    let call = "GET /app".to_owned();
    let errors = [
        Error::InstallationGone { installation: INSTALLATION, answer: answer.clone() },
        Error::Suspended { installation: INSTALLATION, answer: answer.clone() },
        Error::ClockSkew { skew_seconds: -90, answer },
        Error::TooLarge { call: call.clone(), limit: 1024 },
        Error::Redirected { call: call.clone(), to: "https://example.com".to_owned() },
        Error::Malformed { call: call.clone(), path: "id".to_owned() },
        Error::TooManyPages { call, pages: 3 },
        Error::PrivateKey(crate::KeyProblem::Encrypted),
    ];
    let text = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert_snapshot!(text, @r"
    installation 7 is gone: POST /repos/acme/widgets/issues/7/comments: GitHub answered 410: Gone (request AB12:34CD)
    installation 7 is suspended: POST /repos/acme/widgets/issues/7/comments: GitHub answered 410: Gone (request AB12:34CD)
    this machine's clock differs from GitHub's by -90 s: POST /repos/acme/widgets/issues/7/comments: GitHub answered 410: Gone (request AB12:34CD)
    GET /app: the answer is larger than 1024 bytes
    GET /app: not following a redirection to https://example.com
    GET /app: the answer cannot be read at `id`
    GET /app: the listing goes on after 3 pages
    the App's private key cannot be used: it is encrypted with a pass phrase; give it as GitHub offers it, without one
    ");
}

#[tokio::test]
async fn a_long_message_with_control_characters_becomes_one_short_line() {
    let message = format!("first\nsecond\r\u{1b}[31m\u{202e}{}", "x".repeat(1_000));
    let error = error_of(move |_, _| reply(400, json!({ "message": message }))).await;
    let kept = &error.answer().unwrap().message;
    assert!(kept.starts_with("first second  [31m x"), "{kept}");
    assert!(kept.chars().count() == 301 && kept.ends_with('…'), "{kept}");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_the_server_echoes_is_not_repeated() {
    let error = error_of(|seen, _| {
        let token = seen.header("authorization").trim_start_matches("Bearer ");
        reply(400, json!({ "message": format!("bad token {token}!") }))
    })
    .await;
    assert_eq!(error.answer().unwrap().message, "bad token [credential]!");
    assert!(!format!("{error:?}").contains("ghs_"), "{error:?}");
}

#[tokio::test]
async fn the_text_that_was_sent_and_the_query_are_not_in_the_error() {
    let error = error_of(|_, _| reply(422, json!({}))).await;
    assert!(!format!("{error:?}").contains("the text of a comment"), "{error:?}");
    let fake = Fake::with_tokens(|_, _| reply(422, json!({}))).await;
    let error = fake.repository().file("codecov.yml", "secret-branch").await.unwrap_err();
    assert!(!format!("{error:?}").contains("secret-branch"), "{error:?}");
}

#[tokio::test]
async fn the_first_field_that_cannot_be_read_is_named() {
    let fake = Fake::with_tokens(|_, _| reply(200, json!({ "id": REPOSITORY }))).await;
    let error = fake.repository().repository().await.unwrap_err();
    assert_snapshot!(error, @"GET /repos/acme/widgets: the answer cannot be read at `full_name`");
}
