//! Pull requests from forks, which have no secret: what GitHub must say before they may upload.

use std::{fmt::Write as _, time::Duration};

use covermark_standin::Fault;
use covermark_state::rows::{budget::Whose, upload::OpenedBy};
use covermark_types::Clock as _;
use serde_json::{Value, json};

use crate::{support::GLOBAL_TOKEN, town::Town};

const RUNS: &str = "GET /repos/{owner}/{repo}/actions/runs/{run_id}";
const PULL: &str = "GET /repos/{owner}/{repo}/pulls/{pull_number}";

#[tokio::test]
async fn a_forks_run_uploads_for_its_own_pull_request_whatever_it_says() {
    let town = Town::new().await;
    let mut body = town.of_fork();
    body["branch"] = json!("main");
    let answer = town.upload(&body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let page = format!("https://covermark.example/base/gh/acme/widgets/pull/{}", town.pull.number);
    assert_eq!(answer.body["url"], page);
    let uploads = town.world.uploads_of(town.id(), town.head().as_str()).await;
    assert_eq!(uploads[0].opened_by, OpenedBy::Fork);
    assert_eq!((uploads[0].branch.as_deref(), uploads[0].pull), (Some("mona:faster"), Some(town.pull.number)));
    assert_eq!(uploads[0].parent, None, "a fork does not choose its base");
    let row = town.world.table.commit(&town.world.provider, town.id(), &town.head()).await.expect("read");
    assert_eq!(row.expect("a row").branch.as_deref(), Some("mona:faster"));
}

#[tokio::test]
async fn a_matrix_of_jobs_costs_one_look_at_github() {
    let town = Town::new().await;
    for _ in 0..20 {
        assert_eq!(town.upload(&town.of_fork()).await.status, 201);
    }
    assert_eq!((town.github.calls(RUNS), town.github.calls(PULL)), (1, 1));
    town.later(3);
    assert_eq!(town.upload(&town.of_fork()).await.status, 201);
    assert_eq!(town.github.calls(RUNS), 2, "what GitHub said is believed for two minutes");
}

#[tokio::test]
async fn the_calls_that_name_only_the_commit_are_let_in_too() {
    let town = Town::new().await;
    let of_commit = |tail: &str| format!("commits/{}{tail}", town.head());
    let commit = json!({ "commitid": town.head(), "branch": "mona:faster", "pullid": town.pull.number });
    let upload = json!({ "ci_url": town.of_fork()["ci_url"], "flags": ["unit"] });
    for (tail, body) in [
        ("commits".to_owned(), &commit),
        (of_commit("/reports"), &json!({ "code": "default" })),
        (of_commit("/reports/default/uploads"), &upload),
    ] {
        let answer = town.call("POST", &tail, None, body).await;
        assert_eq!(answer.status, 201, "{tail}: {answer:?}");
    }
    let complete = town.call("POST", &of_commit("/upload-complete"), None, &json!({})).await;
    assert_eq!(complete.status, 200, "{complete:?}");
}

#[tokio::test]
async fn a_fork_says_nothing_of_a_commit_that_the_repositorys_own_jobs_speak_for() {
    let town = Town::new().await;
    let token = format!("token {GLOBAL_TOKEN}");
    let complete = format!("commits/{}/upload-complete", town.head());
    let row = async || {
        let row = town.world.table.commit(&town.world.provider, town.id(), &town.head()).await.expect("read");
        row.expect("a row")
    };
    assert_eq!(town.upload(&town.of_fork()).await.status, 201);
    assert_eq!(town.call("POST", &complete, None, &town.of_fork()).await.status, 200);
    let of_fork = row().await;
    assert_eq!((of_fork.pull, of_fork.complete_at.is_some()), (Some(town.pull.number), true));

    let own = json!({ "commitid": town.head(), "branch": "main" });
    assert_eq!(town.call("POST", "upload-coverage", Some(&token), &own).await.status, 201);
    let trusted = row().await;
    assert_eq!((trusted.pull, trusted.branch.as_deref(), trusted.complete_at), (None, Some("main"), None));

    assert_eq!(town.upload(&town.of_fork()).await.status, 201, "it is taken, and says nothing");
    assert_eq!(town.call("POST", &complete, None, &town.of_fork()).await.status, 200);
    assert_eq!(row().await, trusted);
}

/// What goes wrong, by name, and how it comes about.
async fn refusals(table: &mut String) {
    let towns = [
        "a run that there is not",
        "a run of another repository",
        "a run that ended 61 minutes ago",
        "a cancelled run",
        "another commit",
        "another pull request",
        "a run of the repository's own branch",
        "a run of a push",
        "a fork that is gone",
        "a closed pull request, without a run",
        "a run that was left out and ended long ago",
        "a run that nobody has approved",
        "a commit that is not the head, without a run",
        "a pull request that there is not",
        "no pull request at all",
    ];
    for case in towns {
        let town = Town::new().await;
        let mut body = town.of_fork();
        let run = |number: u64| json!(format!("https://github.com/acme/widgets/actions/runs/{number}"));
        match case {
            "a run that there is not" => body["ci_url"] = run(999_999_999),
            "a run of another repository" => {
                let gadgets = town.acme.repository("gadgets");
                gadgets.push("main", &[("a", "b")]);
                body["ci_url"] = run(gadgets.start_run_of_push("main"));
            }
            "a run that ended 61 minutes ago" => {
                town.widgets.end_run(town.run, "success");
                town.later(61);
            }
            "a cancelled run" => town.widgets.end_run(town.run, "cancelled"),
            "another commit" => body["commitid"] = json!("f".repeat(40)),
            "another pull request" => {
                town.fork.push("other", &[("src/other.rs", "x")]);
                let other = town.widgets.open_pull_request_from(&town.fork, "Other", "other", "main");
                body["pullid"] = json!(other.number);
            }
            "a run of the repository's own branch" => {
                let head = town.widgets.push("own", &[("src/own.rs", "x")]);
                let own = town.widgets.open_pull_request("Own", "own", "main");
                (body["ci_url"], body["commitid"], body["pullid"]) =
                    (run(own.start_run()), json!(head), json!(own.number));
            }
            "a run of a push" => body["ci_url"] = run(town.widgets.start_run_of_push("main")),
            "a fork that is gone" => town.fork.delete(),
            "a closed pull request, without a run" => {
                town.fork.push("faster", &[("src/lib.rs", "fn three() {}\n")]);
                (body["ci_url"], body["commitid"]) = (Value::Null, json!(town.head()));
                town.pull.close();
            }
            "a run that was left out and ended long ago" => {
                body["ci_url"] = Value::Null;
                town.widgets.end_run(town.run, "success");
                town.later(61);
            }
            "a run that nobody has approved" => town.widgets.end_run(town.run, "action_required"),
            "a commit that is not the head, without a run" => {
                body["ci_url"] = Value::Null;
                body["commitid"] = json!("f".repeat(40));
            }
            "a pull request that there is not" => body["pullid"] = json!(999),
            _ => (body["ci_url"], body["pullid"], body["commitid"]) = (Value::Null, Value::Null, json!("f".repeat(40))),
        }
        let answer = town.upload(&body).await;
        assert_eq!(answer.status, 401, "{case}: {answer:?}");
        let number = town.run.to_string();
        let sentence = answer.sentence().replace(&number, "RUN").replace(town.head().short(), "HEAD");
        let digits = sentence.split_inclusive(|c: char| !c.is_ascii_digit());
        let sentence: String = digits
            .map(|word| {
                if word.len() > 8 && word.starts_with('7') {
                    word.replace(|c: char| c.is_ascii_digit(), "7")
                } else {
                    word.to_owned()
                }
            })
            .collect();
        let _ = writeln!(table, "{case}\n    {sentence}\n");
        assert!(town.world.uploads_of(town.id(), town.head().as_str()).await.is_empty(), "{case}: nothing is stored");
    }
}

#[tokio::test]
async fn everything_else_is_refused_with_what_was_looked_at() {
    let mut table = String::new();
    refusals(&mut table).await;
    insta::assert_snapshot!("forks", table);
}

#[tokio::test]
async fn a_run_that_ended_within_the_hour_still_counts() {
    let town = Town::new().await;
    town.widgets.end_run(town.run, "failure");
    town.later(59);
    assert_eq!(town.upload(&town.of_fork()).await.status, 201, "a job may fail and still have coverage");
}

#[tokio::test]
async fn without_the_permission_to_read_runs_the_pull_request_must_do() {
    let town = Town::without_actions().await;
    assert_eq!(town.upload(&town.of_fork()).await.status, 201);
    assert_eq!(town.github.calls(PULL), 1);

    let town = Town::without_actions().await;
    town.pull.close();
    let refused = town.upload(&town.of_fork()).await;
    assert!(refused.sentence().contains("lacks the permission `Actions: read-only`"), "{refused:?}");
}

#[tokio::test]
async fn an_upload_that_names_no_run_is_held_against_those_that_github_has() {
    let town = Town::new().await;
    let mut body = town.of_fork();
    body["ci_url"] = Value::Null;
    assert_eq!(town.upload(&body).await.status, 201, "its run is under way");
    town.widgets.end_run(town.run, "cancelled");
    town.later(3);
    let refused = town.upload(&body).await;
    assert!(refused.sentence().contains("was cancelled (the upload names no run;"), "{refused:?}");

    town.fork.push("faster", &[("src/lib.rs", "fn three() {}\n")]);
    body["commitid"] = json!(town.head());
    assert_eq!(town.upload(&body).await.status, 201, "where GitHub runs nothing for the commit, CI is another");
}

#[tokio::test]
async fn a_forks_report_for_the_trial_merge_is_filed_under_the_head() {
    let town = Town::new().await;
    let trial = town.pull.merge_on_trial();
    let mut body = town.of_fork();
    body["commitid"] = json!(trial);
    let answer = town.upload(&body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(town.world.uploads_of(town.id(), town.head().as_str()).await.len(), 1);
    assert!(town.world.uploads_of(town.id(), trial.as_str()).await.is_empty());
}

#[tokio::test]
async fn strangers_have_counters_of_their_own_with_less_in_them() {
    let settings =
        covermark_upload::Settings { uploads_per_commit: 4, bytes_per_day: 100 * 1024 * 1024, ..Default::default() };
    let town = Town::with(settings).await;
    let token = format!("token {GLOBAL_TOKEN}");
    let of = |body: Value, bytes: u64| {
        let mut body = body;
        body["report_payload_bytes"] = json!(bytes);
        body
    };
    let large = town.upload(&of(town.of_fork(), 5 * 1024 * 1024)).await;
    insta::assert_snapshot!(large.sentence(), @"429 Pull request 1 of acme/widgets has uploaded all that it may in one day (4 MiB); it may again from 00:00 UTC. Upload smaller reports, upload with a token, or let the operator raise COVERMARK_UPLOAD_BYTES_PER_DAY.");
    assert_eq!(town.upload(&of(town.of_fork(), 1024)).await.status, 201);
    let third = town.upload(&of(town.of_fork(), 1024)).await.sentence().replace(town.head().short(), "HEAD");
    insta::assert_snapshot!(third, @"429 Commit HEAD of acme/widgets has 2 uploads without a token already, and no more are taken. Merge the reports of several jobs before the upload, or let the operator raise COVERMARK_UPLOADS_PER_COMMIT.");
    for name in ["a", "b", "c", "d"] {
        let own = of(json!({ "commitid": town.head(), "name": name }), 25 * 1024 * 1024);
        let answer = town.call("POST", "upload-coverage", Some(&token), &own).await;
        assert_eq!(answer.status, 201, "nothing of the repository's own is used up: {answer:?}");
    }
}

#[tokio::test]
async fn a_private_repository_is_not_even_admitted_to_be_there() {
    let town = Town::new().await;
    let hidden = town.acme.repository("hidden");
    town.know(&hidden).await;
    let ask = async |name: &str| {
        let path = format!("/base/upload/github/acme::::{name}/upload-coverage");
        town.world.send("POST", &path, None, town.of_fork().to_string()).await.sentence().replace(name, "NAME")
    };
    assert_eq!(ask("hidden").await, ask("nowhere").await);
    assert_eq!(town.github.call_count(), 0, "nobody spends our calls on it");
}

#[tokio::test]
async fn what_decides_without_a_report_is_not_for_forks() {
    let town = Town::new().await;
    let tail = format!("commits/{}/empty-upload", town.head());
    let mut body = town.of_fork();
    body["should_force"] = json!(true);
    let answer = town.call("POST", &tail, None, &body).await;
    insta::assert_snapshot!(answer.sentence(), @"401 Token required: this call decides what is posted on acme/widgets, so a fork without a token may not make it. `covermark upload-token acme/widgets` prints a token; upload a report instead, and none is needed.");
}

#[tokio::test]
async fn a_github_that_is_down_or_limits_us_is_no_refusal() {
    let town = Town::new().await;
    town.github.inject(Fault::on(RUNS).answers(502).times(3));
    let answer = town.upload(&town.of_fork()).await;
    assert_eq!(answer.status, 503, "a retry helps: {answer:?}");
    assert_eq!(town.upload(&town.of_fork()).await.status, 201, "and it was not remembered");
}

#[tokio::test]
async fn strangers_do_not_spend_the_installations_calls() {
    let town = Town::new().await;
    let mut refused = 0;
    for number in 0..100 {
        let mut body = town.of_fork();
        body["ci_url"] = json!(format!("https://github.com/acme/widgets/actions/runs/{}", 1_000_000_000 + number));
        refused += u32::from(town.upload(&body).await.status == 429);
    }
    assert_eq!((refused, town.github.calls(RUNS)), (40, 60));
    town.later(1);
    assert_eq!(town.upload(&town.of_fork()).await.status, 201);
}

#[tokio::test]
async fn an_instance_may_let_everybody_upload_for_public_repositories() {
    let settings = covermark_upload::Settings { public_without_token: true, ..Default::default() };
    let town = Town::with(settings).await;
    let answer = town.upload(&json!({ "commitid": town.head(), "branch": "main" })).await;
    assert_eq!(answer.status, 201);
    assert_eq!(town.world.uploads_of(town.id(), town.head().as_str()).await[0].opened_by, OpenedBy::Public);
    assert_eq!(town.github.call_count(), 0);
}

#[tokio::test]
async fn a_limit_that_another_function_met_is_obeyed_and_one_that_is_met_here_binds_the_others() {
    let town = Town::new().await;
    let (table, clock, whose) = (&town.world.table, &town.world.clock, Whose::Installation(town.installation.id));
    let until = clock.now() + Duration::from_secs(120);
    table.ask_not_before(&town.world.provider, whose, until, "slow down").await.expect("written");
    let refused = town.upload(&town.of_fork()).await;
    insta::assert_snapshot!(refused.sentence(), @"429 GitHub's rate limit is reached, so the upload could not be verified. Run the job again in 2 minutes, or upload with a token: then GitHub is not asked.");
    assert_eq!(town.github.call_count(), 0, "nobody asks in the installation's name until then");
    town.later(3);
    assert_eq!(town.upload(&town.of_fork()).await.status, 201);

    // What GitHub tells this function is in the table for all of them.
    town.later(3);
    town.github.inject(Fault::on(RUNS).secondary_rate_limited(Some(90)));
    assert_eq!(town.upload(&town.of_fork()).await.status, 429);
    let budget = table.budget(&town.world.provider, whose).await.expect("read").expect("known");
    assert!(budget.wait(clock.now()).is_some_and(|wait| wait.as_secs() >= 80), "{budget:?}");
}
