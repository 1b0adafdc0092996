//! Keys of the repository's rules, each by what it does to a whole pull request.

use insta::assert_snapshot;

use crate::house::{House, PATH, lcov};

const PATCH: &str = "covermark/patch";

async fn house(rules: &str) -> House {
    House::with_files(&[("codecov.yml", rules)]).await
}

fn first_lines(comment: &str) -> String {
    let lines = comment.lines().filter(|line| !line.is_empty() && !line.starts_with("<!--"));
    lines.take(2).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn fixes_lead_the_reports_paths_to_the_repositorys() {
    let house = house("fixes:\n  - \"build/out/::src/\"\n").await;
    house.report("unit", lcov("build/out/lib.rs", 14, |line| line != 12)).await;
    assert!(house.comment().contains("3 of 4 changed lines"), "{}", house.comment());
}

#[tokio::test]
async fn what_is_ignored_does_not_count_and_is_nothing_that_is_missing() {
    let house = house("ignore:\n  - \"gen/\"\n").await;
    let report = lcov(PATH, 14, |_| true) + &lcov("gen/api.rs", 100, |_| false);
    house.report("unit", report).await;
    let comment = house.comment();
    assert!(comment.contains("Project **100 %**") && !comment.contains("left out"), "{comment}");
}

#[tokio::test]
async fn a_forks_own_fixes_do_not_count() {
    let house = house("fixes:\n  - \"build/::src/\"\n").await;
    let fork = house.widgets.fork(&house.github.user("mona"));
    fork.branch("mine", &house.main);
    let own = "fixes:\n  - \"src/::lost/\"\n".to_owned();
    let head = fork.push("mine", &[(PATH, crate::house::source(14)), ("codecov.yml", own)]);
    let pull = house.widgets.open_pull_request_from(&fork, "Mine", "mine", "main");
    // The first upload makes the pull request known, as its webhook would have.
    let mut first = house.upload(&head, "unit", Some(pull.state().number));
    first.opened_by = covermark_state::rows::upload::OpenedBy::Fork;
    assert!(house.feedback.table.open_upload(&first).await.expect("a row").applied());
    let key = first.key;
    house.store(&key, lcov("src/lib.rs", 14, |_| true)).await;
    house.handle(&key).await.expect("feedback");
    let mut late = house.upload(&head, "more", Some(pull.state().number));
    late.opened_by = covermark_state::rows::upload::OpenedBy::Fork;
    assert!(house.feedback.table.open_upload(&late).await.expect("a row").applied());
    let late = late.key;
    house.store(&late, lcov("build/lib.rs", 14, |_| true)).await;
    house.handle(&late).await.expect("feedback");
    let comment = pull.comments()[0].body.clone();
    assert!(comment.contains("All 4 changed lines are covered") && !comment.contains("lost/"), "{comment}");
}

#[tokio::test]
async fn a_report_that_was_written_long_before_it_was_uploaded_is_kept_and_named() {
    let old = r#"<?xml version="1.0"?><coverage timestamp="1700000000"><packages><package><classes><class
        filename="src/lib.rs"><lines><line number="12" hits="0"/></lines></class></classes></package></packages></coverage>"#;
    let house = House::new().await;
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    house.report("stale", old.to_owned()).await;
    assert_snapshot!(house.comment());
    let any_age = self::house("codecov:\n  max_report_age: off\n").await;
    any_age.report("stale", old.to_owned()).await;
    assert!(any_age.comment().contains("The one changed line is not covered"), "{}", any_age.comment());
}

#[tokio::test]
async fn with_notify_error_a_broken_upload_is_told_instead_of_numbers_without_it() {
    let house = house("codecov:\n  notify:\n    notify_error: true\n").await;
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    house.report("e2e", "nothing that anybody reads".to_owned()).await;
    let (state, text) = house.status(&house.head, PATCH).expect("a status");
    assert_snapshot!(format!("{state}: {text}"), @"error: 1 of 2 uploads could not be read; nothing is judged");
    assert_snapshot!(first_lines(&house.comment()), @r"
    ### ⚠️ 1 of 2 uploads could not be read, so coverage is not judged · all 4 changed lines are covered in the others
    `e2e`: This is no coverage report that is known here. It is not among the formats that are read (LCOV, Cobertura, JaCoCo, Clover, Go, Istanbul and more). Let the coverage tool write one of them.
    ");
}

#[tokio::test]
async fn where_ci_must_pass_a_failed_one_leaves_nothing_judged_until_it_passes() {
    let house = house("codecov:\n  require_ci_to_pass: true\n").await;
    house.report_on_main(0).await;
    let suite = house.widgets.start_suite(&house.head, "github-actions");
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    let line = |house: &House| house.status(&house.head, PATCH).map(|(state, text)| format!("{state}: {text}"));
    assert_snapshot!(line(&house).expect("a status"), @"pending: 1 upload, waiting for the end of GitHub Actions");
    house.widgets.end_suite(suite, "failure");
    house.clock.advance(60);
    house.wake().await;
    assert_snapshot!(line(&house).expect("a status"), @"error: CI failed; coverage is not judged");
    assert_snapshot!(first_lines(&house.comment()), @r"
    ### ⚠️ CI failed, so coverage is not judged · all 4 changed lines are covered
    Project **100 %** (unchanged) compared with [`MAIN`](https://github.example/acme/widgets/commit/MAIN) on `main` · 1 upload · [report](https://cov.example/gh/acme/widgets/pull/1)
    ");
    house.widgets.end_suite(suite, "success");
    house.clock.advance(60);
    house.wake().await;
    assert_snapshot!(line(&house).expect("a status"), @"success: 100 % of changed lines covered (needs 100 %)");
}

#[tokio::test]
async fn what_a_status_comes_to_when_ci_failed_is_the_rules_to_say() {
    let rules = "codecov:\n  require_ci_to_pass: true\ncoverage:\n  status:\n    patch:\n      default:\n        if_ci_failed: success\n";
    let house = house(rules).await;
    let suite = house.widgets.start_suite(&house.head, "github-actions");
    house.widgets.end_suite(suite, "failure");
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    assert_eq!(house.status(&house.head, PATCH).expect("a status").0, "success");
    assert_eq!(house.status(&house.head, "covermark/project").expect("a status").0, "error");
    assert_eq!(house.pull.comments().len(), 0, "a first comment is not made on a failed CI");
}

#[tokio::test]
async fn what_stood_as_pending_is_concluded_when_ci_fails_and_the_rules_say_to_ignore_that() {
    let rules = "codecov:\n  require_ci_to_pass: true\ncoverage:\n  status:\n    project:\n      default:\n        if_ci_failed: ignore\n    patch:\n      default:\n        if_ci_failed: ignore\n";
    for checks in [false, true] {
        let house = if checks { House::with_all_rights(&[("codecov.yml", rules)]).await } else { house(rules).await };
        let stands = || if checks { house.check(&house.head, PATCH) } else { house.status(&house.head, PATCH) };
        let suite = house.widgets.start_suite(&house.head, "github-actions");
        house.report("unit", lcov(PATH, 14, |_| true)).await;
        assert!(matches!(stands().expect("a verdict").0.as_str(), "pending" | "in_progress"));
        house.widgets.end_suite(suite, "failure");
        house.wake().await;
        let (state, text) = stands().expect("a verdict");
        assert_eq!(state, if checks { "neutral" } else { "success" });
        assert!(text.starts_with("CI failed; coverage is not judged"), "{text}");
        // Run again, CI passes.
        house.widgets.end_suite(suite, "success");
        house.wake().await;
        assert_eq!(stands().expect("a verdict").0, "success");
    }
}

#[tokio::test]
async fn what_never_stood_stays_unsaid_when_ci_failed_and_the_rules_say_to_ignore_that() {
    let rules = "codecov:\n  require_ci_to_pass: true\ncoverage:\n  status:\n    patch:\n      default:\n        if_ci_failed: ignore\n";
    let house = house(rules).await;
    let suite = house.widgets.start_suite(&house.head, "github-actions");
    house.widgets.end_suite(suite, "failure");
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    assert_eq!(house.status(&house.head, PATCH), None);
    assert!(house.status(&house.head, "covermark/project").is_some());
}
