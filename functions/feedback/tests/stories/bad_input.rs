//! What the world sends on odd days: it is kept, named, explained, and never a failure of ours.

use std::io::Write as _;

use covermark_standin::Fault;
use flate2::{Compression, write::GzEncoder};
use insta::assert_snapshot;

use crate::house::{House, PATH, lcov, source};

const COMMENT: &str = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";

#[tokio::test]
async fn a_real_bomb_is_an_unreadable_upload() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..24 {
        bomb.write_all(&[b'\n'; 1024 * 1024]).expect("memory");
    }
    let house = House::new().await;
    let key = house.open(&house.head, "unit", true).await;
    house.store(&key, bomb.finish().expect("memory")).await;
    house.handle(&key).await.expect("feedback");
    let comment = house.comment();
    assert!(comment.contains("### ⚠️ The upload could not be read"), "{comment}");
    assert_eq!(house.status(&house.head, "covermark/patch").expect("a status").0, "error");
}

#[tokio::test]
async fn of_a_put_that_is_made_twice_the_first_one_that_was_read_counts() {
    let house = House::new().await;
    let key = house.report("unit", lcov(PATH, 14, |line| line != 12)).await;
    house.store(&key, lcov(PATH, 14, |_| true)).await;
    house.handle(&key).await.expect("feedback");
    house.drain().await;
    assert!(house.comment().contains("3 of 4 changed lines"), "{}", house.comment());
}

#[tokio::test]
async fn a_base_branch_that_was_pushed_over_leaves_the_change_and_the_number() {
    let house = House::new().await;
    house.report_on_main(2).await;
    let other = house.widgets.push("elsewhere", &[(PATH, source(3))]);
    house.widgets.force_push("main", &other);
    house.report("unit", lcov(PATH, 14, |line| line != 12)).await;
    house.drain().await;
    let comment = house.comment();
    assert!(comment.contains("Project **92.85 %**"), "{comment}");
    assert!(house.status(&house.head, "covermark/project").is_some());
}

#[tokio::test]
async fn a_fork_that_is_gone_does_not_keep_its_pull_request_from_being_judged() {
    let house = House::new().await;
    house.report_on_main(2).await;
    let fork = house.widgets.fork(&house.github.user("mona"));
    fork.branch("mine", &house.main);
    let head = fork.push("mine", &[(PATH, source(12))]);
    let pull = house.widgets.open_pull_request_from(&fork, "Mine", "mine", "main");
    fork.delete();
    let key = house.open_for(&head, "unit", Some(pull.state().number)).await;
    house.store(&key, lcov(PATH, 12, |line| line > 2)).await;
    house.handle(&key).await.expect("feedback");
    assert_eq!(pull.comments().len(), 1);
    assert!(pull.comments()[0].body.contains("All 2 changed lines are covered"), "{}", pull.comments()[0].body);
}

#[tokio::test]
async fn a_draft_is_judged_as_any_other_and_a_merged_one_is_left_alone() {
    let house = House::new().await;
    house.pull.convert_to_draft();
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    assert_eq!(house.pull.comments().len(), 1);
    house.pull.merge();
    let before = house.comment();
    house.report("late", lcov(PATH, 14, |_| false)).await;
    assert_eq!(house.comment(), before);
    assert_eq!(house.skipped(&house.head).await, ["pull.closed"]);
}

#[tokio::test]
async fn what_a_person_wrote_into_our_comment_lasts_until_there_is_news() {
    let house = House::new().await;
    house.report("unit", lcov(PATH, 14, |line| line != 12)).await;
    let ours = house.pull.comments()[0].id;
    house.pull.edit_comment(ours, "All fine, trust me.");
    house.report("e2e", lcov(PATH, 14, |_| true)).await;
    assert!(house.comment().contains("All 4 changed lines are covered"), "{}", house.comment());
    assert_eq!(house.pull.comments()[0].id, ours);
}

#[tokio::test]
async fn in_a_locked_conversation_the_verdicts_come_and_the_reason_is_kept() {
    let house = House::new().await;
    house.github.inject(Fault::on(COMMENT).answers(403));
    // The token is no new one, whose refusal would be waited out.
    house.report_on_main(2).await;
    house.clock.advance(300);
    house.report("unit", lcov(PATH, 14, |line| line > 2)).await;
    assert_eq!(house.pull.comments().len(), 0);
    assert!(house.status(&house.head, "covermark/patch").is_some());
    let skipped = house.skipped(&house.head).await;
    assert!(skipped.contains(&"comment.forbidden".to_owned()), "{skipped:?}");
}

#[tokio::test]
async fn a_change_of_five_thousand_files_is_counted_in_one_short_comment() {
    let house = House::new().await;
    house.report_on_main(0).await;
    let paths: Vec<String> = (0..5_000).map(|n| format!("src/part_{n:04}.rs")).collect();
    let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "one();\ntwo();\n")).collect();
    house.widgets.branch("wide", &house.main);
    let head = house.widgets.push("wide", &files);
    let pull = house.widgets.open_pull_request("Wide", "wide", "main");
    let report: String = paths.iter().map(|path| lcov(path, 2, |_| true)).collect();
    let key = house.open_for(&head, "unit", Some(pull.state().number)).await;
    house.store(&key, report + &lcov(PATH, 10, |_| true)).await;
    house.handle(&key).await.expect("feedback");
    house.drain().await;
    let comments = pull.comments();
    assert_eq!(comments.len(), 1);
    let comment = house.masked(&comments[0].body);
    assert_snapshot!(comment, @r"
    <!-- covermark:comment:gh:REPO:2 -->
    ### ✅ All 10,000 changed lines are covered
    Project **100 %** (unchanged) compared with [`MAIN`](https://github.example/acme/widgets/commit/MAIN) on `main` · 1 upload · [report](https://cov.example/gh/acme/widgets/pull/2)
    ");
    for context in ["covermark/patch", "covermark/project"] {
        assert_eq!(house.status(&head, context).expect("a status").0, "success", "{context}");
    }
    house.github.disregard_effects();
}
