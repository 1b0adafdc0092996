//! Bad days of GitHub: nothing is lost, nothing is doubled, and the reason is kept.

use std::{sync::Arc, time::Duration};

use covermark_standin::{Fault, state::Level};
use covermark_types::{Fault as _, FaultClass};

use crate::house::{House, PATH, lcov};

const COMMENT: &str = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
const PULL: &str = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
const COMMENT_EDIT: &str = "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}";
const STATUS: &str = "POST /repos/{owner}/{repo}/statuses/{sha}";

#[tokio::test]
async fn a_comment_whose_answer_was_lost_is_found_and_not_doubled() {
    for broken in [Fault::on(COMMENT).answers(502), Fault::on(COMMENT).resets()] {
        let house = House::new().await;
        let key = house.open(&house.head, "unit", true).await;
        house.store(&key, lcov(PATH, 14, |_| true)).await;
        house.github.inject(broken.after_the_effect());
        let error = house.handle(&key).await.expect_err("no answer");
        assert!(matches!(error.class(), FaultClass::Retry(_)), "{error}");
        assert_eq!(house.pull.comments().len(), 1);
        house.handle(&key).await.expect("feedback");
        assert!(house.comment().contains("All 4 changed lines are covered"));
        assert!(house.status(&house.head, "covermark/patch").is_some());
    }
}

#[tokio::test]
async fn when_github_is_down_the_job_waits_and_the_upload_stays() {
    let house = House::new().await;
    let key = house.open(&house.head, "unit", true).await;
    house.store(&key, lcov(PATH, 14, |_| true)).await;
    house.github.inject(Fault::on(PULL).times(9).answers(500));
    let error = house.handle(&key).await.expect_err("GitHub is down");
    assert!(matches!(error.class(), FaultClass::Retry(_)), "{error}");
    let id = house.widgets.state().id;
    let outcomes = house.feedback.table.outcomes_of(&covermark_types::Provider::github(), id, 1).await.expect("read");
    assert!(outcomes[0].error.as_deref().is_some_and(|text| text.contains("GitHub")), "{outcomes:?}");
    assert_eq!(outcomes[0].reasons, ["github.unavailable"], "a failure has a code, too");
    let row = house.feedback.table.upload(&key, covermark_types::Clock::now(&*house.clock)).await.expect("the table");
    assert_eq!(row.expect("the upload").state, covermark_state::rows::upload::UploadState::Processed);
    for _ in 0..9 {
        if house.handle(&key).await.is_ok() {
            break;
        }
    }
    assert!(house.comment().contains("All 4 changed lines are covered"));
}

#[tokio::test]
async fn a_rate_limit_says_how_long_to_wait() {
    let house = House::new().await;
    let key = house.open(&house.head, "unit", true).await;
    house.store(&key, lcov(PATH, 14, |_| true)).await;
    house.github.inject(Fault::on(COMMENT).secondary_rate_limited(Some(90)));
    let error = house.handle(&key).await.expect_err("a limit");
    assert_eq!(error.class(), FaultClass::Retry(Some(Duration::from_secs(90))), "{error}");
    let asked = house.github.calls(COMMENT);
    let error = house.handle(&key).await.expect_err("still the limit");
    assert!(matches!(error.class(), FaultClass::Retry(Some(_))), "{error}");
    assert_eq!(house.github.calls(COMMENT), asked, "GitHub is not even asked");
    house.clock.advance(91);
    house.handle(&key).await.expect("feedback");
    assert_eq!(house.pull.comments().len(), 1);
}

#[tokio::test]
async fn a_status_that_failed_is_set_the_next_time_and_the_other_one_not_again() {
    let house = House::new().await;
    let key = house.open(&house.head, "unit", true).await;
    house.store(&key, lcov(PATH, 14, |_| true)).await;
    house.github.inject(Fault::on(STATUS).answers(502));
    house.handle(&key).await.expect_err("one status failed");
    house.handle(&key).await.expect("feedback");
    assert_eq!(house.widgets.statuses(&house.head).len(), 2);
    assert_eq!(house.pull.comments().len(), 1);
}

#[tokio::test]
async fn without_the_right_to_comment_the_statuses_come_and_the_reason_is_kept() {
    let house = House::new().await;
    house.installation.grant("pull_requests", Level::Read);
    house.clock.advance(1);
    house.sync().await;
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    assert_eq!(house.pull.comments().len(), 0);
    assert!(house.status(&house.head, "covermark/patch").is_some());
    assert!(house.skipped(&house.head).await.contains(&"permission.pull_requests".to_owned()));
}

#[tokio::test]
async fn a_right_that_was_taken_away_unheard_of_is_noticed() {
    let house = House::new().await;
    // Nobody told us: the row still has the right, and GitHub refuses to make such a token.
    house.installation.withhold("statuses");
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    assert_eq!(house.pull.comments().len(), 1);
    assert_eq!(house.status(&house.head, "covermark/patch"), None);
    assert!(house.skipped(&house.head).await.contains(&"permission.statuses".to_owned()));
}

