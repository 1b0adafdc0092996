//! What the head is compared with.

use insta::assert_snapshot;

use crate::house::{House, PATH, lcov, source};

#[tokio::test]
async fn without_a_report_on_the_base_branch_there_are_numbers_and_no_judgement() {
    let house = House::new().await;
    house.report("unit", lcov(PATH, 14, |line| line != 12)).await;
    assert_snapshot!(house.comment());
    let (state, text) = house.status(&house.head, "covermark/project").expect("a status");
    assert_eq!((&*state, &*text), ("success", "92.85 %. No report for the base commit; nothing to compare"));
}

#[tokio::test]
async fn the_nearest_commit_before_the_merge_base_with_a_report_is_the_base() {
    let house = House::new().await;
    house.report_on_main(0).await;
    // Two commits on main without reports; the pull request is brought up to date with them.
    house.widgets.push("main", &[("README.md", "one")]);
    let tip = house.widgets.push("main", &[("README.md", "two")]);
    let head = house.widgets.commit("faster").merge(&tip).write("README.md", b"two").push();
    let key = house.open(&head, "unit", true).await;
    house.store(&key, lcov(PATH, 14, |_| true)).await;
    house.handle(&key).await.expect("feedback");
    let comment = house.comment();
    assert!(comment.contains("on `main`, 2 commits behind · 1 upload"), "{comment}");
    assert!(comment.contains("(unchanged)"), "{comment}");
}

#[tokio::test]
async fn what_happened_on_main_after_the_branch_left_does_not_count() {
    let house = House::new().await;
    house.report_on_main(5).await;
    let later = house.widgets.push("main", &[(PATH, source(11))]);
    let key = house.open(&later, "unit", false).await;
    house.store(&key, lcov(PATH, 11, |_| true)).await;
    house.handle(&key).await.expect("feedback");
    house.report("unit", lcov(PATH, 14, |line| line > 5)).await;
    let comment = house.comment();
    assert!(comment.contains("(+14.28) compared with [`MAIN`]"), "{comment}");
    assert!(comment.contains("All 4 changed lines are covered"), "{comment}");
}

#[tokio::test]
async fn a_push_to_a_branch_is_compared_with_the_commit_before_it() {
    let house = House::new().await;
    house.report_on_main(2).await;
    let next = house.widgets.push("main", &[(PATH, source(11))]);
    let key = house.open(&next, "unit", false).await;
    house.store(&key, lcov(PATH, 11, |line| line > 2)).await;
    house.handle(&key).await.expect("feedback");
    let (state, text) = house.status(&next, "covermark/project").expect("a status");
    assert_eq!((&*state, &*text), ("success", "81.81 % (+1.81) vs MAIN"));
    assert_eq!(house.status(&next, "covermark/patch"), None);
    assert_eq!(house.pull.comments().len(), 0);
    assert!(house.skipped(&next).await.contains(&"pull.none".to_owned()));
}

#[tokio::test]
async fn a_merge_is_compared_with_the_branch_and_not_with_what_was_merged() {
    let house = House::new().await;
    house.report_on_main(2).await;
    // The pull request's own report is of a later commit than that of `main`, and all of it is covered.
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    let merge = house.pull.merge();
    let key = house.open(&merge, "unit", false).await;
    house.store(&key, lcov(PATH, 14, |line| line > 2)).await;
    house.handle(&key).await.expect("feedback");
    let (state, text) = house.status(&merge, "covermark/project").expect("a status");
    assert_eq!((&*state, &*text), ("success", "85.71 % (+5.71) vs MAIN"));
}

#[tokio::test]
async fn when_only_the_merged_branch_has_a_report_that_is_the_base() {
    let house = House::new().await;
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    let merge = house.pull.merge();
    let key = house.open(&merge, "unit", false).await;
    house.store(&key, lcov(PATH, 14, |line| line > 2)).await;
    house.handle(&key).await.expect("feedback");
    let (state, text) = house.status(&merge, "covermark/project").expect("a status");
    assert_eq!((&*state, &*text), ("failure", &*format!("85.71 % (−14.29) vs {}", house.head.short())));
}

#[tokio::test]
async fn a_pull_request_that_left_at_a_merge_without_a_report_is_compared_with_the_base_branch() {
    let house = House::new().await;
    house.report_on_main(2).await;
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    let merge = house.pull.merge();
    house.widgets.branch("next", &merge);
    let head = house.widgets.push("next", &[(PATH, source(15))]);
    let pull = house.widgets.open_pull_request("Next", "next", "main");
    let key = house.open(&head, "unit", false).await;
    house.store(&key, lcov(PATH, 15, |_| true)).await;
    house.handle(&key).await.expect("feedback");
    let comment = house.masked(&pull.comments()[0].body);
    assert!(comment.contains("compared with [`MAIN`]"), "{comment}");
}

