//! The thin line: a report becomes a comment.

use covermark_standin::Fault;
use covermark_stories::{CiJob, Town, uploaded};

const LCOV_PARSER: &[u8] = b"TN:\nSF:src/parser.py\nDA:1,1\nDA:2,1\nDA:3,0\nDA:4,1\nend_of_record\n";
const LCOV_MAIN: &[u8] = b"TN:\nSF:src/main.py\nDA:1,1\nDA:2,1\nDA:3,1\nend_of_record\n";
const LCOV_BASE: &[u8] =
    b"TN:\nSF:src/parser.py\nDA:1,1\nDA:2,1\nend_of_record\nSF:src/main.py\nDA:1,1\nDA:2,1\nend_of_record\n";

fn lcov<'a>(commit: &'a covermark_types::CommitSha, pull: u64, flag: &'a str, report: &'a [u8]) -> CiJob<'a> {
    CiJob { commit, pull: Some(pull), flag, file: "lcov.info", report }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_becomes_one_comment_and_a_second_report_edits_it() {
    for town in [Town::new().await, Town::on_enterprise_server().await] {
        let pull = town.open_pull_request().await;
        let (head, number) = (pull.head_sha(), pull.state().number.0);
        uploaded(&town, &lcov(&head, number, "unit", LCOV_PARSER)).await;
        let first = pull.expect_comment().await;
        town.settled().await;
        assert!(first.body.contains("1 of 2 changed lines"), "{}", first.body);
        for context in ["covermark/patch", "covermark/project"] {
            town.widgets.expect_check_run(&head, context).await;
        }
        uploaded(&town, &lcov(&head, number, "e2e", LCOV_MAIN)).await;
        let second = pull.expect_comment_edit().await;
        town.settled().await;
        assert_eq!(second.id, first.id);
        assert!(second.body.contains("2 uploads"), "{}", second.body);
        assert_eq!(pull.comments().len(), 1);
        town.github.disregard_effects();
        town.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_verdicts_are_pending_as_soon_as_an_upload_is_opened_and_long_before_its_report() {
    let town = Town::new().await;
    let pull = town.open_pull_request().await;
    let (head, number) = (pull.head_sha(), pull.state().number.0);
    let job = lcov(&head, number, "unit", LCOV_PARSER);
    let opened: serde_json::Value = job.open(&town, town.token.expose()).await.json().await.expect("JSON");
    // All that there is to do is done, and nothing was ever sent to the slot.
    town.settled().await;
    let pending = || {
        let runs = town.widgets.check_runs(&head).into_iter();
        let mut runs: Vec<_> = runs.map(|run| (run.name, run.status, run.conclusion)).collect();
        runs.sort_unstable();
        runs
    };
    let waiting = |name: &str| (name.to_owned(), "in_progress".to_owned(), None);
    assert_eq!(pending(), [waiting("covermark/patch"), waiting("covermark/project")]);
    assert_eq!(pull.comments().len(), 0, "a comment that says nothing yet would be noise");
    let slot = opened["raw_upload_location"].as_str().expect("an address");
    let stored = town.http().put(slot).body(job.payload()).send().await.expect("an answer");
    assert!(stored.status().is_success());
    pull.expect_comment().await;
    town.settled().await;
    assert!(pending().iter().all(|(_, status, _)| status == "completed"), "the same two runs: {:?}", pending());
    assert_eq!(pending().len(), 2);
    town.github.disregard_effects();
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_survives_a_restart() {
    let mut town = Town::new().await;
    let pull = town.open_pull_request().await;
    let (head, number) = (pull.head_sha(), pull.state().number.0);
    uploaded(&town, &lcov(&head, number, "unit", LCOV_PARSER)).await;
    let first = pull.expect_comment().await;
    town.settled().await;
    town.stop().await;
    town.start().await;
    uploaded(&town, &lcov(&head, number, "e2e", LCOV_MAIN)).await;
    let second = pull.expect_comment_edit().await;
    town.settled().await;
    assert_eq!((second.id, pull.comments().len()), (first.id, 1));
    town.github.disregard_effects();
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_github_is_down_the_upload_succeeds_and_the_comment_comes_later() {
    let town = Town::new().await;
    let pull = town.open_pull_request().await;
    let (head, number) = (pull.head_sha(), pull.state().number.0);
    town.github.inject(Fault::on("GET /repos/{owner}/{repo}/pulls/{pull_number}").answers(502).times(3));
    uploaded(&town, &lcov(&head, number, "unit", LCOV_PARSER)).await;
    let comment = pull.expect_comment().await;
    town.settled().await;
    assert_eq!(pull.comments().len(), 1);
    assert!(comment.by_app);
    town.github.disregard_effects();
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_no_parser_knows_is_kept_and_named_in_the_comment() {
    let town = Town::new().await;
    let pull = town.open_pull_request().await;
    let (head, number) = (pull.head_sha(), pull.state().number.0);
    let odd = CiJob { file: "coverage.bin", report: b"\x00\x01\x02 not a report", ..lcov(&head, number, "odd", b"") };
    uploaded(&town, &odd).await;
    town.settled().await;
    uploaded(&town, &lcov(&head, number, "unit", LCOV_PARSER)).await;
    town.settled().await;
    let comments = pull.comments();
    assert_eq!(comments.len(), 1);
    let body = &comments[0].body;
    assert!(body.contains("1 of 2 uploads could not be read"), "{body}");
    assert!(body.contains("coverage.bin"), "{body}");
    town.github.disregard_effects();
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_project_is_compared_with_the_base_and_the_base_is_named() {
    let town = Town::new().await;
    let pull = town.open_pull_request().await;
    let (base, head, number) = (pull.base_sha(), pull.head_sha(), pull.state().number.0);
    uploaded(&town, &CiJob { pull: None, ..lcov(&base, 0, "unit", LCOV_BASE) }).await;
    town.settled().await;
    uploaded(&town, &lcov(&head, number, "unit", LCOV_PARSER)).await;
    let comment = pull.expect_comment().await;
    town.settled().await;
    assert!(comment.body.contains(&base.as_str()[..7]), "{}", comment.body);
    town.github.disregard_effects();
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_that_come_twice_and_backwards_change_nothing() {
    let town = Town::new().await;
    town.widgets.rename("gizmos");
    town.github.double_webhooks();
    town.github.reverse_webhooks();
    town.deliver().await;
    town.settled().await;
    let name = "acme/gizmos".parse().expect("a name");
    let table = &town.running().house.rooms.table;
    let row = table.repository_by_name(&town.provider, &name).await.expect("read").expect("known");
    assert_eq!(row.id, town.repository());
    town.end().await;
}
