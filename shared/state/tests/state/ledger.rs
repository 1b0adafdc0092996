//! What the pages show of deliveries, reconciliations, budgets and dead letters.

use std::time::Duration;

use covermark_state::rows::{
    budget::{Heard, Whose},
    dead_letter::{DeadLetter, LetterId, QueueName, What},
    last_delivery::{Concerned, Fate, LastDelivery},
    reconcile::{Counts, Outcome, Reconciled, Run},
};
use covermark_types::{InstallationId, RepositoryId};

use crate::support::{at, gh, table};

const ID: InstallationId = InstallationId(7);

fn delivery(received: i64, fate: Fate) -> LastDelivery {
    LastDelivery {
        delivery: "72d3162e-cc78-11e3-81ab-4c9367dc0958".parse().expect("a GUID"),
        event: "push".to_owned(),
        received_at: at(received),
        fate,
        why: None,
        at: at(received + 1),
    }
}

#[tokio::test]
async fn the_last_delivery_is_the_one_that_came_in_last_with_its_last_fate() {
    let table = table().await;
    let whose = Concerned::Installation(ID);
    assert_eq!(table.last_delivery(&gh(), whose).await.expect("a read"), None);
    for (given, stored) in
        [(delivery(5, Fate::Waiting), true), (delivery(5, Fate::Done), true), (delivery(4, Fate::Failed), false)]
    {
        let write = table.note_delivery(&gh(), whose, &given).await.expect("a write");
        assert_eq!(write.applied(), stored);
    }
    let repository = Concerned::Repository(RepositoryId(7));
    table.note_delivery(&gh(), repository, &delivery(9, Fate::Failed)).await.expect("a write");
    let unheard = Concerned::Repository(RepositoryId(8));
    let all = table.last_deliveries(&gh(), &[unheard, repository, whose]).await.expect("a read");
    assert_eq!(all, [(repository, delivery(9, Fate::Failed)), (whose, delivery(5, Fate::Done))]);
}

#[tokio::test]
async fn a_reconciliation_shows_how_far_it_is_and_an_older_one_does_not_hide_a_newer() {
    let table = table().await;
    let of = Reconciled::Installation(ID);
    let run = |started, outcome, repositories| Run {
        started_at: at(started),
        outcome,
        counts: Counts { repositories, ..Counts::default() },
    };
    table.note_reconcile(&gh(), of, run(0, Outcome::Complete, 3), None, at(1)).await.expect("a write");
    table.note_reconcile(&gh(), of, run(10, Outcome::Failed, 1), Some("no answer"), at(11)).await.expect("a write");
    let late = table.note_reconcile(&gh(), of, run(5, Outcome::Complete, 9), None, at(12)).await.expect("a write");
    assert!(!late.applied());
    let last = table.last_reconcile(&gh(), of).await.expect("a read").expect("a row");
    assert_eq!((last.outcome, last.why.as_deref(), last.counts.repositories), (Outcome::Failed, Some("no answer"), 1));
    assert_eq!((last.started_at, last.at, last.complete_at), (at(10), at(11), Some(at(0))));
    table.note_reconcile(&gh(), of, run(20, Outcome::Running, 0), None, at(20)).await.expect("a write");
    let all = table.last_reconciles(&gh(), &[InstallationId(1), ID]).await.expect("a read");
    assert_eq!(
        all.iter().map(|(id, run)| (*id, run.outcome, run.why.clone())).collect::<Vec<_>>(),
        [(ID, Outcome::Running, None)]
    );
    assert_eq!(table.last_reconcile(&gh(), Reconciled::Provider).await.expect("a read"), None);
}

