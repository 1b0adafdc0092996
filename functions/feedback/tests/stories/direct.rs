//! The direct invocation by a coverage job: the documented event and the documented answer.

use std::sync::Arc;

use covermark_feedback::{Feedback, enter};
use covermark_standin::Fault;
use covermark_state::rows::upload::{OpenedBy, Upload};
use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};

use crate::{
    house::{House, PATH, lcov},
    parts::{NoQueue, forbidden_bucket},
};

pub(crate) async fn invoked(house: &House, event: Value) -> Value {
    invoked_on(&house.feedback, house, event).await
}

async fn invoked_on(feedback: &Feedback, house: &House, event: Value) -> Value {
    let answer = enter(feedback, event, |_, _| std::future::ready(())).await.expect("an answer");
    let text = house.masked(&answer.to_string());
    serde_json::from_str(&text).expect("JSON")
}

/// The house's function with another queue or bucket.
fn other(house: &House, change: impl FnOnce(&mut Feedback)) -> Feedback {
    let Feedback { table, blobs, apps, queue, public_url, bucket, clock, random } = &*house.feedback;
    let (table, blobs, bucket, public_url) = (table.clone(), blobs.clone(), bucket.clone(), public_url.clone());
    let (apps, queue, clock, random) = (apps.clone(), queue.clone(), clock.clone(), random.clone());
    let mut feedback = Feedback { table, blobs, apps, queue, public_url, bucket, clock, random };
    change(&mut feedback);
    feedback
}

pub(crate) fn event(house: &House, report: Value) -> Value {
    json!({
        "repository": "acme/widgets", "provider": "gh", "commit": house.head, "pull": house.pull.state().number,
        "branch": "faster", "name": "unit", "report": report,
    })
}

#[tokio::test]
async fn a_report_in_the_event_is_answered_with_everything_that_came_of_it() {
    let house = House::new().await;
    house.report_on_main(2).await;
    let report = json!({ "inline": lcov(PATH, 14, |line| line > 2 && line != 13), "filename": "lcov.info" });
    let mut answer = invoked(&house, event(&house, report)).await;
    assert_eq!(answer["comment"]["url"].as_str().map(|url| url.contains("#issuecomment-")), Some(true));
    assert_eq!(answer["upload"]["id"].as_str().map(str::len), Some(36));
    (answer["upload"]["id"], answer["comment"]["url"]) = (json!("[id]"), json!("[url]"));
    assert_json_snapshot!(answer);
    assert!(house.comment().contains("75.0 % of this change is covered"));
}

#[tokio::test]
async fn a_report_in_base64_and_one_in_the_bucket_do_as_well() {
    let house = House::new().await;
    let base64 = "U0Y6c3JjL2xpYi5ycwpEQToxLDEKREE6MTEsMQpEQToxMiwwCmVuZF9vZl9yZWNvcmQK";
    let answer = invoked(&house, event(&house, json!({ "inline": base64, "encoding": "base64" }))).await;
    assert_eq!(answer["coverage"]["patch"]["hits"], 1, "{answer}");
    let report = lcov(PATH, 14, |_| true);
    house.feedback.blobs.put("ci/run-7/lcov.info", report.into_bytes().into()).await.expect("a blob");
    let stored = json!({ "bucket": "reports", "key": "ci/run-7/lcov.info" });
    let answer = invoked(&house, event(&house, stored)).await;
    assert_eq!(answer["coverage"]["patch"]["percent"], "100.00", "{answer}");
    assert_eq!(house.pull.comments().len(), 1);
}

