//! The doctor, on set-ups that are broken in the ways that people ask about. What it says is what pages and the command line
//! show.

#[path = "doctor/broken.rs"]
mod broken;
#[path = "doctor/runs.rs"]
mod runs;

use std::sync::Arc;

use covermark_console::doctor::{Audience, Diagnosis, Doctor, Verdict};
use covermark_service::{
    credentials::{self, Apps},
    repository_hooks::{HookSecrets, RepositoryHooks},
};
use covermark_state::rows::{
    last_delivery::{Concerned, Fate, LastDelivery},
    repository::Repository,
    repository_settings::RepositorySettings,
};
use covermark_stories::{CiJob, Town, gh, uploaded};
use covermark_types::{Clock as _, PullNumber, Secret, SystemClock, SystemRandom};

const LCOV: &[u8] = b"TN:\nSF:src/parser.py\nDA:1,1\nDA:2,1\nDA:3,0\nDA:4,1\nend_of_record\n";

/// A doctor who has just come: nothing is remembered from before.
fn doctor(town: &Town) -> Doctor {
    let running = town.running();
    let rooms = &running.house.rooms;
    let apps = Arc::new(Apps::new(rooms.vault.clone(), rooms.table.clone(), rooms.clock.clone(), rooms.http.clone()));
    let hooks = RepositoryHooks {
        table: rooms.table.clone(),
        apps: apps.clone(),
        secrets: HookSecrets::new(rooms.vault.clone()),
        public_url: running.public_url.clone(),
        clock: rooms.clock.clone(),
        random: Arc::new(SystemRandom),
    };
    Doctor {
        table: rooms.table.clone(),
        apps,
        hooks: Arc::new(hooks),
        public_url: Some(running.public_url.clone()),
        queues: vec![("sync", running.house.sync_queue.clone()), ("feedback", running.house.feedback_queue.clone())],
        clock: rooms.clock.clone(),
    }
}

async fn repository(town: &Town) -> Repository {
    let table = &town.running().house.rooms.table;
    table.repository(&gh(), town.repository()).await.expect("read").expect("known")
}

/// What is said, without what differs from run to run.
fn said(town: &Town, found: &Diagnosis) -> String {
    let ours = town.url();
    let theirs = town.github.page("/").as_str().trim_end_matches('/').to_owned();
    let id = town.installation.id.to_string();
    let mut text = found.text().replace(&ours, "OURS").replace(&theirs, "GITHUB").replace(&id, "INSTALLATION");
    for sha in town.widgets.state().commits.keys() {
        text = text.replace(sha.short(), "COMMIT");
    }
    text.lines().map(|line| without_id(line.trim_end())).collect::<Vec<_>>().join("\n")
}

/// How many runs there were until all was done depends on how quickly one followed another.
fn before_the_runs(text: &str) -> &str {
    text.split("\n\nLast runs").next().unwrap_or_default()
}

/// The line without a comment's number, with which it ends.
fn without_id(line: &str) -> String {
    match line.split_once("#issuecomment-") {
        Some((before, _)) => format!("{before}#issuecomment-ID"),
        None => line.to_owned(),
    }
}

async fn report(town: &Town, number: u64) {
    let pull = town.widgets.pull(number);
    let head = pull.head_sha();
    let job = CiJob { commit: &head, pull: Some(number), flag: "unit", file: "lcov.info", report: LCOV };
    uploaded(town, &job).await;
    town.settled().await;
}