#[tokio::test]
async fn a_budget_is_what_github_said_last_and_the_longest_wait_holds() {
    let table = table().await;
    let whose = Whose::Installation(ID);
    let heard = |remaining, seen| Heard { limit: 5_000, remaining, reset_at: at(3_600), seen_at: at(seen) };
    table.note_budget(&gh(), whose, heard(4_000, 2)).await.expect("a write");
    assert!(!table.note_budget(&gh(), whose, heard(4_999, 1)).await.expect("a write").applied());
    table.ask_not_before(&gh(), whose, at(100), "secondary rate limit").await.expect("a write");
    assert!(!table.ask_not_before(&gh(), whose, at(60), "shorter").await.expect("a write").applied());
    table.note_budget(&gh(), whose, heard(3_999, 3)).await.expect("a write");
    let budget = table.budget(&gh(), whose).await.expect("a read").expect("a row");
    assert_eq!((budget.limit, budget.remaining, budget.reset_at), (Some(5_000), Some(3_999), Some(at(3_600))));
    assert_eq!(budget.why.as_deref(), Some("secondary rate limit"));
    assert_eq!((budget.wait(at(40)), budget.wait(at(100))), (Some(Duration::from_secs(60)), None));
    let all = table.budgets(&gh(), &[Whose::App, whose]).await.expect("a read");
    assert_eq!(all, [(whose, budget)]);
}

fn letter(body: &str, since: i64) -> DeadLetter {
    DeadLetter {
        id: LetterId::of_job(QueueName::Feedback, body),
        what: What::Job { queue: QueueName::Feedback, body: body.to_owned() },
        why: "GitHub could not be reached".to_owned(),
        since: at(since),
        attempts: 5,
        replays: 0,
        replayed_at: None,
    }
}

#[tokio::test]
async fn a_dead_letter_lies_until_it_is_replayed_and_is_known_again_when_it_comes_back() {
    let table = table().await;
    let delivery = DeadLetter {
        id: LetterId::of_delivery(&gh(), &"72d3162e-cc78-11e3-81ab-4c9367dc0958".parse().expect("a GUID")),
        what: What::Delivery {
            provider: gh(),
            delivery: "72d3162e-cc78-11e3-81ab-4c9367dc0958".parse().expect("a GUID"),
            github_id: 99,
            event: "push".to_owned(),
            action: None,
            installation: Some(ID),
            repository: None,
        },
        ..letter("", 3)
    };
    for given in [letter("one", 1), letter("two", 2), letter("one", 4), delivery.clone()] {
        table.bury(&given).await.expect("a write");
    }
    let ids = async |now| -> Vec<LetterId> {
        table.dead_letters(at(now)).await.expect("a read").into_iter().map(|letter| letter.id).collect()
    };
    assert_eq!(ids(5).await, [letter("one", 0).id, delivery.id.clone(), letter("two", 0).id]);
    assert_eq!(table.dead_letter(&delivery.id, at(5)).await.expect("a read"), Some(delivery.clone()));
    assert!(table.note_replay(&delivery.id, at(6)).await.expect("a write"));
    assert_eq!(ids(7).await, [letter("one", 0).id, letter("two", 0).id]);
    table.bury(&DeadLetter { since: at(8), ..delivery.clone() }).await.expect("a write");
    let again = table.dead_letters(at(9)).await.expect("a read").remove(0);
    assert_eq!((again.id.clone(), again.replays, again.replayed_at), (delivery.id.clone(), 1, Some(at(6))));
    table.unbury(&delivery.id).await.expect("a write");
    assert!(
        !table.note_replay(&delivery.id, at(10)).await.expect("a write"),
        "no half row is made of one that is gone"
    );
    assert_eq!(ids(10).await.len(), 2);
    assert_eq!(ids(15 * 24 * 3600).await, [], "they are forgotten after two weeks");
}

#[test]
fn a_letters_id_is_short_and_plain() {
    let id = LetterId::of_job(QueueName::Sync, "{}");
    assert_eq!(id.as_str().parse::<LetterId>().expect("an id"), id);
    for bad in ["", "A", "a/b", "a b", "ü", &"a".repeat(101)] {
        assert!(bad.parse::<LetterId>().is_err(), "{bad}");
    }
}
