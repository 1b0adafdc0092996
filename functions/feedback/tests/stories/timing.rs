//! When verdicts are shown as pending, when they are given, and on what.

use covermark_feedback::handle;
use covermark_state::{
    jobs::{FeedbackJob, Job as _},
    rows::timing::Queued,
};
use covermark_types::{Clock as _, CommitSha, Provider};
use insta::assert_snapshot;

use crate::house::{House, PATH, lcov};

const PROJECT: &str = "covermark/project";
const PATCH: &str = "covermark/patch";

impl House {
    async fn job(&self, job: FeedbackJob) {
        handle(&self.feedback, job).await.expect("done");
    }

    /// The upload function tells of the first upload of a commit.
    async fn opened(&self, commit: &CommitSha) {
        let (provider, repository, commit) = (Provider::github(), self.widgets.state().id, commit.clone());
        self.job(FeedbackJob::Opened { provider, repository, commit }).await;
    }

    /// The App hears that something of a commit's CI ended.
    async fn ci_ended(&self, commit: &CommitSha) {
        let (provider, repository, commit) = (Provider::github(), self.widgets.state().id, commit.clone());
        self.job(FeedbackJob::Wake { provider, repository, commit, at: None }).await;
    }

    /// A commit with these uploads on `main`, each of which covers all of it.
    async fn main_with(&self, names: &[&str]) {
        for name in names {
            let key = self.open(&self.main, name, false).await;
            self.store(&key, lcov(PATH, 10, |_| true)).await;
            self.handle(&key).await.expect("feedback");
        }
        self.github.disregard_effects();
    }

    fn line(&self, commit: &CommitSha, context: &str) -> String {
        self.status(commit, context).map_or_else(|| "-".to_owned(), |(state, text)| format!("{state}: {text}"))
    }

    /// Time passes, and the queue's messages come as it does.
    async fn minutes(&self, minutes: i64) {
        for _ in 0..minutes {
            self.clock.advance(60);
            for body in self.queue.due() {
                self.job(FeedbackJob::from_body(&body).expect("a job")).await;
            }
        }
    }

    async fn enqueue(&self) -> CommitSha {
        let (commit, branch) = self.widgets.enqueue(&self.pull);
        let (provider, repository) = (Provider::github(), self.widgets.state().id);
        let (now, pull) = (self.clock.now(), self.pull.state().number);
        let queued = Queued { branch, pull, base: Some(self.main.clone()), since: now };
        self.feedback.table.queue_commit(&provider, repository, &commit, &queued, now).await.expect("a row");
        self.ci_ended(&commit).await;
        commit
    }
}

