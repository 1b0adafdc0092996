//! More set-ups that are broken: what the App asks for, what it covers, and what was given up.

use covermark_console::doctor::{Audience, Verdict};
use covermark_service::dead_letters;
use covermark_state::{
    jobs::{FeedbackJob, Job as _},
    rows::dead_letter::QueueName,
};
use covermark_stories::{Browser, Town, gh};

use crate::{doctor, end, report, repository, said};

#[tokio::test(flavor = "multi_thread")]
async fn broken_6_the_app_does_not_ask_for_what_it_needs() {
    let town = Town::new().await;
    town.github.set_app_permission("statuses", None);
    let found = doctor(&town).instance().await.expect("looked at");
    let check = found.checks().find(|check| check.code == "app.permissions").expect("looked at");
    assert_eq!(check.verdict, Verdict::Bad);
    insta::assert_snapshot!("broken app", said(&town, &found));
    end(town).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_7_the_repository_was_taken_out_of_the_installation() {
    let town = Town::new().await;
    let pull = town.open_pull_request().await.state().number;
    let known = repository(&town).await;
    town.acme.repository("gadgets");
    town.installation.remove_repository(&town.widgets);
    town.deliver().await;
    town.settled().await;
    let found = doctor(&town).pull_named(&gh(), &known.name, pull).await.expect("looked at");
    assert_eq!(found.checks().find(|check| check.verdict == Verdict::Bad).expect("one").code, "installation.none");
    insta::assert_snapshot!("broken selection", said(&town, &found));
    end(town).await;
}

/// A job of the pull request's head lies among the dead letters, as after five failed tries.
async fn with_a_dead_letter(town: &Town) -> u64 {
    let pull = town.open_pull_request().await;
    let job = FeedbackJob::Commit { provider: gh(), repository: town.repository(), commit: pull.head_sha() };
    let (body, rooms) = (job.to_body().expect("a body"), &town.running().house.rooms);
    let why = "GitHub did not do its part: 502 for GET /repos/acme/widgets/pulls/1";
    assert!(dead_letters::bury(&rooms.table, QueueName::Feedback, &body, why, 5, rooms.clock.now()).await);
    pull.state().number.0
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_8_the_work_was_given_up() {
    let town = Town::new().await;
    let number = with_a_dead_letter(&town).await;
    let found = doctor(&town).instance().await.expect("looked at");
    insta::assert_snapshot!("broken queue", said(&town, &found));
    let (repository, number) = (repository(&town).await, number.to_string().parse().expect("a number"));
    let found = doctor(&town).pull(&repository, number, Audience::Member).await.expect("looked at");
    let check = found.checks().find(|check| check.code == "dead_letter").expect("it is about this commit");
    insta::assert_snapshot!(check.seen, @"Work on the commit was given up just now.");
    assert_eq!(check.why, None, "what the program said is for the operator");
    end(town).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_replays_a_dead_letter_on_the_doctors_page_and_nobody_else_sees_it() {
    let (town, browser) = (Town::administered_by("ada").await, Browser::open().await);
    let ada = town.github.user("ada");
    town.acme.add_member(&ada);
    let number = with_a_dead_letter(&town).await;
    report(&town, number).await;
    let doctor = format!("{}/doctor", town.url());
    assert_eq!(town.http().get(&doctor).send().await.expect("an answer").status(), 401, "strangers see nothing");
    browser.goto(&format!("{}/login/gh?next=%2Fdoctor", town.url())).await;
    browser.arrives_at("Authorize Covermark").await;
    browser.press("Authorize").await;
    browser.arrives_at("Doctor").await;
    let page = browser.text("main").await;
    for part in ["One job or delivery was given up.", "502 for GET", "given up, just now, after 5 tries", "Rate budget"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    browser.look("doctor-instance").await;
    browser.press("Replay").await;
    browser.arrives_at("Doctor").await;
    town.settled().await;
    browser.goto(&doctor).await;
    let page = browser.text("main").await;
    assert!(page.contains("Nothing was given up.") && page.contains("Dead letters good"), "{page}");
    let letters = &town.running().house.rooms.table;
    let letters = letters.dead_letters(town.running().house.rooms.clock.now()).await.expect("read");
    assert!(letters.iter().all(|letter| !letter.lies()), "{letters:?}");
    browser.close().await;
    end(town).await;
}
