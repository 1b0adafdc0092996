use std::{cell::RefCell, future::ready, time::Duration};

use axum::response::IntoResponse as _;
use covermark_types::{Fault, FaultClass};
use http_body_util::BodyExt as _;
use serde_json::json;

use crate::{
    batch::{self, Outcome, SqsEvent},
    config::{PUBLIC_URL, Reader, TABLE, below},
    http_client::{self, ClientError},
    problem::Problem,
};

#[derive(Debug, thiserror::Error)]
#[error("the table at arn:aws:dynamodb:eu-west-1:123456789012:table/x did not answer")]
struct Failure(FaultClass);

impl Fault for Failure {
    fn class(&self) -> FaultClass {
        self.0
    }
}

#[test]
fn everything_that_is_missing_or_wrong_is_named_at_once() {
    let lookup = |name: &str| (name == PUBLIC_URL).then(|| "ftp://host/?x".to_owned());
    let mut reader = Reader::new(&lookup);
    let value = (reader.text(TABLE), reader.public_url());
    let error = reader.finish(value).expect_err("two problems").to_string();
    assert_eq!(
        error,
        "the configuration is not complete: COVERMARK_TABLE is not set; COVERMARK_PUBLIC_URL must start with https:// \
         (or http:// on this machine) and name a host"
    );
}

#[test]
fn the_public_address_may_have_a_path_of_its_own() {
    for (base, whole) in [
        ("https://covermark.example", "https://covermark.example/login/gh"),
        ("https://example.org/covermark/", "https://example.org/covermark/login/gh"),
    ] {
        let lookup = |_: &str| Some(base.to_owned());
        assert_eq!(below(&Reader::new(&lookup).public_url(), "login/gh"), whole);
    }
}

#[tokio::test]
async fn what_a_client_reads_of_our_failures_is_fixed_and_says_whether_to_try_again() {
    let mut answers = Vec::new();
    for class in [FaultClass::Retry(None), FaultClass::Permanent] {
        let response = Problem::from(Failure(class)).into_response();
        let status = response.status().as_u16();
        let retry_after = response.headers().get("retry-after").cloned();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        assert!(!text.contains("arn:"), "an internal text reached the client: {text}");
        answers.push((status, retry_after.map(|value| value.to_str().expect("text").to_owned())));
    }
    assert_eq!(answers, [(503, Some("60".to_owned())), (500, None)]);
}

#[tokio::test]
async fn of_a_batch_only_what_may_work_later_stays_on_the_queue() {
    let records = ["done", "later", "in-a-minute", "never", "refused"].map(|id| record(id, 3));
    let event: SqsEvent = serde_json::from_value(json!({ "Records": records })).expect("an event");
    let (hidden, buried) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()));
    let answer = batch::work(
        event,
        |body| async move {
            let minute = Duration::from_secs(60);
            let result = match body.as_str() {
                "done" => Ok(()),
                "later" => Err(Failure(FaultClass::Retry(None))),
                "in-a-minute" => Err(Failure(FaultClass::Retry(Some(minute)))),
                "refused" => Err(Failure(FaultClass::Unauthorized)),
                _ => Err(Failure(FaultClass::Permanent)),
            };
            batch::outcome("test", result)
        },
        |handle, after| {
            hidden.borrow_mut().push((handle, after));
            async {}
        },
        |body, _, attempts| {
            buried.borrow_mut().push((body, attempts));
            ready(true)
        },
    )
    .await;
    assert_eq!(buried.into_inner(), [("never".to_owned(), 3)]);
    assert_eq!(
        serde_json::to_value(answer).expect("JSON"),
        json!({ "batchItemFailures": [
            { "itemIdentifier": "later" }, { "itemIdentifier": "in-a-minute" }, { "itemIdentifier": "refused" },
        ] })
    );
    let seconds = |count| Duration::from_secs(count);
    assert_eq!(
        hidden.into_inner(),
        [
            ("handle-later".to_owned(), seconds(32)),
            ("handle-in-a-minute".to_owned(), seconds(60)),
            ("handle-refused".to_owned(), seconds(32)),
        ]
    );
}

fn record(id: &str, received: u32) -> serde_json::Value {
    json!({ "messageId": id, "receiptHandle": format!("handle-{id}"), "body": id,
        "attributes": { "ApproximateReceiveCount": received.to_string() } })
}

#[tokio::test]
async fn the_last_try_goes_into_the_dead_letters_with_its_reason_and_stays_on_the_queue_only_if_it_cannot() {
    for (kept, failures) in [(true, 0), (false, 1)] {
        let event: SqsEvent = serde_json::from_value(json!({ "Records": [record("tired", 5)] })).expect("an event");
        let reasons = RefCell::new(Vec::new());
        let answer = batch::work(
            event,
            |_| ready(batch::outcome("test", Err(Failure(FaultClass::Retry(None))))),
            |_, _| ready(()),
            |_, why, attempts| {
                reasons.borrow_mut().push((why, attempts));
                ready(kept)
            },
        )
        .await;
        assert_eq!(answer.batch_item_failures.len(), failures);
        let [(why, 5)] = &reasons.into_inner()[..] else { panic!("one letter of five tries") };
        assert!(why.contains("did not answer"), "{why}");
    }
}

#[test]
fn a_job_that_can_never_work_does_not_come_back() {
    let outcome = batch::outcome("test", Err(Failure(FaultClass::Permanent)));
    assert!(matches!(outcome, Outcome::GiveUp(why) if why.contains("did not answer")));
}

#[test]
fn a_private_ca_file_without_a_certificate_is_refused_by_name() {
    for pem in ["", "no certificate in here", "-----BEGIN CERTIFICATE-----\nAAAA"] {
        assert!(matches!(http_client::build(Some(pem.as_bytes())), Err(ClientError::PrivateCa(_))), "{pem}");
    }
    assert!(http_client::build(None).is_ok());
}
