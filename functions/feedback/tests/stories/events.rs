//! The events of Lambda: batches, notices of S3, its test event, nonsense.

use std::{sync::Mutex, time::Duration};

use covermark_feedback::enter;
use covermark_standin::Fault;
use covermark_state::{jobs::Job as _, rows::upload::UploadKey};
use serde_json::{Value, json};

use crate::house::{House, PATH, job, lcov};

fn notice(bucket: &str, key: &str) -> Value {
    json!({ "Records": [{
        "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": { "bucket": { "name": bucket }, "object": { "key": key.replace('/', "%2F"), "size": 1 } },
    }] })
}

fn batch(bodies: &[String]) -> Value {
    let record = |(n, body): (usize, &String)| json!({ "messageId": format!("m{n}"), "receiptHandle": format!("r{n}"), "body": body, "eventSource": "aws:sqs" });
    json!({ "Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>() })
}

async fn sent(house: &House, event: Value) -> (Value, Vec<(String, Duration)>) {
    let hidden = Mutex::new(Vec::new());
    let answer = enter(&house.feedback, event, |handle, after| {
        hidden.lock().expect("unpoisoned").push((handle, after));
        std::future::ready(())
    })
    .await
    .expect("an answer");
    (answer, hidden.into_inner().expect("unpoisoned"))
}

async fn stored(house: &House) -> UploadKey {
    let key = house.open(&house.head, "unit", true).await;
    house.store(&key, lcov(PATH, 14, |_| true)).await;
    key
}

#[tokio::test]
async fn a_notice_of_s3_starts_the_work_straight_and_through_the_queue() {
    for through_queue in [false, true] {
        let house = House::new().await;
        let notice = notice("reports", &stored(&house).await.blob_key());
        let event = if through_queue { batch(&[notice.to_string()]) } else { notice };
        let (answer, _) = sent(&house, event).await;
        assert_eq!(answer, if through_queue { json!({ "batchItemFailures": [] }) } else { Value::Null });
        assert!(house.comment().contains("All 4 changed lines are covered"));
    }
}

#[tokio::test]
async fn notices_of_other_buckets_of_our_own_shards_and_of_deletions_are_passed_over() {
    let house = House::new().await;
    let key = stored(&house).await.blob_key();
    let mut deleted = notice("reports", &key);
    deleted["Records"][0]["eventName"] = json!("ObjectRemoved:Delete");
    let test = json!({ "Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "reports" });
    for event in
        [notice("elsewhere", &key), notice("reports", "shards/abc"), deleted, test.clone(), batch(&[test.to_string()])]
    {
        sent(&house, event).await;
    }
    house.github.finish();
}

#[tokio::test]
async fn of_a_batch_only_what_may_succeed_later_is_kept() {
    let house = House::new().await;
    let key = stored(&house).await;
    house.github.inject(Fault::on("GET /repos/{owner}/{repo}/pulls/{pull_number}").rate_limited(600));
    let bodies = ["not json".to_owned(), r#"{"v":9,"kind":"commit"}"#.to_owned(), job(&key).to_body().expect("a body")];
    let (answer, hidden) = sent(&house, batch(&bodies)).await;
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "m2" }] }));
    assert_eq!(hidden.len(), 1);
    assert!(hidden[0].0 == "r2" && hidden[0].1 >= Duration::from_secs(590), "{hidden:?}");
}

#[tokio::test]
async fn records_of_an_unknown_kind_are_not_an_invocation() {
    let house = House::new().await;
    let (answer, _) = sent(&house, json!({ "Records": [{ "eventSource": "aws:sns" }] })).await;
    assert_eq!(answer, Value::Null);
}
