//! Direct invocations with several reports, with sums alone, and those that only ask what would be said; and what is left
//! when one of them dies.

use std::path::Path;

use covermark_feedback::{enter, handle};
use covermark_standin::Fault;
use covermark_state::{
    jobs::{FeedbackJob, Job as _},
    rows::upload::{OpenedBy, Upload, UploadKey},
};
use covermark_types::{Clock as _, CommitSha, Provider};
use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};

use crate::{
    direct::{event, invoked},
    house::{House, PATH, job, lcov},
    storm::Mortal,
};

const PROJECT: &str = "covermark/project";
const PATCH: &str = "covermark/patch";

impl House {
    /// The event of the pull request's head with something else than a report.
    fn event_with(&self, key: &str, value: Value) -> Value {
        let mut event = event(self, Value::Null);
        event[key] = value;
        event
    }

    /// A push to `main` whose job has sums alone.
    async fn totals_on_main(&self, lines: u64, hits: u64) {
        let event = json!({
            "repository": "acme/widgets", "commit": self.main, "branch": "main", "name": "unit", "totals": { "lines": lines, "hits": hits },
        });
        let answer = invoked(self, event).await;
        assert_eq!(answer["upload"]["state"], "processed", "{answer}");
        self.github.disregard_effects();
    }

    fn stands(&self, context: &str) -> String {
        let (state, text) = self.status(&self.head, context).expect("a status");
        format!("{state}: {text}")
    }

    /// The first lines of the comment that people see.
    fn heads(&self) -> String {
        let comment = self.comment();
        let lines = comment.lines().filter(|line| !line.is_empty() && !line.starts_with("<!--"));
        lines.take(3).collect::<Vec<_>>().join("\n")
    }

    /// What is kept of a commit: uploads, whether there is a row, what was posted.
    async fn kept(&self, commit: &CommitSha) -> (usize, bool, usize, usize) {
        let (gh, id, now) = (Provider::github(), self.widgets.state().id, self.clock.now());
        let uploads = self.feedback.table.uploads_of(&gh, id, commit, now).await.expect("the table");
        let row = self.feedback.table.commit(&gh, id, commit).await.expect("the table");
        (uploads.len(), row.is_some(), self.pull.comments().len(), self.widgets.statuses(commit).len())
    }
}

#[tokio::test]
async fn several_reports_of_one_event_are_uploads_of_their_own_and_one_comment() {
    let house = House::new().await;
    house.feedback.blobs.put("ci/e2e.info", lcov(PATH, 14, |line| line > 12).into()).await.expect("a blob");
    let reports = json!([
        { "inline": lcov(PATH, 14, |line| line <= 12), "flags": ["unit"], "name": "unit" },
        { "bucket": "reports", "key": "ci/e2e.info", "flags": ["e2e"], "name": "e2e" },
        { "inline": "<testsuites/>" },
    ]);
    let answer = invoked(&house, house.event_with("reports", reports)).await;
    let states: Vec<_> = answer["uploads"].as_array().expect("a list").iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, ["processed", "processed", "unreadable"], "{answer}");
    assert_eq!(answer["coverage"]["patch"]["percent"], "100.00", "{answer}");
    let comment = house.comment();
    assert!(comment.contains("1 of 3 uploads could not be read"), "{comment}");
    assert!(comment.contains("| `unit` |") && comment.contains("| `e2e` |"), "{comment}");
    // What a report does not say of itself, the event says for all.
    let (gh, id, now) = (Provider::github(), house.widgets.state().id, house.clock.now());
    let uploads = house.feedback.table.uploads_of(&gh, id, &house.head, now).await.expect("the table");
    assert!(uploads.iter().any(|upload| upload.flags.is_empty() && upload.name.as_deref() == Some("unit")));
}

