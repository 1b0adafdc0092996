//! The delivery state machine.

use std::time::Duration;

use covermark_state::{
    Write,
    rows::delivery::{DeliveryOutcome, DeliveryState, Received},
};
use covermark_types::DeliveryId;

use crate::support::{at, dynamodb, gh, losing_the_first_answer, table, table_at, table_with};

fn guid() -> DeliveryId {
    "72d3162e-cc78-11e3-81ab-4c9367dc0958".parse().expect("a GUID")
}

const DAY: i64 = 24 * 3600;

#[tokio::test]
async fn the_same_guid_twice_has_one_effect() {
    let table = table().await;
    assert_eq!(table.receive_delivery(&gh(), &guid(), "push", at(0)).await.expect("a write"), Received::New);
    assert_eq!(table.receive_delivery(&gh(), &guid(), "push", at(0)).await.expect("a write"), Received::Known);
    table.finish_delivery(&gh(), &guid(), DeliveryOutcome::Done, at(1)).await.expect("a write");
    assert_eq!(table.receive_delivery(&gh(), &guid(), "push", at(DAY)).await.expect("a write"), Received::Known);
}

#[tokio::test]
async fn of_copies_that_arrive_at_once_exactly_one_is_new() {
    let table = table().await;
    let copies = (0..20).map(|_| {
        let table = table.clone();
        tokio::spawn(async move { table.receive_delivery(&gh(), &guid(), "push", at(0)).await.expect("a write") })
    });
    let mut new = 0;
    for copy in copies.collect::<Vec<_>>() {
        new += usize::from(copy.await.expect("a task") == Received::New);
    }
    assert_eq!(new, 1);
}

#[tokio::test]
async fn a_failed_delivery_is_taken_up_again_and_an_abandoned_one_after_five_minutes() {
    let table = table().await;
    table.receive_delivery(&gh(), &guid(), "push", at(0)).await.expect("a write");
    assert_eq!(table.receive_delivery(&gh(), &guid(), "push", at(299)).await.expect("a write"), Received::Known);
    assert_eq!(table.receive_delivery(&gh(), &guid(), "push", at(300)).await.expect("a write"), Received::Again);
    table.finish_delivery(&gh(), &guid(), DeliveryOutcome::Failed, at(301)).await.expect("a write");
    assert_eq!(table.receive_delivery(&gh(), &guid(), "push", at(302)).await.expect("a write"), Received::Again);
    let row = table.delivery(&gh(), &guid(), at(302)).await.expect("a read").expect("a row");
    assert_eq!((row.state, row.attempts, row.event.as_str()), (DeliveryState::Received, 3, "push"));
    assert_eq!(row.finished_at, None);
}

#[tokio::test]
async fn what_is_done_stays_done_when_a_late_failure_is_reported() {
    let table = table().await;
    table.receive_delivery(&gh(), &guid(), "push", at(0)).await.expect("a write");
    let finish = async |outcome| table.finish_delivery(&gh(), &guid(), outcome, at(1)).await.expect("a write");
    assert_eq!(finish(DeliveryOutcome::Done).await, Write::Applied);
    assert_eq!(finish(DeliveryOutcome::Failed).await, Write::Refused);
    assert_eq!(finish(DeliveryOutcome::Done).await, Write::Applied);
}

#[tokio::test]
async fn a_delivery_that_never_came_cannot_be_finished() {
    let table = table().await;
    let write = table.finish_delivery(&gh(), &guid(), DeliveryOutcome::Done, at(1)).await.expect("a write");
    assert_eq!(write, Write::Refused);
    assert_eq!(table.delivery(&gh(), &guid(), at(1)).await.expect("a read"), None);
}

#[tokio::test]
async fn a_delivery_is_forgotten_after_eight_days_though_its_row_is_still_there() {
    let table = table().await;
    table.receive_delivery(&gh(), &guid(), "push", at(0)).await.expect("a write");
    table.finish_delivery(&gh(), &guid(), DeliveryOutcome::Done, at(1)).await.expect("a write");
    assert!(table.delivery(&gh(), &guid(), at(8 * DAY - 1)).await.expect("a read").is_some());
    assert!(table.delivery(&gh(), &guid(), at(8 * DAY)).await.expect("a read").is_none());
    assert_eq!(table.receive_delivery(&gh(), &guid(), "push", at(8 * DAY)).await.expect("a write"), Received::New);
}

#[tokio::test]
async fn one_guid_of_two_githubs_is_two_deliveries() {
    let table = table().await;
    let ghe = "ghe".parse().expect("a provider");
    table.receive_delivery(&gh(), &guid(), "push", at(0)).await.expect("a write");
    assert_eq!(table.receive_delivery(&ghe, &guid(), "push", at(0)).await.expect("a write"), Received::New);
}

#[tokio::test]
async fn a_delivery_whose_receipt_got_lost_on_the_way_back_is_still_new_to_its_receiver() {
    let server = dynamodb().await;
    table_at(&server).create_if_missing().await.expect("a table");
    let retries =
        aws_sdk_dynamodb::config::retry::RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    let table = table_with(&losing_the_first_answer(&server).await, retries);
    assert_eq!(table.receive_delivery(&gh(), &guid(), "push", at(0)).await.expect("a write"), Received::New);
    assert_eq!(table.receive_delivery(&gh(), &guid(), "push", at(0)).await.expect("a write"), Received::Known);
    let row = table.delivery(&gh(), &guid(), at(1)).await.expect("a read").expect("a row");
    assert_eq!(row.attempts, 2, "the SDK did ask twice");
}