#[tokio::test]
async fn what_is_wrong_with_an_event_is_said_in_a_sentence() {
    let house = House::new().await;
    let good = event(&house, json!({ "inline": "x" }));
    let with = |key: &str, value: Value| {
        let mut event = good.clone();
        event[key] = value;
        event
    };
    let instead = |key: &str, value: Value| {
        let mut event = with("report", Value::Null);
        event[key] = value;
        event
    };
    let events = [
        json!("hello"),
        json!({}),
        with("commit", json!("main")),
        with("pull", json!(0)),
        with("repository", json!("acme")),
        with("repository", json!("acme/gadgets")),
        with("provider", json!("GitLab!")),
        with("comit", json!("x")),
        with("report", json!({})),
        with("report", json!({ "inline": "x", "bucket": "reports" })),
        with("report", json!({ "inline": "%", "encoding": "base64" })),
        with("report", json!({ "inline": "x", "encoding": "gzip" })),
        with("report", json!({ "inline": "" })),
        with("report", json!({ "bucket": "elsewhere", "key": "x" })),
        with("report", json!({ "bucket": "reports", "key": "nowhere/lcov.info" })),
        with("report", json!({ "bucket": "reports", "key": "../secret" })),
        with("report", Value::Null),
        with("reports", json!([{ "inline": "x" }])),
        with("totals", json!({ "lines": 1, "hits": 1 })),
        with("dry_run", json!("yes")),
        instead("reports", json!([])),
        instead("reports", json!(vec![json!({ "inline": "x" }); 51])),
        instead("reports", json!([{ "inline": "x" }, { "inline": "" }])),
        instead("reports", json!([{ "inline": "x" }, { "bucket": "reports" }])),
        instead("reports", json!([{ "inline": "x", "flag": "unit" }])),
        instead("reports", json!([{ "inline": "x" }, { "bucket": "reports", "key": "nowhere/lcov.info" }])),
        instead("totals", json!({ "lines": 0, "hits": 0 })),
        instead("totals", json!({ "lines": 10, "hits": 8, "partials": 3 })),
        instead("totals", json!({ "lines": 10, "hits": 8, "branches": 1, "branches_hit": 2 })),
        instead("totals", json!({ "lines": -1, "hits": 8 })),
        instead("totals", json!({ "lines": 4_000_000_000_000_u64, "hits": 8 })),
        instead("totals", json!({ "percent": 84.7 })),
        {
            let mut event = instead("totals", json!({ "lines": 10, "hits": 8 }));
            event["flags"] = json!(["unit"]);
            event
        },
    ];
    let mut sentences = String::new();
    for event in events {
        let answer = invoked(&house, event).await;
        let error = &answer["error"];
        sentences.push_str(&format!(
            "{}: {}\n",
            error["code"].as_str().expect("a code"),
            error["message"].as_str().expect("a sentence")
        ));
    }
    assert_snapshot!(sentences);
    let (gh, now) = (covermark_types::Provider::github(), covermark_types::Clock::now(&*house.clock));
    let id = house.widgets.state().id;
    let uploads = house.feedback.table.uploads_of(&gh, id, &house.head, now).await.expect("the table");
    assert!(uploads.is_empty(), "nothing was begun: {uploads:?}");
    house.github.finish();
}

#[tokio::test]
async fn when_github_is_down_the_report_is_kept_and_the_queue_goes_on() {
    let house = House::new().await;
    house.github.inject(Fault::on("GET /repos/{owner}/{repo}/pulls/{pull_number}").rate_limited(5));
    let answer = invoked(&house, event(&house, json!({ "inline": lcov(PATH, 14, |_| true) }))).await;
    assert_eq!(answer["error"]["code"], "github.unavailable", "{answer}");
    assert!(house.drain().await >= 1);
    assert!(house.comment().contains("All 4 changed lines are covered"));
}

#[tokio::test]
async fn a_job_is_told_whether_its_report_was_stored_when_our_storage_fails() {
    let house = House::new().await;
    let forbidden = forbidden_bucket().await;
    let no_bucket = other(&house, |feedback| feedback.blobs = forbidden);
    let inline = || json!({ "inline": lcov(PATH, 14, |_| true) });
    let mut answers = String::new();
    for report in [inline(), json!({ "bucket": "reports", "key": "ci/lcov.info" })] {
        let answer = invoked_on(&no_bucket, &house, event(&house, report)).await;
        answers.push_str(&format!("{}\n", answer["error"]));
    }
    let (gh, now) = (covermark_types::Provider::github(), covermark_types::Clock::now(&*house.clock));
    let id = house.widgets.state().id;
    let uploads = house.feedback.table.uploads_of(&gh, id, &house.head, now).await.expect("the table");
    let waits = |upload: &Upload| upload.opened_by != OpenedBy::Invocation;
    assert!(!uploads.iter().any(waits), "nothing is waited for: {uploads:?}");

    let no_queue = other(&house, |feedback| feedback.queue = Arc::new(NoQueue));
    house.github.inject(Fault::on("GET /repos/{owner}/{repo}/pulls/{pull_number}").rate_limited(5));
    let answer = invoked_on(&no_queue, &house, event(&house, inline())).await;
    answers.push_str(&format!("{}\n", answer["error"]));
    assert_snapshot!(answers);
}

#[tokio::test]
async fn a_report_that_cannot_be_read_is_an_answer_with_the_reason() {
    let house = House::new().await;
    let answer = invoked(&house, event(&house, json!({ "inline": "<testsuites/>" }))).await;
    assert_eq!(answer["upload"]["state"], "unreadable");
    assert_eq!(answer["upload"]["unreadable"][0]["code"], "test-results", "{answer}");
    assert!(house.comment().contains("The upload could not be read"));
}
