//! Bad days of GitHub: nothing is lost, nothing is doubled, and the reason is kept.

use std::time::Duration;

use covermark_standin::{Fault, state::Level};
use covermark_types::{Fault as _, FaultClass};

use crate::house::{House, PATH, lcov};

const COMMENT: &str = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
const PULL: &str = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
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
    house.report("integration", lcov(PATH, 14, |_| true)).await;
    assert_eq!(house.skipped(&house.head).await, ["installation.none"]);
    house.github.finish();
}

#[tokio::test]
async fn tokens_that_are_not_yet_known_everywhere_do_no_harm() {
    let house = House::new().await;
    house.github.fresh_tokens_lag(2);
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    assert_eq!(house.pull.comments().len(), 1);
}
