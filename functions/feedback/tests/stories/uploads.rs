//! Uploads that cannot be read, that never come, that are waited for.

use covermark_service::config::MAX_REPORT;
use covermark_state::rows::quota::Purse;
use covermark_types::Provider;
use insta::assert_snapshot;

use crate::house::{House, PATH, lcov};

#[tokio::test]
async fn a_report_that_nobody_can_read_is_named_in_the_comment() {
    let house = House::new().await;
    house.report("unit (linux)", lcov(PATH, 14, |_| true)).await;
    house.report("unit (junit)", "<testsuites><testsuite name='widgets'/></testsuites>".to_owned()).await;
    assert_snapshot!(house.comment());
}

#[tokio::test]
async fn when_no_report_can_be_read_the_statuses_are_errors() {
    let house = House::new().await;
    house.report("unit", "this is no report at all".to_owned()).await;
    assert_snapshot!(house.comment());
    let (state, text) = house.status(&house.head, "covermark/project").expect("a status");
    assert_eq!((&*state, &*text), ("error", "No upload could be read; there is nothing to judge"));
}

#[tokio::test]
async fn paths_that_are_not_in_the_repository_are_left_out_and_named() {
    let house = House::new().await;
    let mut report = lcov(PATH, 14, |_| true);
    report.push_str(&lcov("/opt/vendor/zlib.c", 3, |_| true));
    house.report("unit", report).await;
    assert_snapshot!(house.comment());
}

#[tokio::test]
async fn an_announced_upload_is_waited_for_and_then_judged() {
    let house = House::new().await;
    house.report_on_main(2).await;
    let late = house.open(&house.head, "e2e", true).await;
    house.report("unit", lcov(PATH, 14, |line| line > 2 && line < 13)).await;
    assert_snapshot!(house.comment());
    let (state, text) = house.status(&house.head, "covermark/patch").expect("a status");
    assert_eq!((&*state, &*text), ("pending", "1 of 2 uploads, waiting for e2e"));

    house.store(&late, lcov(PATH, 14, |line| line > 2)).await;
    house.handle(&late).await.expect("feedback");
    assert!(house.comment().contains("All 4 changed lines are covered"));
    assert_eq!(house.status(&house.head, "covermark/patch").expect("a status").0, "success");
}

#[tokio::test]
async fn an_announced_upload_that_never_comes_does_not_hold_the_verdict_for_ever() {
    let house = House::new().await;
    house.open(&house.head, "e2e", true).await;
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    assert!(house.comment().contains("⏳ 1 of 2 uploads"));
    assert!(house.drain().await > 0);
    assert!(house.comment().contains("### ✅ All 4 changed lines are covered"), "{}", house.comment());
}

#[tokio::test]
async fn an_upload_that_nobody_opened_is_passed_over() {
    let house = House::new().await;
    let mut key = house.open(&house.head, "unit", true).await;
    key.upload = "6f9619ff-8b86-4011-b42d-00cf4fc964ff".parse().expect("an id");
    house.store(&key, lcov(PATH, 14, |_| true)).await;
    house.handle(&key).await.expect("nothing to do");
    house.github.finish();
}

#[tokio::test]
async fn a_zip_bomb_is_an_unreadable_upload() {
    let house = House::new().await;
    let bomb =
        r#"{"coverage_files":[{"filename":"a.info","format":"base64+compressed","data":"%%%"}],"network_files":[]}"#;
    house.report("unit", bomb.to_owned()).await;
    assert!(house.comment().contains("Its base64 text is damaged; upload it again."), "{}", house.comment());
}

#[tokio::test]
async fn bytes_that_were_not_announced_count_when_they_are_read_and_what_is_too_large_is_not_kept() {
    let house = House::new().await;
    let (table, id) = (&house.feedback.table, house.widgets.state().id);
    let full = async |most| {
        let now = house.feedback.clock.now();
        let counted = table.count_bytes(&Provider::github(), id, (Purse::Own, 1), most, now).await;
        !counted.expect("the table").applied()
    };
    let report = lcov(PATH, 14, |_| true);
    let bytes = report.len() as u64;
    house.report("unit", report).await;
    assert!(full(bytes).await && !full(bytes + 1).await, "all of it counts, and no more");

    let key = house.open(&house.head, "huge", true).await;
    house.store_zeros(&key, MAX_REPORT + 1);
    house.handle(&key).await.expect("feedback");
    assert!(full(MAX_REPORT).await);
    assert_eq!(house.feedback.blobs.size(&key.blob_key()).await.expect("the store"), None);
    assert!(house.comment().contains("`huge`: It has 201 MB"), "{}", house.comment());
}