#[tokio::test]
async fn without_the_right_to_read_the_history_the_comment_says_so() {
    let house = House::new().await;
    house.report_on_main(0).await;
    house.installation.withhold("contents");
    house.clock.advance(1);
    house.sync().await;
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    let comment = house.comment();
    assert!(comment.contains("it lacks `contents: read`"), "{comment}");
    assert!(comment.contains("compared with [`MAIN`]"), "{comment}");
    assert!(house.skipped(&house.head).await.contains(&"permission.contents".to_owned()));
}

#[tokio::test]
async fn a_suspended_installation_and_a_removed_one_are_reasons_and_no_errors() {
    let house = House::new().await;
    house.installation.suspend();
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    assert_eq!(house.skipped(&house.head).await, ["installation.suspended"]);
    house.installation.unsuspend();
    house.installation.delete();
    house.clock.advance(1);
    house.report("integration", lcov(PATH, 14, |_| true)).await;
    assert_eq!(house.skipped(&house.head).await, ["installation.none"]);
    let id = house.widgets.state().id;
    let outcomes = house.feedback.table.outcomes_of(&covermark_types::Provider::github(), id, 10).await.expect("read");
    let reasons: Vec<_> = outcomes.into_iter().map(|outcome| outcome.reasons.join(",")).collect();
    assert_eq!(reasons, ["installation.none", "installation.suspended"], "the doctor knows both, the newest first");
    house.github.finish();
}

#[tokio::test]
async fn of_two_runs_one_of_which_github_held_up_for_longer_than_its_lease_one_comments() {
    let house = Arc::new(House::new().await);
    let key = house.open(&house.head, "unit", true).await;
    house.store(&key, lcov(PATH, 14, |_| true)).await;
    let gate = house.github.hold(PULL);
    let slow = tokio::spawn({
        let (house, key) = (house.clone(), key.clone());
        async move { house.handle(&key).await }
    });
    gate.reached().await;
    house.handle(&key).await.expect("the first run has the lease; this one is queued");
    assert_eq!(house.pull.comments().len(), 0);
    house.clock.advance(121);
    house.handle(&key).await.expect("feedback");
    assert_eq!(house.pull.comments().len(), 1);
    let statuses = house.github.calls(STATUS);

    gate.release();
    slow.await.expect("no panic").expect("queued again");
    assert_eq!(house.github.calls(STATUS), statuses, "it posts nothing at all");
    house.drain().await;
    assert!(house.comment().contains("All 4 changed lines are covered"));
}

#[tokio::test]
async fn a_comment_that_was_deleted_is_not_made_twice_by_a_run_that_github_held_up() {
    let house = Arc::new(House::new().await);
    house.report("unit", lcov(PATH, 14, |line| line != 12)).await;
    let first = house.pull.comments()[0].id;
    house.pull.delete_comment(first);
    let key = house.open(&house.head, "integration", true).await;
    house.store(&key, lcov(PATH, 14, |_| true)).await;
    let gate = house.github.hold(COMMENT_EDIT);
    let slow = tokio::spawn({
        let (house, key) = (house.clone(), key.clone());
        async move { house.handle(&key).await }
    });
    gate.reached().await;
    house.clock.advance(121);
    gate.release();
    slow.await.expect("no panic").expect("nobody else came: the lease is still its own");
    assert!(house.comment().contains("All 4 changed lines are covered"));
}

#[tokio::test]
async fn a_repository_that_was_renamed_unheard_of_is_found_under_its_new_name() {
    let house = House::new().await;
    house.widgets.rename("gadgets");
    house.report("unit", lcov(PATH, 14, |line| line != 12)).await;
    assert!(house.comment().contains("3 of 4 changed lines"), "{}", house.comment());
    let id = house.widgets.state().id;
    let row = house.feedback.table.repository(&covermark_types::Provider::github(), id).await.expect("the table");
    assert_eq!(row.expect("a row").name.to_string(), "acme/gadgets");

    house.widgets.rename("gizmos");
    house.report("integration", lcov(PATH, 14, |_| true)).await;
    assert!(house.comment().contains("All 4 changed lines are covered"), "{}", house.comment());
    let before = house.github.call_count();
    house.report("more", lcov(PATH, 14, |_| true)).await;
    let journal = house.github.journal();
    assert!(journal[before..].iter().all(|call| call.status < 300), "the new name is remembered");
}

#[tokio::test]
async fn tokens_that_are_not_yet_known_everywhere_do_no_harm() {
    let house = House::new().await;
    house.github.fresh_tokens_lag(2);
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    assert_eq!(house.pull.comments().len(), 1);
}