async fn end(town: Town) {
    town.github.disregard_effects();
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_well_and_the_comment_is_there() {
    let town = Town::new().await;
    let pull = town.open_pull_request().await.state().number;
    report(&town, pull.0).await;
    let found =
        doctor(&town).pull(&repository(&town).await, PullNumber(pull.0), Audience::Operator).await.expect("looked at");
    insta::assert_snapshot!("well pull", before_the_runs(&said(&town, &found)));
    let found = doctor(&town).instance().await.expect("looked at");
    assert!(found.verdict < Verdict::Bad, "{}", said(&town, &found));
    for code in
        ["credentials", "clock", "hook.address", "hook.deliveries", "installations", "queue.sync", "dead_letters"]
    {
        let check = found.checks().find(|check| check.code == code);
        assert_eq!(check.map(|check| check.verdict), Some(Verdict::Good), "{code}: {}", said(&town, &found));
    }
    end(town).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_1_the_key_belongs_to_another_app() {
    let town = Town::new().await;
    let document = town.github.credentials_document().replace("414243", "414244");
    let Ok(document) = covermark_github::CredentialsDocument::parse(document.as_bytes()) else {
        panic!("the document is refused");
    };
    let rooms = &town.running().house.rooms;
    credentials::store(rooms.vault.as_ref(), &gh(), &document, rooms.clock.now()).await.expect("stored");
    let found = doctor(&town).instance().await.expect("looked at");
    assert!(found.checks().any(|check| check.code == "credentials.app_gone"));
    insta::assert_snapshot!("broken key", said(&town, &found));
    end(town).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_2_the_webhook_secret_is_another_one() {
    let town = Town::new().await;
    town.github.rotate_webhook_secret(Secret::new("another secret"));
    town.widgets.push("main", &[("a", "a")]);
    let refused = town.github.deliver_all().await;
    assert!(refused.iter().all(|delivery| delivery.attempt.as_ref().is_some_and(|attempt| attempt.status == 403)));
    let found = doctor(&town).instance().await.expect("looked at");
    assert!(found.checks().any(|check| check.code == "hook.secret"));
    insta::assert_snapshot!("broken secret", said(&town, &found));
    end(town).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_3_the_webhook_goes_to_another_address() {
    let town = Town::new().await;
    town.github.set_hook_url("http://127.0.0.1:9/somewhere/else");
    let found = doctor(&town).repository(&repository(&town).await, Audience::Operator).await.expect("looked at");
    assert_eq!(found.verdict, Verdict::Bad);
    insta::assert_snapshot!("broken address", said(&town, &found));
    end(town).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_4_the_app_may_not_comment() {
    let town = Town::new().await;
    let pull = town.open_pull_request().await.state().number;
    town.installation.withhold("pull_requests");
    town.installation.suspend();
    town.installation.unsuspend();
    town.deliver().await;
    town.settled().await;
    report(&town, pull.0).await;
    let found =
        doctor(&town).pull(&repository(&town).await, PullNumber(pull.0), Audience::Operator).await.expect("looked at");
    assert!(found.answer.starts_with("There is no comment."), "{}", found.answer);
    insta::assert_snapshot!("broken permission", before_the_runs(&said(&town, &found)));
    end(town).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_5_the_installation_is_suspended() {
    let town = Town::new().await;
    let pull = town.open_pull_request().await.state().number;
    town.installation.suspend();
    town.deliver().await;
    town.settled().await;
    let found =
        doctor(&town).pull(&repository(&town).await, PullNumber(pull.0), Audience::Operator).await.expect("looked at");
    assert_eq!(found.checks().find(|check| check.verdict == Verdict::Bad).expect("one").code, "installation.suspended");
    let text = said(&town, &found);
    let today = day_of_suspension(&text);
    insta::assert_snapshot!("broken suspension", text.replace(&today, "TODAY"));
    end(town).await;
}

/// The day that a text names behind "since".
fn day_of_suspension(text: &str) -> String {
    let (_, rest) = text.split_once("suspended since ").expect("a day");
    rest.split('.').next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn i_see_no_comment_because_nothing_was_uploaded_or_somebody_switched_it_off() {
    let town = Town::new().await;
    let pull = town.open_pull_request().await.state().number;
    let look = async || {
        doctor(&town).pull(&repository(&town).await, PullNumber(pull.0), Audience::Operator).await.expect("looked at")
    };
    insta::assert_snapshot!(said(&town, &look().await).lines().nth(1).unwrap_or_default(), @"✗ There is no comment. No report has come for COMMIT.");
    let table = &town.running().house.rooms.table;
    let settings = RepositorySettings { comment: false, changed_by: Some("ada".to_owned()), ..Default::default() };
    table.put_repository_settings(&gh(), town.repository(), &settings).await.expect("written");
    report(&town, pull.0).await;
    let found = look().await;
    assert!(found.checks().any(|check| check.code == "settings.comment" && check.verdict == Verdict::Bad));
    insta::assert_snapshot!(found.answer, @"Somebody switched the comment off in the repository's settings.");
    let unknown =
        doctor(&town).pull(&repository(&town).await, PullNumber(999), Audience::Operator).await.expect("looked at");
    assert!(unknown.checks().any(|check| check.code == "pull.unknown"));
    let nowhere =
        doctor(&town).repository_named(&gh(), &"acme/nowhere".parse().expect("a name")).await.expect("looked at");
    assert_eq!(nowhere.checks().next().expect("one").code, "repository.unknown");
    end(town).await;
}

/// At a public repository anybody may read the page. They cost no call of the App's, and read of nothing that is internal: the
/// reason of a failure may name another repository, or our own resources.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_cost_github_nothing_and_read_nothing_internal() {
    let town = Town::new().await;
    let pull = town.open_pull_request().await.state().number;
    let (repository, table) = (repository(&town).await, &town.running().house.rooms.table);
    let internal = "GET /repos/acme/secret: the role arn:aws:sts::1:x may not";
    for of in [Concerned::Repository(repository.id), Concerned::Installation(town.installation.id)] {
        let now = SystemClock.now();
        let failed = LastDelivery {
            delivery: "00000000-0000-4000-8000-000000000001".parse().expect("a GUID"),
            event: "pull_request".to_owned(),
            received_at: now,
            fate: Fate::Failed,
            why: Some(internal.to_owned()),
            at: now,
        };
        table.note_delivery(&gh(), of, &failed).await.expect("written");
    }
    let asked = town.github.call_count();
    let look = async |audience| doctor(&town).pull(&repository, PullNumber(pull.0), audience).await.expect("looked at");
    let shown = said(&town, &look(Audience::Anybody).await);
    assert_eq!(town.github.call_count(), asked, "GitHub was asked");
    assert!(shown.contains("failed.") && !shown.contains("arn:aws") && !shown.contains("secret"), "{shown}");
    let member = look(Audience::Member).await.text();
    assert!(member.contains("The App's webhook sends to us.") && !member.contains(internal), "{member}");
    assert!(look(Audience::Operator).await.text().contains(internal));
    end(town).await;
}
