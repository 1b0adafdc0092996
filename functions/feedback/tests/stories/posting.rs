//! What appears on the pull request, and that it appears once.

use covermark_state::rows::repository_settings::RepositorySettings;
use insta::assert_snapshot;

use crate::house::{House, PATH, job, lcov};

#[tokio::test]
async fn the_first_report_becomes_a_comment_and_two_statuses() {
    let house = House::new().await;
    house.report_on_main(2).await;
    let before = house.github.call_count();
    house.report("unit", lcov(PATH, 14, |line| line > 2 && line != 13)).await;

    let comment = house.pull.expect_comment().await;
    assert_eq!(comment.pull, house.pull.state().number);
    let project = house.widgets.expect_status(&house.head, "covermark/project").await;
    let patch = house.widgets.expect_status(&house.head, "covermark/patch").await;
    assert_snapshot!(house.masked(&comment.body));
    assert_eq!((project.state.as_str(), patch.state.as_str()), ("failure", "failure"));
    assert_eq!(house.masked(&patch.description.expect("a sentence")), "75.0 % of changed lines covered (needs 80 %)");
    assert_eq!(house.masked(&project.description.expect("a sentence")), "78.57 % (−1.43) vs MAIN");
    house.github.finish();

    // The token is there from the report on `main`; a function that just started makes one call more.
    let mut routes: Vec<_> = house.github.journal().iter().skip(before).map(|call| call.route()).collect();
    routes.sort_unstable();
    assert_snapshot!(routes.join("\n"), @r"
    GET /repos/{owner}/{repo}/compare/{basehead}
    GET /repos/{owner}/{repo}/contents/{path}
    GET /repos/{owner}/{repo}/pulls/{pull_number}
    GET /repos/{owner}/{repo}/pulls/{pull_number}
    POST /repos/{owner}/{repo}/issues/{issue_number}/comments
    POST /repos/{owner}/{repo}/statuses/{sha}
    POST /repos/{owner}/{repo}/statuses/{sha}
    ");
}

#[tokio::test]
async fn a_second_report_changes_the_same_comment() {
    let house = House::new().await;
    house.report_on_main(2).await;
    house.report("unit", lcov(PATH, 14, |line| line > 2 && line < 13)).await;
    let first = house.pull.expect_comment().await;
    house.github.disregard_effects();

    house.report("integration", lcov(PATH, 14, |line| line > 2)).await;
    let second = house.pull.expect_comment_edit().await;
    assert_eq!(first.id, second.id);
    assert_snapshot!(house.comment());
    let patch = house.widgets.expect_status(&house.head, "covermark/patch").await;
    assert_eq!(patch.state, "success");
    assert_eq!(patch.target_url.as_deref(), Some("https://cov.example/gh/acme/widgets/pull/1"));
    house.widgets.expect_status(&house.head, "covermark/project").await;
    house.github.finish();
}

#[tokio::test]
async fn a_job_that_comes_twice_asks_github_nothing() {
    let house = House::new().await;
    let key = house.report("unit", lcov(PATH, 14, |_| true)).await;
    house.github.disregard_effects();
    let calls = house.github.call_count();
    house.handle(&key).await.expect("feedback");
    assert_eq!(house.github.call_count(), calls);
}

#[tokio::test]
async fn a_report_that_changes_nothing_writes_only_what_changed() {
    let house = House::new().await;
    house.report_on_main(2).await;
    house.report("unit", lcov(PATH, 14, |line| line > 2)).await;
    house.github.disregard_effects();
    // The same lines again: the comment counts one upload more, the statuses say the same.
    house.report("unit again", lcov(PATH, 14, |line| line > 2)).await;
    let edited = house.pull.expect_comment_edit().await;
    assert!(edited.body.contains("2 uploads"));
    house.github.finish();
}

#[tokio::test]
async fn a_commit_job_judges_again_and_writes_nothing_when_all_is_the_same() {
    let house = House::new().await;
    let key = house.report("unit", lcov(PATH, 14, |_| true)).await;
    house.github.disregard_effects();
    let again = covermark_state::jobs::FeedbackJob::Commit {
        provider: key.provider.clone(),
        repository: key.repository,
        commit: key.commit.clone(),
    };
    covermark_feedback::handle(&house.feedback, again).await.expect("feedback");
    house.github.finish();
    let skipped = house.skipped(&house.head).await;
    assert!(skipped.contains(&"comment.unchanged".to_owned()), "{skipped:?}");
    assert!(skipped.contains(&"status.unchanged".to_owned()), "{skipped:?}");
}

#[tokio::test]
async fn a_comment_that_a_person_deleted_is_made_again() {
    let house = House::new().await;
    house.report("unit", lcov(PATH, 14, |line| line != 12)).await;
    let first = house.pull.expect_comment().await;
    house.pull.delete_comment(first.id);
    house.github.disregard_effects();
    house.report("integration", lcov(PATH, 14, |_| true)).await;
    let second = house.pull.expect_comment().await;
    assert_ne!(first.id, second.id);
    assert_eq!(house.pull.comments().len(), 1);
}

#[tokio::test]
async fn a_comment_with_our_marker_by_somebody_else_is_left_alone() {
    let house = House::new().await;
    let marker = format!("<!-- covermark:comment:gh:{}:{} -->", house.widgets.state().id, house.pull.state().number);
    let mallory = house.github.user("mallory");
    let theirs = house.pull.comment_by(&mallory, &format!("{marker}\n### ✅ All fine"));
    house.report("unit", lcov(PATH, 14, |line| line > 5)).await;
    let ours = house.pull.expect_comment().await;
    assert_ne!(ours.id, theirs.id);
    let comments = house.pull.comments();
    assert_eq!(comments.iter().find(|comment| comment.id == theirs.id).map(|c| &c.body), Some(&theirs.body));
}

#[tokio::test]
async fn after_a_lost_row_the_comment_is_found_by_its_marker() {
    let house = House::new().await;
    house.report("unit", lcov(PATH, 14, |line| line > 5)).await;
    let first = house.pull.expect_comment().await;
    house.github.disregard_effects();
    let id = house.widgets.state().id;
    let forgotten = covermark_state::rows::pull::PullComment {
        id: None,
        digest: String::new(),
        head: house.head.clone(),
        posted_at: covermark_types::Clock::now(&*house.clock),
    };
    let gh = covermark_types::Provider::github();
    let number = house.pull.state().number;
    house.feedback.table.set_pull_comment(&gh, id, number, &forgotten).await.expect("a row");
    house.report("integration", lcov(PATH, 14, |_| true)).await;
    assert_eq!(house.pull.expect_comment_edit().await.id, first.id);
}

#[tokio::test]
async fn when_somebody_pushed_meanwhile_nothing_is_posted_late() {
    let house = House::new().await;
    let key = house.open(&house.head, "unit", true).await;
    house.store(&key, lcov(PATH, 14, |_| true)).await;
    house.widgets.push("faster", &[(PATH, crate::house::source(15))]);
    covermark_feedback::handle(&house.feedback, job(&key)).await.expect("feedback");
    house.github.finish();
    assert_eq!(house.skipped(&house.head).await, ["pull.head_moved"]);
}

#[tokio::test]
async fn an_upload_that_names_no_pull_request_finds_its_own() {
    let house = House::new().await;
    let key = house.open(&house.head, "unit", false).await;
    house.store(&key, lcov(PATH, 14, |_| true)).await;
    house.handle(&key).await.expect("feedback");
    assert!(house.comment().contains("All 4 changed lines are covered"));
}

#[tokio::test]
async fn an_upload_that_names_a_pull_request_that_is_not_there_sets_statuses_only() {
    let house = House::new().await;
    let mut upload = covermark_state::rows::upload::Upload::new(
        house.open(&house.main, "unit", false).await,
        covermark_state::rows::upload::OpenedBy::RepositoryToken,
        covermark_types::Clock::now(&*house.clock),
    );
    upload.key.upload = "6f9619ff-8b86-4011-b42d-00cf4fc964ff".parse().expect("an id");
    upload.pull = Some(covermark_types::PullNumber(99));
    house.feedback.table.open_upload(&upload).await.expect("a row");
    house.store(&upload.key, lcov(PATH, 10, |_| true)).await;
    house.clock.advance(61);
    house.handle(&upload.key).await.expect("feedback");
    assert_eq!(house.pull.comments().len(), 0);
    assert!(house.status(&house.main, "covermark/project").is_some());
    assert!(house.skipped(&house.main).await.contains(&"pull.not_found".to_owned()));
}

#[tokio::test]
async fn what_the_repositorys_settings_switch_off_is_not_posted() {
    let house = House::new().await;
    let (provider, repository) =
        (covermark_types::Provider::github(), covermark_types::RepositoryId(house.widgets.id.0));
    let table = &house.feedback.table;
    let read = table.repository_settings(&provider, repository).await.expect("read");
    let off = RepositorySettings { comment: false, statuses: false, ..read };
    table.put_repository_settings(&provider, repository, &off).await.expect("written");
    house.report("unit", lcov(PATH, 14, |line| line != 12)).await;
    assert!(house.pull.comments().is_empty() && house.widgets.statuses(&house.head).is_empty());
    let skipped = house.skipped(&house.head).await;
    for code in ["settings.comment", "settings.statuses", "permission.checks"] {
        assert!(skipped.iter().any(|known| known == code), "{code}: {skipped:?}");
    }
    house.github.finish();
}

#[tokio::test]
async fn without_check_runs_by_choice_the_verdicts_are_statuses() {
    let house = House::with_all_rights(&[]).await;
    let (provider, repository) =
        (covermark_types::Provider::github(), covermark_types::RepositoryId(house.widgets.id.0));
    let table = &house.feedback.table;
    let read = table.repository_settings(&provider, repository).await.expect("read");
    let off = RepositorySettings { checks: false, ..read };
    table.put_repository_settings(&provider, repository, &off).await.expect("written");
    house.report("unit", lcov(PATH, 14, |line| line != 12)).await;
    assert!(house.widgets.check_runs(&house.head).is_empty());
    assert!(house.status(&house.head, "covermark/patch").is_some());
    assert!(house.skipped(&house.head).await.contains(&"settings.checks".to_owned()));
}