#[tokio::test]
async fn the_first_opened_upload_shows_the_verdicts_as_pending_and_nothing_else() {
    let house = House::new().await;
    house.main_with(&["unit", "e2e", "integration"]).await;
    let key = house.open(&house.head, "unit", true).await;
    house.opened(&house.head).await;
    assert_snapshot!(house.line(&house.head, PATCH), @"pending: 0 of 3 uploads, waiting for unit, e2e, integration");
    assert_snapshot!(house.line(&house.head, PROJECT), @"pending: 0 of 3 uploads, waiting for unit, e2e, integration");
    assert_eq!(house.pull.comments().len(), 0);

    house.store(&key, lcov(PATH, 14, |line| line != 12)).await;
    house.clock.advance(6);
    house.handle(&key).await.expect("feedback");
    assert_snapshot!(house.line(&house.head, PATCH), @"pending: 1 of 3 uploads, waiting for e2e, integration");
    let comment = house.comment();
    let lines: Vec<_> = comment.lines().filter(|line| !line.is_empty() && !line.starts_with("<!--")).take(2).collect();
    assert_snapshot!(lines.join("\n"), @r"
    ### ⏳ 1 of 3 uploads · so far 3 of 4 changed lines are covered
    Waiting for `e2e`, `integration`. No verdict before they are here or overdue.
    ");
}

#[tokio::test]
async fn when_what_the_base_had_is_here_the_verdict_is_given_without_a_look_at_ci() {
    let house = House::new().await;
    house.main_with(&["unit", "e2e"]).await;
    house.widgets.start_suite(&house.head, "github-actions");
    house.report("e2e", lcov(PATH, 14, |line| line == 11)).await;
    house.report("unit", lcov(PATH, 14, |line| line != 12)).await;
    house.drain().await;
    assert_snapshot!(house.line(&house.head, PATCH), @"failure: 75.0 % of changed lines covered (needs 100 %)");
    assert_snapshot!(house.line(&house.head, PROJECT), @"failure: 92.85 % (−7.15) vs MAIN");
    assert_eq!(house.queue.due().len(), 0, "nobody comes back for it");
    let before = house.github.call_count();
    house.ci_ended(&house.head).await;
    assert_eq!(house.github.call_count(), before);
}

#[tokio::test]
async fn without_a_base_the_end_of_ci_is_the_end_of_the_set() {
    let house = House::new().await;
    let suite = house.widgets.start_suite(&house.head, "github-actions");
    house.report("unit", lcov(PATH, 14, |line| line != 12)).await;
    assert_snapshot!(house.line(&house.head, PATCH), @"pending: 1 upload, waiting for the end of GitHub Actions");
    house.ci_ended(&house.head).await;
    assert_eq!(house.status(&house.head, PATCH).expect("a status").0, "pending", "another workflow ended");
    house.widgets.end_suite(suite, "success");
    house.ci_ended(&house.head).await;
    assert_snapshot!(house.line(&house.head, PATCH), @"success: 75.0 % of changed lines covered. No report for the base commit; nothing to compare");
}

#[tokio::test]
async fn when_ci_ends_without_an_upload_that_the_base_had_no_check_fails() {
    let house = House::new().await;
    house.main_with(&["unit", "e2e"]).await;
    let suite = house.widgets.start_suite(&house.head, "github-actions");
    house.report("unit", lcov(PATH, 14, |line| line > 9 && line != 12)).await;
    assert_snapshot!(house.line(&house.head, PROJECT), @"pending: 1 of 2 uploads, waiting for e2e");
    house.widgets.end_suite(suite, "failure");
    house.ci_ended(&house.head).await;
    assert_snapshot!(house.line(&house.head, PROJECT), @"success: 28.57 % (−71.43) vs MAIN · without e2e");
    assert_snapshot!(house.line(&house.head, PATCH), @"success: 75.0 % of changed lines covered (needs 100 %) · without e2e");
    assert_snapshot!("an_incomplete_set", house.comment());

    // The job is run again, and its report comes in the end.
    let late = house.open(&house.head, "e2e", true).await;
    house.store(&late, lcov(PATH, 14, |line| line <= 10)).await;
    house.handle(&late).await.expect("feedback");
    assert_snapshot!(house.line(&house.head, PROJECT), @"failure: 92.85 % (−7.15) vs MAIN");
    assert_eq!(house.pull.comments().len(), 1);
}

#[tokio::test]
async fn at_the_deadline_it_is_judged_with_what_is_there_and_one_message_came_for_it_at_a_time() {
    let house = House::new().await;
    house.main_with(&["unit", "e2e"]).await;
    house.widgets.start_suite(&house.head, "github-actions");
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    let before = house.github.call_count();
    house.minutes(59).await;
    assert_eq!(house.status(&house.head, PATCH).expect("a status").0, "pending");
    let calls = house.github.call_count() - before;
    assert!(calls <= 10, "{calls} calls to look whether CI ended");
    house.minutes(2).await;
    assert_snapshot!(house.line(&house.head, PATCH), @"success: 100 % of changed lines covered (needs 100 %) · without e2e");
    house.minutes(120).await;
    assert_eq!(house.queue.len(), 0, "nothing goes on for ever");
}

#[tokio::test]
async fn an_upload_that_was_opened_and_never_made_is_concluded_in_the_end() {
    let house = House::new().await;
    house.open(&house.head, "unit", true).await;
    house.opened(&house.head).await;
    house.minutes(2).await;
    assert_snapshot!(house.line(&house.head, PATCH), @"pending: 0 uploads, waiting for the first one");
    house.minutes(70).await;
    assert_snapshot!(house.line(&house.head, PATCH), @"success: No changed line is code that coverage is measured for · without any upload");
    assert_eq!(house.queue.len(), 0);
}

#[tokio::test]
async fn who_may_not_look_at_ci_waits_a_while_and_says_so() {
    let house = House::new().await;
    house.installation.withhold("checks");
    house.clock.advance(1);
    house.sync().await;
    house.report("unit", lcov(PATH, 14, |line| line != 12)).await;
    assert_snapshot!(house.line(&house.head, PATCH), @"pending: 1 upload, waiting for more");
    assert!(house.skipped(&house.head).await.contains(&"permission.ci".to_owned()));
    house.minutes(6).await;
    assert_snapshot!(house.line(&house.head, PATCH), @"success: 75.0 % of changed lines covered. No report for the base commit; nothing to compare");
}

#[tokio::test]
async fn a_pushed_over_head_gets_nothing_posted_late() {
    let house = House::new().await;
    let suite = house.widgets.start_suite(&house.head, "github-actions");
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    house.widgets.push("faster", &[("another.rs", "let a = 1;\n")]);
    house.widgets.end_suite(suite, "success");
    let before = (house.widgets.statuses(&house.head), house.pull.comments());
    house.ci_ended(&house.head).await;
    house.minutes(70).await;
    let after = (house.widgets.statuses(&house.head), house.pull.comments());
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
    assert!(house.skipped(&house.head).await.contains(&"pull.head_moved".to_owned()));
    assert_eq!(house.queue.len(), 0);
}

#[tokio::test]
async fn on_a_closed_pull_request_nothing_new_is_posted_and_the_report_is_kept() {
    let house = House::new().await;
    house.pull.close();
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    assert_eq!(house.pull.comments().len(), 0);
    assert_eq!(house.skipped(&house.head).await, ["pull.closed"]);
    let (provider, id) = (Provider::github(), house.widgets.state().id);
    let row = house.feedback.table.commit(&provider, id, &house.head).await.expect("the table").expect("a row");
    assert!(row.report.is_some());
    house.github.finish();
}

#[tokio::test]
async fn what_a_person_asks_for_again_is_posted_again() {
    let house = House::new().await;
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    let before = house.widgets.state().statuses.len();
    let (provider, repository, commit) = (Provider::github(), house.widgets.state().id, house.head.clone());
    house.job(FeedbackJob::Again { provider, repository, commit }).await;
    assert_eq!(house.widgets.state().statuses.len(), before + 2);
    assert_eq!(house.pull.comments().len(), 1);
}

#[tokio::test]
async fn a_commit_of_a_merge_queue_is_judged_by_what_was_uploaded_for_it() {
    let house = House::new().await;
    house.main_with(&["unit"]).await;
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    let comments = house.pull.comments();
    let commit = house.enqueue().await;
    assert_eq!(house.status(&commit, PATCH).expect("a status").0, "pending");
    let key = house.open(&commit, "unit", false).await;
    house.store(&key, lcov(PATH, 14, |line| line != 12)).await;
    house.handle(&key).await.expect("feedback");
    house.drain().await;
    assert_snapshot!(house.line(&commit, PATCH), @"failure: 75.0 % of changed lines covered (needs 100 %)");
    assert_eq!(format!("{:?}", house.pull.comments()), format!("{comments:?}"), "nothing is said on the pull request");
}

#[tokio::test]
async fn a_commit_of_a_merge_queue_without_uploads_gets_its_pull_requests_verdict_when_ci_ends() {
    let house = House::new().await;
    house.main_with(&["unit"]).await;
    house.report("unit", lcov(PATH, 14, |line| line != 12)).await;
    let commit = house.enqueue().await;
    let suite = house.widgets.start_suite(&commit, "github-actions");
    house.minutes(3).await;
    assert_eq!(house.status(&commit, PATCH).expect("a status").0, "pending");
    house.widgets.end_suite(suite, "success");
    house.ci_ended(&commit).await;
    assert_eq!(house.line(&commit, PATCH), house.line(&house.head, PATCH));
    assert_eq!(house.line(&commit, PROJECT), house.line(&house.head, PROJECT));
}

#[tokio::test]
async fn a_head_that_is_called_like_a_merge_queues_commit_is_judged_as_what_it_is() {
    let house = House::new().await;
    let other = house.widgets.push("docs", &[("README.md", "# Widgets\n")]);
    let docs = house.widgets.open_pull_request("Docs", "docs", "main");
    let mut upload = house.upload(&house.head, "unit", None);
    upload.branch = Some(format!("gh-readonly-queue/main/pr-{}-{other}", docs.state().number));
    assert!(house.feedback.table.open_upload(&upload).await.expect("a row").applied());
    house.store(&upload.key, lcov(PATH, 14, |line| line != 12)).await;
    house.handle(&upload.key).await.expect("feedback");
    assert!(house.comment().contains("3 of 4 changed lines"), "{}", house.comment());
}

#[tokio::test]
async fn a_merge_queue_that_runs_no_ci_is_not_held_up() {
    let house = House::new().await;
    house.main_with(&["unit"]).await;
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    let commit = house.enqueue().await;
    assert_eq!(house.status(&commit, PATCH).expect("a status").0, "pending");
    house.minutes(3).await;
    assert_eq!(house.line(&commit, PATCH), house.line(&house.head, PATCH));
    assert_eq!(house.queue.len(), 0);
}

#[tokio::test]
async fn many_reports_that_come_one_by_one_change_what_is_shown_a_few_times_only() {
    let house = House::new().await;
    let names: Vec<String> = (0..30).map(|n| format!("shard {}", (b'a' + n % 26) as char)).collect();
    house.main_with(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for name in &names {
        let key = house.open(&house.head, name, true).await;
        house.store(&key, lcov(PATH, 14, |_| true)).await;
        house.handle(&key).await.expect("feedback");
        house.clock.advance(1);
    }
    house.drain().await;
    assert!(house.comment().contains("· 30 uploads"), "{}", house.comment());
    let edits = house.github.calls("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}");
    assert!(edits <= 8, "{edits} edits in thirty seconds");
}
