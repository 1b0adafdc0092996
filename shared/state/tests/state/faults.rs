//! What AWS may answer, and what a caller does about it.

use std::time::Duration;

use covermark_state::{Error, Table};
use covermark_types::{Fault as _, FaultClass, RepositoryId};

use crate::support::{Canned, gh, table_at};

async fn fault_of(status: u16, body: &str) -> Error {
    let server = Canned::start(vec![(status, body.to_owned())]).await;
    read(&table_at(&server.endpoint)).await.expect_err("a fault")
}

async fn read(table: &Table) -> Result<(), Error> {
    table.repository(&gh(), RepositoryId(42)).await.map(|_| ())
}

#[tokio::test]
async fn throttling_and_failures_of_the_service_are_retried() {
    let throttled =
        fault_of(400, r#"{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}"#).await;
    assert_eq!(throttled.class(), FaultClass::Retry(Some(Duration::from_secs(2))));
    for body in ["{}", r#"{"__type":"InternalServerError","message":"no"}"#, "<html>"] {
        assert_eq!(fault_of(500, body).await.class(), FaultClass::Retry(None), "{body}");
        assert_eq!(fault_of(503, body).await.class(), FaultClass::Retry(None), "{body}");
    }
}

#[tokio::test]
async fn nobody_listening_is_retried() {
    let fault = read(&table_at("http://127.0.0.1:1")).await.expect_err("a fault");
    assert_eq!(fault.class(), FaultClass::Retry(None));
}

#[tokio::test]
async fn a_refused_credential_is_unauthorized_and_says_what_was_missing() {
    let body = r#"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"not allowed to GetItem"}"#;
    let fault = fault_of(400, body).await;
    assert_eq!(fault.class(), FaultClass::Unauthorized);
    insta::assert_snapshot!(fault, @"DynamoDB GetItem was denied: AccessDeniedException: not allowed to GetItem");
}

#[tokio::test]
async fn a_wrong_request_is_permanent() {
    let fault = fault_of(400, r#"{"__type":"ValidationException","message":"empty key"}"#).await;
    assert_eq!(fault.class(), FaultClass::Permanent);
    insta::assert_snapshot!(fault, @"DynamoDB GetItem was rejected: ValidationException: empty key");
}

#[tokio::test]
async fn a_malformed_row_is_permanent_and_names_its_key() {
    let row = r#"{"Item":{"pk":{"S":"REPO#gh#42"},"sk":{"S":"REPO"},"id":{"S":"forty-two"}}}"#;
    let fault = fault_of(200, row).await;
    assert_eq!(fault.class(), FaultClass::Permanent);
    assert!(fault.to_string().starts_with("the row REPO#gh#42 REPO is malformed: "), "{fault}");
}

#[tokio::test]
async fn what_a_batch_leaves_undone_is_asked_for_again_and_then_given_up() {
    let left =
        r#"{"Responses":{},"UnprocessedKeys":{"covermark":{"Keys":[{"pk":{"S":"REPO#gh#42"},"sk":{"S":"REPO"}}]}}}"#;
    let sha = crate::support::sha('a');
    let done = vec![(200, left.to_owned()), (200, r#"{"Responses":{},"UnprocessedKeys":{}}"#.to_owned())];
    let server = Canned::start(done).await;
    let rows = table_at(&server.endpoint).reports_of(&gh(), RepositoryId(42), std::slice::from_ref(&sha)).await;
    assert_eq!((rows.expect("a read"), server.asked().len()), (vec![], 2));
    let server = Canned::start(vec![(200, left.to_owned())]).await;
    let fault = table_at(&server.endpoint).reports_of(&gh(), RepositoryId(42), &[sha]).await.expect_err("a fault");
    assert!(matches!(fault.class(), FaultClass::Retry(Some(_))), "{fault}");
    assert_eq!(server.asked().len(), 6);
}