#[tokio::test]
async fn removing_covered_code_does_not_fail_the_project() {
    let house = House::new().await;
    house.report_on_main(2).await;
    let head = house.widgets.push("faster", &[(PATH, source(6))]);
    let key = house.open(&head, "unit", true).await;
    house.store(&key, lcov(PATH, 6, |line| line > 2)).await;
    house.handle(&key).await.expect("feedback");
    let (state, text) = house.status(&head, "covermark/project").expect("a status");
    assert_eq!(
        (&*state, &*text),
        ("success", "66.66 % (−13.34) vs MAIN, not below the base without the removed lines (66.66 %)")
    );
    assert!(house.comment().contains("No changed line is code that coverage is measured for"));
}

#[tokio::test]
async fn a_diff_that_github_does_not_make_leaves_the_patch_unknown() {
    let house = House::new().await;
    house.report_on_main(0).await;
    house.pull.grow_too_large();
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    assert_snapshot!(house.comment());
    let (state, text) = house.status(&house.head, "covermark/patch").expect("a status");
    assert_eq!((&*state, &*text), ("success", "Not known: the change is too large for GitHub's diff"));
    assert!(house.skipped(&house.head).await.contains(&"diff.unknown".to_owned()));
}

#[tokio::test]
async fn the_repositorys_own_rules_hold_and_their_mistakes_are_shown() {
    let rules = "coverage:\n  precison: 1\n  status:\n    patch:\n      default:\n        target: 90%\n        threshold: 5%\n    project: off\n";
    let house = House::with_files(&[("codecov.yml", rules)]).await;
    house.report("unit", lcov(PATH, 14, |line| line != 12)).await;
    let (state, text) = house.status(&house.head, "covermark/patch").expect("a status");
    assert_eq!((&*state, &*text), ("failure", "75.0 % of changed lines covered (needs 90 %)"));
    assert_eq!(house.status(&house.head, "covermark/project"), None);
    assert_snapshot!(house.comment());
}

#[tokio::test]
async fn only_the_rules_that_are_there_are_read() {
    let contents = "GET /repos/{owner}/{repo}/contents/{path}";
    let none: &[(&str, &str)] = &[];
    let elsewhere: &[(&str, &str)] = &[(".github/CODEOWNERS", "* @acme/all")];
    let github: &[(&str, &str)] = &[(".github/codecov.yml", "comment: false\n")];
    let two: &[(&str, &str)] = &[("codecov.yml", "comment: false\n"), (".codecov.yml", "nonsense: [\n")];
    for (files, reads, comments) in [(none, 1, 1), (elsewhere, 2, 1), (github, 3, 0), (two, 2, 0)] {
        let house = House::with_files(files).await;
        house.report("unit", lcov(PATH, 14, |_| true)).await;
        assert_eq!((house.github.calls(contents), house.pull.comments().len()), (reads, comments), "{files:?}");
    }
}

#[tokio::test]
async fn in_a_root_that_is_too_large_to_be_listed_the_rules_are_looked_for() {
    let names: Vec<_> = (0..1_001).map(|n| format!("a{n:04}.txt")).collect();
    let mut files: Vec<_> = names.iter().map(|name| (name.as_str(), "x")).collect();
    files.push(("codecov.yml", "comment: false\n"));
    let house = House::with_files(&files).await;
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    assert_eq!(house.pull.comments().len(), 0);
}

#[tokio::test]
async fn a_fork_is_judged_by_the_rules_of_the_base_branch() {
    let strict = "coverage: {status: {patch: {default: {target: 100}}}}\n";
    let house = House::with_files(&[("codecov.yml", strict)]).await;
    let mona = house.github.user("mona");
    let fork = house.widgets.fork(&mona);
    let lax = "coverage: {status: {patch: {default: {target: 0}}}}\n";
    fork.branch("mine", &house.main);
    let more = source(12);
    let head = fork.push("mine", &[(PATH, more.as_str()), ("codecov.yml", lax)]);
    let pull = house.widgets.open_pull_request_from(&fork, "Mine", "mine", "main");
    let key = house.open(&head, "unit", false).await;
    house.store(&key, lcov(PATH, 12, |line| line != 12)).await;
    house.handle(&key).await.expect("feedback");
    let (state, text) = house.status(&head, "covermark/patch").expect("a status");
    assert_eq!((&*state, &*text), ("failure", "50.0 % of changed lines covered (needs 100 %)"));
    assert_eq!(pull.comments().len(), 1);
}
