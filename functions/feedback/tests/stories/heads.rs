//! Commits that are the head of several pull requests, of one after another, or of none that GitHub knows yet.

use covermark_feedback::handle;
use covermark_state::{
    jobs::{FeedbackJob, Job as _},
    rows::timing::Queued,
};
use covermark_types::{Clock as _, CommitSha, Provider};
use insta::assert_snapshot;

use crate::house::{House, PATH, lcov, source};

const PATCH: &str = "covermark/patch";

impl House {
    fn said(&self, commit: &CommitSha, context: &str) -> String {
        self.status(commit, context).map_or_else(|| "-".to_owned(), |(state, text)| format!("{state}: {text}"))
    }

    /// Time passes, and the queue's messages come as it does.
    async fn pass(&self, minutes: i64) {
        for _ in 0..minutes * 6 {
            self.clock.advance(10);
            for body in self.queue.due() {
                handle(&self.feedback, FeedbackJob::from_body(&body).expect("a job")).await.expect("done");
            }
        }
    }

    async fn queued(&self, commit: &CommitSha, base: Option<CommitSha>) {
        let (provider, repository, now) = (Provider::github(), self.widgets.state().id, self.clock.now());
        let pull = self.pull.state().number;
        let queued = Queued { branch: format!("gh-readonly-queue/main/pr-{pull}-x"), pull, base, since: now };
        self.feedback.table.queue_commit(&provider, repository, commit, &queued, now).await.expect("a row");
    }
}

#[tokio::test]
async fn a_report_for_a_closed_pull_request_goes_to_the_open_one_at_the_same_head() {
    let house = House::new().await;
    house.report("unit", lcov(PATH, 14, |line| line != 12)).await;
    house.pull.close();
    let again = house.widgets.open_pull_request("Faster widgets, again", "faster", "main");
    let before = house.comment();
    // CI still names the first one, or nothing is uploaded anew and the new one's opening is all that is heard.
    let (provider, repository, commit) = (Provider::github(), house.widgets.state().id, house.head.clone());
    handle(&house.feedback, FeedbackJob::Commit { provider, repository, commit }).await.expect("done");
    assert!(again.comments()[0].body.contains("3 of 4 changed lines"));
    house.report("e2e", lcov(PATH, 14, |_| true)).await;
    house.drain().await;
    assert!(again.comments()[0].body.contains("All 4 changed lines are covered"), "{:?}", again.comments());
    assert_eq!((again.comments().len(), house.comment()), (1, before), "and the closed one is left as it was");
}

#[tokio::test]
async fn a_report_for_a_pull_request_that_moved_on_goes_to_the_one_that_stayed() {
    let house = House::new().await;
    house.widgets.branch("copy", &house.head);
    let stayed = house.widgets.open_pull_request("A copy", "copy", "main");
    house.widgets.push("faster", &[("another.rs", "let a = 1;\n")]);
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    assert_eq!((house.pull.comments().len(), stayed.comments().len()), (0, 1));
}

#[tokio::test]
async fn a_queues_commit_is_measured_in_its_own_lines() {
    let house = House::new().await;
    // Meanwhile somebody else's change was merged, five lines above.
    let above: String = (1..=5).map(|line| format!("let above_{line} = {line};\n")).collect();
    let main = house.widgets.push("main", &[(PATH, above.clone() + &source(10))]);
    let key = house.open(&main, "unit", false).await;
    house.store(&key, lcov(PATH, 15, |_| true)).await;
    house.handle(&key).await.expect("feedback");
    let merge = house.widgets.commit("gh-readonly-queue/main/pr-1-x").merge(&house.head);
    let commit = merge.write(PATH, (above + &source(14)).as_bytes()).push();
    for base in [None, Some(main)] {
        house.queued(&commit, base.clone()).await;
        let key = house.open(&commit, "unit", false).await;
        // Covered are the four new lines, which are 16 to 19 here; in the pull request they are 11 to 14.
        house.store(&key, lcov(PATH, 19, |line| line > 15)).await;
        house.handle(&key).await.expect("feedback");
        house.pass(70).await;
        if base.is_none() {
            assert_snapshot!(house.said(&commit, PATCH), @"success: Not known: GitHub did not tell what the merge queue put this on");
        }
    }
    assert_snapshot!(house.said(&commit, PATCH), @"success: 100 % of changed lines covered (needs 100 %)");
}

#[tokio::test]
async fn a_commit_that_github_hears_of_late_gets_its_verdict_then() {
    let house = House::new().await;
    let commit = house.widgets.push("topic", &[(PATH, source(12))]);
    let late = house.widgets.withhold(&commit);
    let key = house.open(&commit, "unit", false).await;
    house.store(&key, lcov(PATH, 12, |_| true)).await;
    house.handle(&key).await.expect("feedback");
    let skipped = house.skipped(&commit).await;
    assert!(skipped.contains(&"commit.unknown".to_owned()), "{skipped:?}");
    assert!(!skipped.iter().any(|code| code.ends_with(".rejected")), "{skipped:?}");
    house.pass(3).await;
    late.arrive();
    house.pass(4).await;
    assert!(house.said(&commit, "covermark/project").starts_with("success: 100 %"), "{}", house.said(&commit, PATCH));
}

#[tokio::test]
async fn a_commit_that_github_never_hears_of_is_asked_for_a_while_and_no_longer() {
    for checks in [false, true] {
        let house = if checks { House::with_all_rights(&[]).await } else { House::new().await };
        let unknown = "00000000000000000000000000000000000000aa".parse().expect("a SHA");
        let key = house.open(&unknown, "unit", false).await;
        house.store(&key, lcov(PATH, 14, |_| true)).await;
        house.handle(&key).await.expect("feedback");
        let before = house.github.call_count();
        house.pass(180).await;
        assert_eq!(house.queue.len(), 0, "nobody comes any more");
        let calls = house.github.call_count() - before;
        assert!(calls < 200, "{calls} calls");
        let skipped = house.skipped(&unknown).await;
        assert!(skipped.contains(&"commit.unknown".to_owned()), "{skipped:?}");
    }
}
