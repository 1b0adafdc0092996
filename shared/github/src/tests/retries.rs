//! What is repeated, what never is, and what is refused.

use std::time::Duration;

use covermark_types::{Fault as _, FaultClass, PullNumber};
use serde_json::json;

use super::support::{Fake, bytes, reply, reply_with};
use crate::{Error, Limit};

fn comment() -> serde_json::Value {
    json!({ "id": 1, "body": "hello" })
}

fn repository() -> serde_json::Value {
    json!({ "id": 42, "full_name": "acme/widgets" })
}

#[tokio::test(start_paused = true)]
async fn a_read_is_repeated_twice_after_a_bad_gateway() {
    let fake = Fake::with_tokens(|_, before| if before < 2 { reply(502, json!({})) } else { reply(200, repository()) });
    let fake = fake.await;
    let client = fake.repository();
    assert_eq!(client.repository().await.unwrap().id.0, 42);
    assert_eq!(fake.lines(), ["GET /repos/acme/widgets"; 3]);
}

#[tokio::test(start_paused = true)]
async fn the_third_bad_answer_to_a_read_is_the_last() {
    let fake = Fake::with_tokens(|_, _| reply(503, json!({ "message": "down" }))).await;
    let error = fake.repository().repository().await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { wait: None, .. }));
    assert_eq!(error.class(), FaultClass::Retry(None));
    assert_eq!(fake.lines().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_edit_is_repeated_after_a_bad_gateway() {
    let fake = Fake::with_tokens(|_, before| if before == 0 { reply(504, json!({})) } else { reply(200, comment()) });
    let fake = fake.await;
    fake.repository().update_comment(crate::CommentId(1), "hello").await.unwrap();
    assert_eq!(fake.lines(), ["PATCH /repos/acme/widgets/issues/comments/1"; 2]);
}

#[tokio::test(start_paused = true)]
async fn a_post_is_never_repeated_after_a_bad_gateway() {
    let fake = Fake::with_tokens(|_, _| reply(502, json!({}))).await;
    let error = fake.repository().create_comment(PullNumber(7), "hello").await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }));
    assert_eq!(fake.lines(), ["POST /repos/acme/widgets/issues/7/comments"]);
}