#[tokio::test]
async fn sums_alone_judge_the_project_and_say_that_the_change_is_not_known() {
    let house = House::new().await;
    house.totals_on_main(100, 80).await;
    let answer = invoked(&house, house.event_with("totals", json!({ "lines": 110, "hits": 85, "partials": 1 }))).await;
    assert_eq!(answer["coverage"]["project"]["misses"], 24, "{answer}");
    assert_eq!(answer["coverage"]["patch"], Value::Null);
    assert_snapshot!(house.stands(PROJECT), @"failure: 77.27 % (−2.73) vs MAIN");
    assert_snapshot!(house.stands(PATCH), @"success: Not known: only totals were reported, no lines");
    assert_snapshot!(house.heads(), @r##"
    ### ❌ Project coverage falls to 77.27 % (−2.73) · only totals were reported: how much of the change is covered is not known
    Project **77.27 %** (−2.73) compared with [`MAIN`](https://github.example/acme/widgets/commit/MAIN) on `main` · 1 upload · [report](https://cov.example/gh/acme/widgets/pull/1) · **the check fails: coverage must not fall**  
    Of the base only totals were reported, so files and lines cannot be compared.
    "##);
    // Lines are better than sums.
    house.report("lines", lcov(PATH, 14, |line| line != 12)).await;
    house.drain().await;
    assert_snapshot!(house.stands(PROJECT), @"success: 92.85 % (+12.85) vs MAIN");
    assert_snapshot!(house.heads(), @r##"
    ### ❌ 75.0 % of this change is covered, 80 % is asked for
    | File | Change | Not covered |
    |---|---|---|
    "##);
}

#[tokio::test]
async fn against_a_base_with_lines_and_flags_sums_alone_are_those_of_the_whole_project() {
    let house = House::with_files(&[("codecov.yml", "covermark: {expected_uploads: 1}\n")]).await;
    let mut upload = house.upload(&house.main, "unit", None);
    upload.flags = vec!["unit".to_owned()];
    house.feedback.table.open_upload(&upload).await.expect("a row");
    house.store(&upload.key, lcov(PATH, 10, |line| line > 1)).await;
    house.handle(&upload.key).await.expect("feedback");
    house.github.disregard_effects();
    invoked(&house, house.event_with("totals", json!({ "lines": 10, "hits": 9 }))).await;
    assert_snapshot!(house.stands(PROJECT), @"success: 90.00 % (unchanged) vs MAIN");
    assert_snapshot!(house.heads(), @r##"
    ### Only totals were reported: how much of the change is covered is not known
    Project **90.00 %** (unchanged) compared with [`MAIN`](https://github.example/acme/widgets/commit/MAIN) on `main` · 1 upload · [report](https://cov.example/gh/acme/widgets/pull/1)
    "##);
}

#[tokio::test]
async fn a_dry_run_is_answered_with_the_comment_and_leaves_nothing_behind() {
    let house = House::new().await;
    house.report_on_main(2).await;
    let before = house.kept(&house.head).await;
    let mut dry = event(&house, json!({ "inline": lcov(PATH, 14, |line| line > 2 && line != 13) }));
    dry["dry_run"] = json!(true);
    let tried = invoked(&house, dry.clone()).await;
    assert_json_snapshot!(tried);
    assert_eq!(house.kept(&house.head).await, before);
    let id = house.widgets.state().id;
    let pull = house.feedback.table.pull(&Provider::github(), id, house.pull.state().number).await.expect("the table");
    assert!(pull.is_none() && house.queue.len() == 0);
    house.github.finish();

    // What is done in earnest then says the same.
    dry["dry_run"] = json!(false);
    let done = invoked(&house, dry).await;
    assert_eq!(done["verdicts"], tried["verdicts"]);
    assert_eq!(house.comment(), tried["comment"]["markdown"].as_str().expect("a text"));
}

#[tokio::test]
async fn a_dry_run_counts_what_is_here_already_and_several_reports_and_sums() {
    let house = House::new().await;
    house.report("unit", lcov(PATH, 14, |line| line <= 11)).await;
    let (comment, before) = (house.comment(), house.kept(&house.head).await);
    let mut dry = house.event_with(
        "reports",
        json!([
            { "inline": lcov(PATH, 14, |line| line == 12), "name": "two" },
            { "inline": lcov(PATH, 14, |line| line == 13), "name": "three" },
        ]),
    );
    dry["dry_run"] = json!(true);
    let answer = invoked(&house, dry).await;
    assert_eq!(answer["coverage"]["patch"]["hits"], 3, "{answer}");
    assert_eq!(answer["uploads"].as_array().map(Vec::len), Some(2));
    assert!(answer["comment"]["markdown"].as_str().is_some_and(|text| text.contains("3 uploads")), "{answer}");
    assert_eq!((house.comment(), house.kept(&house.head).await), (comment, before));
    // Of a push, with sums alone.
    let push = json!({
        "repository": "acme/widgets", "commit": house.main, "branch": "main", "dry_run": true,
        "totals": { "lines": 10, "hits": 9 },
    });
    let answer = invoked(&house, push).await;
    assert_eq!((&answer["comment"], &answer["coverage"]["project"]["percent"]), (&Value::Null, &json!("90.00")));
    assert_eq!(house.kept(&house.main).await.0, 0);
}

#[tokio::test]
async fn a_dry_run_that_github_does_not_answer_says_that_nothing_was_stored() {
    let house = House::new().await;
    house.github.inject(Fault::on("GET /repos/{owner}/{repo}/pulls/{pull_number}").rate_limited(5));
    let mut dry = event(&house, json!({ "inline": lcov(PATH, 14, |_| true) }));
    dry["dry_run"] = json!(true);
    let answer = invoked(&house, dry).await;
    assert_snapshot!(answer["error"], @r#"{"code":"github.unavailable","message":"GitHub does not answer at the moment. It was a dry run, so nothing was stored; invoke again."}"#);
    assert_eq!(house.kept(&house.head).await.0, 0);
}

/// The raw reports in the bucket, as S3 tells of them.
fn stored(folder: &Path) -> Vec<UploadKey> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let under = |path: std::path::PathBuf| {
        let name = path.to_string_lossy().into_owned();
        let key = name.find("/uploads/").and_then(|at| UploadKey::from_blob_key(&name[at + 1..]));
        if path.is_dir() { stored(&path) } else { key.into_iter().collect() }
    };
    paths.flat_map(under).collect()
}

#[tokio::test]
async fn wherever_an_invocation_dies_what_it_has_stored_is_read_and_shown() {
    for polls in (1..400).step_by(4) {
        let house = House::new().await;
        let event = event(&house, json!({ "inline": lcov(PATH, 14, |_| true) }));
        let work = Box::pin(enter(&house.feedback, event, |_, _| std::future::ready(())));
        let finished = (Mortal { work, polls }).await.is_some();
        let stored = stored(house.folder.path());
        for key in &stored {
            handle(&house.feedback, job(key)).await.expect("done, or taken along");
        }
        for _ in 0..200 {
            house.clock.advance(1);
            for body in house.queue.due() {
                handle(&house.feedback, FeedbackJob::from_body(&body).expect("a job")).await.expect("done");
            }
        }
        let id = house.widgets.state().id;
        let outcomes = house.feedback.table.outcomes_of(&Provider::github(), id, 100).await.expect("read");
        assert!(
            !outcomes.iter().any(|one| one.reasons.contains(&"upload.unknown".to_owned())),
            "{polls}: {outcomes:?}"
        );
        if !stored.is_empty() {
            assert!(house.comment().contains("All 4 changed lines are covered"), "after {polls} polls");
        }
        if finished {
            assert!(polls > 20, "an invocation waits more often than that");
            return;
        }
    }
    panic!("an invocation is polled more than 400 times");
}

#[tokio::test]
async fn an_invocation_that_died_before_its_report_was_stored_holds_no_verdict_up() {
    let house = House::new().await;
    let dead = house.upload(&house.head, "dead", Some(house.pull.state().number));
    let dead = Upload { opened_by: OpenedBy::Invocation, ..dead };
    house.feedback.table.open_upload(&dead).await.expect("a row");
    house.report("unit", lcov(PATH, 14, |_| true)).await;
    assert_eq!(house.status(&house.head, PATCH).expect("a status").0, "success");
}
