//! What came of the last runs: every reason for which something was not posted, and every failure, reaches the doctor.

use covermark_console::doctor::{Audience, Diagnosis, Verdict};
use covermark_standin::Fault;
use covermark_state::jobs::FeedbackJob;
use covermark_stories::{Town, gh};
use covermark_types::PullNumber;

use crate::{doctor, end, report, repository, said};

const PULL: &str = "GET /repos/{owner}/{repo}/pulls/{pull_number}";

async fn look(town: &Town, number: PullNumber, audience: Audience) -> Diagnosis {
    doctor(town).pull(&repository(town).await, number, audience).await.expect("looked at")
}

/// The newest runs. How many there were before depends on how quickly one followed another.
fn newest(town: &Town, found: &Diagnosis, most: usize) -> String {
    let text = said(town, found);
    let (_, runs) = text.split_once("Last runs\n").expect("a section");
    let mut checks = 0;
    let of_the_newest = |line: &&str| {
        checks += usize::from(line.contains(" Run: "));
        checks <= most
    };
    let without_request = |line: &str| line.split(" (request").next().unwrap_or_default().to_owned();
    runs.lines().take_while(of_the_newest).map(without_request).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_failed_is_shown_with_its_code_until_a_later_one_does_not_fail() {
    let town = Town::new().await;
    let pull = town.open_pull_request().await;
    let number = pull.state().number;
    report(&town, number.0).await;
    let house = &town.running().house;
    let again = || FeedbackJob::Again { provider: gh(), repository: town.repository(), commit: pull.head_sha() };
    town.github.inject(Fault::on(PULL).answers(502).times(3));
    covermark_feedback::handle(&house.feedback, again()).await.expect_err("GitHub is down");
    let found = look(&town, number, Audience::Operator).await;
    assert_eq!(found.verdict, Verdict::Bad);
    insta::assert_snapshot!(said(&town, &found).lines().nth(1).unwrap_or_default(), @"✗ The comment is there. The run for COMMIT failed just now. GitHub did not answer.");
    insta::assert_snapshot!("failed run", newest(&town, &found, 1));
    let shown = said(&town, &look(&town, number, Audience::Member).await);
    assert!(shown.contains("[github.unavailable]") && !shown.contains("because:"), "{shown}");

    covermark_feedback::handle(&house.feedback, again()).await.expect("it is well again");
    let found = look(&town, number, Audience::Operator).await;
    assert!(found.verdict < Verdict::Bad, "{}", said(&town, &found));
    insta::assert_snapshot!("failed run made up for", newest(&town, &found, 2));
    // The repository's page has the same history.
    let of_repository =
        doctor(&town).repository(&repository(&town).await, Audience::Operator).await.expect("looked at");
    assert!(said(&town, &of_repository).contains("[github.unavailable]"));
    end(town).await;
}