#[tokio::test(start_paused = true)]
async fn an_internal_error_is_not_repeated_at_once() {
    let fake = Fake::with_tokens(|_, _| reply(500, json!({}))).await;
    let error = fake.repository().repository().await.unwrap_err();
    assert_eq!(error.class(), FaultClass::Retry(None));
    assert_eq!(fake.lines().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_time_gets_it_from_the_caller() {
    let fake = Fake::with_tokens(|_, _| reply_with(503, &[("retry-after", "30")], json!({}))).await;
    let error = fake.repository().repository().await.unwrap_err();
    assert_eq!(error.class(), FaultClass::Retry(Some(Duration::from_secs(30))));
    assert_eq!(fake.lines().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_connection_is_tried_three_times_and_said_without_the_address() {
    let fake = Fake::with_tokens(|_, _| reply(200, json!({}))).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let mut credentials = fake.credentials();
    credentials.endpoints.api = format!("http://127.0.0.1:{port}/api/v3").parse().unwrap();
    let github = crate::GitHub::new(super::support::http(), &credentials, fake.clock.clone()).ok().unwrap();
    let error = github.app().await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }));
    assert_eq!(github.calls(), 3);
    assert!(error.to_string().starts_with("GET /api/v3/app: GitHub could not be reached"), "{error}");
    assert!(!error.to_string().contains("127.0.0.1"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_redirection_on_the_same_origin_is_followed_for_a_read() {
    let fake = Fake::with_tokens(|seen, _| match seen.line.as_str() {
        "GET /repos/acme/widgets" => reply_with(301, &[("location", "/repositories/42")], json!({})),
        _ => reply(200, repository()),
    });
    let fake = fake.await;
    fake.repository().repository().await.unwrap();
    assert_eq!(fake.lines(), ["GET /repos/acme/widgets", "GET /repositories/42"]);
}

#[tokio::test(start_paused = true)]
async fn a_redirection_to_another_origin_is_refused_and_gets_no_token() {
    let stranger = Fake::start(|_, _| reply(200, repository())).await;
    let location = stranger.url.join("repositories/42").unwrap().to_string();
    let fake = Fake::with_tokens(move |_, _| reply_with(302, &[("location", &location)], json!({}))).await;
    let error = fake.repository().repository().await.unwrap_err();
    assert!(matches!(error, Error::Redirected { .. }), "{error}");
    assert!(stranger.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_redirected_write_is_refused_and_may_be_tried_later() {
    let fake = Fake::with_tokens(|_, _| reply_with(307, &[("location", "/repositories/42/issues/7")], json!({}))).await;
    let error = fake.repository().create_comment(PullNumber(7), "hello").await.unwrap_err();
    assert!(matches!(error, Error::Redirected { .. }), "{error}");
    assert_eq!(error.class(), FaultClass::Retry(Some(Duration::from_secs(600))), "by then the new name is known");
    assert_eq!(fake.lines().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn redirections_in_a_circle_end() {
    let fake = Fake::with_tokens(|_, _| reply_with(302, &[("location", "/repos/acme/widgets")], json!({}))).await;
    let error = fake.repository().repository().await.unwrap_err();
    assert!(matches!(error, Error::Redirected { .. }), "{error}");
    assert_eq!(fake.lines().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_announces_too_much_is_not_read() {
    let fake = Fake::with_tokens(|_, _| bytes("application/vnd.github.raw+json", vec![b'x'; 1024 * 1024 + 1])).await;
    let error = fake.repository().file("codecov.yml", "main").await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 1_048_576, .. }), "{error}");
    assert_eq!(error.class(), FaultClass::Permanent);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_grows_too_large_is_cut_off() {
    let fake = Fake::with_tokens(|_, _| {
        // A stream of unknown length: nothing is announced.
        let chunks = std::iter::repeat_with(|| Ok::<_, std::io::Error>(vec![b'x'; 64 * 1024])).take(17);
        bytes("application/vnd.github.raw+json", axum::body::Body::from_stream(Chunks(chunks)))
    });
    let error = fake.await.repository().file("codecov.yml", "main").await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_breaks_off_is_asked_for_again() {
    let fake = Fake::with_tokens(|_, before| {
        if before > 0 {
            return reply(200, repository());
        }
        let chunks = [Ok(b"{\"id\":".to_vec()), Err(std::io::Error::other("cut"))];
        bytes("application/json", axum::body::Body::from_stream(Chunks(chunks.into_iter())))
    });
    let fake = fake.await;
    fake.repository().repository().await.unwrap();
    assert_eq!(fake.lines().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_come_is_given_up_and_not_asked_for_again() {
    let fake = Fake::with_tokens(|_, _| {
        bytes(
            "application/json",
            axum::body::Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>()),
        )
    });
    let fake = fake.await;
    let error = fake.repository().repository().await.unwrap_err();
    assert_eq!(error.to_string(), "GET /repos/acme/widgets: GitHub could not be reached: no answer within 15 s");
    assert_eq!(fake.lines().len(), 1);
}

/// An iterator as a stream that is always ready.
struct Chunks<I>(I);

impl<I: Iterator + Unpin> futures::Stream for Chunks<I> {
    type Item = I::Item;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<I::Item>> {
        std::task::Poll::Ready(self.0.next())
    }
}

async fn limited(status: u16, headers: &'static [(&'static str, &'static str)], message: &'static str) -> Error {
    let fake = Fake::with_tokens(move |_, _| reply_with(status, headers, json!({ "message": message }))).await;
    let error = fake.repository().create_comment(PullNumber(7), "hello").await.unwrap_err();
    assert_eq!(fake.lines().len(), 1, "a limited call is not repeated");
    error
}

fn waits(error: &Error) -> (Limit, u64) {
    match error {
        Error::RateLimited { wait, limit, .. } => {
            assert_eq!(error.class(), FaultClass::Retry(Some(*wait)));
            (*limit, wait.as_secs())
        }
        error => panic!("{error}"),
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_comes_before_everything_else() {
    let headers = &[("retry-after", "17"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "9999999999")];
    assert_eq!(waits(&limited(403, headers, "").await), (Limit::Primary, 17));
    assert_eq!(waits(&limited(429, &[("retry-after", "17")], "").await), (Limit::Secondary, 17));
}

#[tokio::test(start_paused = true)]
async fn an_exhausted_budget_waits_for_its_reset_by_githubs_clock() {
    // 12:10:00 by our clock would be ten minutes more.
    let headers = &[
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-reset", "1772367000"),
        ("date", "Sun, 01 Mar 2026 12:00:00 GMT"),
    ];
    assert_eq!(waits(&limited(403, headers, "API rate limit exceeded").await), (Limit::Primary, 601));
}

#[tokio::test(start_paused = true)]
async fn no_wait_is_longer_than_the_window() {
    let headers = &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "99999999999")];
    assert_eq!(waits(&limited(429, headers, "").await), (Limit::Primary, 3_600));
    assert_eq!(waits(&limited(429, &[("retry-after", "99999999")], "").await), (Limit::Secondary, 3_600));
}

#[tokio::test(start_paused = true)]
async fn a_secondary_limit_without_headers_waits_a_minute() {
    let message = "You have exceeded a secondary rate limit. Please wait.";
    assert_eq!(waits(&limited(403, &[], message).await), (Limit::Secondary, 60));
    assert_eq!(waits(&limited(429, &[], "").await), (Limit::Secondary, 60));
}
