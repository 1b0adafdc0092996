//! How much GitHub is asked: every call of a verdict, in the order in which they were answered.

use covermark_feedback::handle;
use covermark_state::jobs::FeedbackJob;
use covermark_types::Provider;
use insta::assert_snapshot;

use crate::house::{House, PATH, lcov};

/// The calls since `before`, sorted within what reads and what writes; tokens are made once an hour and stand apart.
fn calls(house: &House, before: usize) -> String {
    let all = house.github.journal();
    let name = |call: &covermark_standin::Exchange| {
        let diff = call.request_headers.get("accept").is_some_and(|accept| accept.contains("diff"));
        format!("{} {}{}", call.method, call.template, if diff { " (diff)" } else { "" })
    };
    let mut reads: Vec<_> = all[before..].iter().filter(|call| call.method == "GET").map(name).collect();
    let token = |call: &&covermark_standin::Exchange| !call.template.ends_with("/access_tokens");
    let mut writes: Vec<_> = all[before..].iter().filter(|call| call.method != "GET").filter(token).map(name).collect();
    reads.sort_unstable();
    writes.sort_unstable();
    reads.into_iter().chain(writes).collect::<Vec<_>>().join("\n")
}

async fn opened(house: &House) {
    let (provider, repository, commit) = (Provider::github(), house.widgets.state().id, house.head.clone());
    handle(&house.feedback, FeedbackJob::Opened { provider, repository, commit }).await.expect("pending");
}

#[tokio::test]
async fn a_report_that_nobody_announced_takes_seven_calls() {
    let house = House::with_all_rights(&[]).await;
    house.report_on_main(2).await;
    house.remember_pull().await;
    let before = house.github.call_count();
    house.report("unit", lcov(PATH, 14, |line| line > 2)).await;
    assert!(house.pull.comments().len() == 1);
    assert_snapshot!(calls(&house, before), @r"
    GET /repos/{owner}/{repo}/compare/{basehead}
    GET /repos/{owner}/{repo}/contents/{path}
    GET /repos/{owner}/{repo}/pulls/{pull_number}
    GET /repos/{owner}/{repo}/pulls/{pull_number} (diff)
    POST /repos/{owner}/{repo}/check-runs
    POST /repos/{owner}/{repo}/check-runs
    POST /repos/{owner}/{repo}/issues/{issue_number}/comments
    ");
}

#[tokio::test]
async fn after_the_verdicts_stood_as_pending_it_takes_four() {
    let house = House::with_all_rights(&[]).await;
    house.report_on_main(2).await;
    house.remember_pull().await;
    let key = house.open(&house.head, "unit", true).await;
    opened(&house).await;
    house.store(&key, lcov(PATH, 14, |line| line > 2)).await;
    let before = house.github.call_count();
    house.handle(&key).await.expect("feedback");
    assert_eq!(house.check(&house.head, "covermark/patch").expect("a run").0, "success");
    assert_snapshot!(calls(&house, before), @r"
    GET /repos/{owner}/{repo}/pulls/{pull_number}
    PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}
    PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}
    POST /repos/{owner}/{repo}/issues/{issue_number}/comments
    ");
}

#[tokio::test]
async fn without_a_base_and_with_rules_of_its_own_it_takes_six_after_the_pending_ones() {
    let house = House::with_all_rights(&[(".github/codecov.yml", "coverage: {precision: 1}\n")]).await;
    house.remember_pull().await;
    let key = house.open(&house.head, "unit", true).await;
    opened(&house).await;
    house.store(&key, lcov(PATH, 14, |line| line > 2)).await;
    let before = house.github.call_count();
    house.handle(&key).await.expect("feedback");
    assert_eq!(house.check(&house.head, "covermark/patch").expect("a run").0, "success");
    assert_snapshot!(calls(&house, before), @r"
    GET /repos/{owner}/{repo}/commits/{ref}/check-suites
    GET /repos/{owner}/{repo}/commits/{ref}/status
    GET /repos/{owner}/{repo}/pulls/{pull_number}
    PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}
    PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}
    POST /repos/{owner}/{repo}/issues/{issue_number}/comments
    ");
}

#[tokio::test]
async fn a_change_of_the_rules_is_read_where_it_is_made() {
    let house = House::with_files(&[("codecov.yml", "comment: false\n")]).await;
    house.report_on_main(2).await;
    let head = house.widgets.push("faster", &[("codecov.yml", "covermark: {context_prefix: mine}\n")]);
    house.remember_pull().await;
    let key = house.open(&head, "unit", true).await;
    house.store(&key, lcov(PATH, 14, |line| line > 2)).await;
    house.handle(&key).await.expect("feedback");
    assert!(house.status(&head, "mine/patch").is_some());
    assert_eq!(house.pull.comments().len(), 1);
}

#[tokio::test]
async fn rules_that_nobody_changed_are_those_of_the_merge_base() {
    let house = House::with_files(&[("codecov.yml", "covermark: {context_prefix: mine}\n")]).await;
    house.report_on_main(2).await;
    house.remember_pull().await;
    let contents = house.github.calls("GET /repos/{owner}/{repo}/contents/{path}");
    let key = house.open(&house.head, "unit", true).await;
    opened(&house).await;
    house.store(&key, lcov(PATH, 14, |line| line > 2)).await;
    house.handle(&key).await.expect("feedback");
    assert!(house.status(&house.head, "mine/patch").is_some());
    assert_eq!(house.github.calls("GET /repos/{owner}/{repo}/contents/{path}"), contents);
}

#[tokio::test]
async fn with_other_peoples_comments_ours_is_looked_for_once() {
    let house = House::new().await;
    let ada = house.github.user("ada");
    house.pull.comment_by(&ada, "Nice.");
    house.report("unit", lcov(PATH, 14, |line| line > 2)).await;
    house.report("e2e", lcov(PATH, 14, |line| line > 2)).await;
    assert_eq!(house.github.calls("GET /repos/{owner}/{repo}/issues/{issue_number}/comments"), 1);
    let ours = house.pull.comments().into_iter().filter(|comment| comment.by_app).count();
    assert_eq!(ours, 1);
}
