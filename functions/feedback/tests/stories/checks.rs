//! Verdicts as check runs: one for each name, changed in place, found again after a crash, statuses where they are refused.

use covermark_standin::Fault;

use crate::house::{House, PATH, lcov};

const MAKE: &str = "POST /repos/{owner}/{repo}/check-runs";

#[tokio::test]
async fn with_the_right_to_make_them_verdicts_are_check_runs_and_no_statuses() {
    let house = House::with_all_rights(&[]).await;
    house.report_on_main(2).await;
    house.report("unit", lcov(PATH, 14, |line| line > 2 && line != 13)).await;
    house.pull.expect_comment().await;
    let patch = house.widgets.expect_check_run(&house.head, "covermark/patch").await;
    let project = house.widgets.expect_check_run(&house.head, "covermark/project").await;
    assert_eq!(patch.conclusion.as_deref(), Some("failure"));
    assert_eq!(patch.title.as_deref(), Some("75.0 % of changed lines covered (needs 80 %)"));
    let page = format!("https://cov.example/gh/acme/widgets/pull/{}", house.pull.state().number);
    assert_eq!(patch.details_url.as_deref(), Some(&*page));
    assert_eq!(project.external_id.as_deref(), Some("covermark:covermark/project"));
    assert!(house.widgets.statuses(&house.head).is_empty());
    house.github.finish();
}

#[tokio::test]
async fn a_later_report_changes_the_same_runs() {
    let house = House::with_all_rights(&[]).await;
    house.report_on_main(2).await;
    house.report("unit", lcov(PATH, 14, |line| line > 2 && line < 11)).await;
    house.report("more", lcov(PATH, 14, |line| line > 2)).await;
    assert_eq!(house.check(&house.head, "covermark/patch").expect("a run").0, "success");
    // The report page has all of it; a run of the same name is there once unless its annotations had to go.
    let project: Vec<_> =
        house.widgets.check_runs(&house.head).into_iter().filter(|run| run.name == "covermark/project").collect();
    assert_eq!(project.len(), 1, "{project:#?}");
}

#[tokio::test]
async fn a_run_whose_answer_was_lost_is_found_and_not_doubled() {
    let house = House::with_all_rights(&[]).await;
    house.report_on_main(2).await;
    house.github.inject(Fault::on(MAKE).times(2).after_the_effect().resets());
    let key = house.open(&house.head, "unit", true).await;
    house.store(&key, lcov(PATH, 14, |line| line > 2)).await;
    house.handle(&key).await.expect_err("no answer");
    house.handle(&key).await.expect("feedback");
    let mut names: Vec<_> = house.widgets.check_runs(&house.head).into_iter().map(|run| run.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["covermark/patch", "covermark/project"]);
}

#[tokio::test]
async fn where_github_refuses_check_runs_the_verdicts_are_statuses() {
    let house = House::with_all_rights(&[]).await;
    house.report_on_main(2).await;
    // The row says that the App may; the owner has taken it back a moment ago. The token is no new one, whose refusal
    // would be waited out.
    house.clock.advance(300);
    house.github.inject(Fault::on(MAKE).times(2).answers(403));
    house.report("unit", lcov(PATH, 14, |line| line > 2)).await;
    assert_eq!(house.status(&house.head, "covermark/patch").expect("a status").0, "success");
    let skipped = house.skipped(&house.head).await;
    assert!(skipped.contains(&"permission.checks".to_owned()), "{skipped:?}");
}

#[tokio::test]
async fn an_unchanged_verdict_writes_nothing() {
    let house = House::with_all_rights(&[]).await;
    house.report_on_main(2).await;
    let key = house.report("unit", lcov(PATH, 14, |line| line > 2)).await;
    let made = house.github.calls(MAKE);
    let again = covermark_state::jobs::FeedbackJob::Commit {
        provider: key.provider.clone(),
        repository: key.repository,
        commit: key.commit.clone(),
    };
    house.github.disregard_effects();
    covermark_feedback::handle(&house.feedback, again).await.expect("feedback");
    house.github.finish();
    assert_eq!(house.github.calls(MAKE), made);
    assert!(house.skipped(&house.head).await.contains(&"check.unchanged".to_owned()));
}
