//! When commits are judged: what is asked, what is noted, what a queue says.

use std::collections::BTreeMap;

use covermark_state::{
    Write,
    rows::timing::{Queued, Settled},
};
use covermark_types::{CommitSha, Provider, PullNumber, RepositoryId};

use crate::support::{at, table};

const REPOSITORY: RepositoryId = RepositoryId(42);

fn sha() -> CommitSha {
    "0123456789012345678901234567890123456789".parse().expect("a SHA")
}

fn gh() -> Provider {
    Provider::github()
}

#[tokio::test]
async fn of_all_uploads_of_a_commit_one_is_the_first() {
    let table = table().await;
    let opening = (0..20).map(|_| {
        let table = table.clone();
        tokio::spawn(async move { table.announce_commit(&gh(), REPOSITORY, &sha(), at(0)).await.expect("a write") })
    });
    let mut first = 0;
    for one in opening.collect::<Vec<_>>() {
        first += usize::from(one.await.expect("a task") == Write::Applied);
    }
    assert_eq!(first, 1);
}

#[tokio::test]
async fn what_is_asked_while_somebody_works_is_not_lost_when_he_notes_what_he_came_to() {
    let table = table().await;
    for _ in 0..3 {
        table.ask_for_verdict(&gh(), REPOSITORY, &sha(), at(0)).await.expect("a write");
    }
    table.set_wake(&gh(), REPOSITORY, &sha(), at(60)).await.expect("a write");
    let kinds = BTreeMap::from([("unit\t\t".to_owned(), 2)]);
    let settled = Settled {
        concluded: true,
        here: 2,
        missing: 0,
        until: None,
        kinds: kinds.clone(),
        contexts: vec!["covermark/patch".to_owned()],
    };
    table.settle_verdict(&gh(), REPOSITORY, &sha(), &settled, at(1)).await.expect("a write");
    let timing = table.timing(&gh(), REPOSITORY, &sha()).await.expect("a read").expect("a row");
    assert_eq!((timing.asked, timing.wake_at, timing.concluded), (3, Some(at(60)), true));
    assert_eq!((timing.kinds, timing.contexts), (kinds, settled.contexts));
}

#[tokio::test]
async fn names_that_are_made_anew_for_every_run_do_not_burst_the_row() {
    let table = table().await;
    let kinds = (0..5_000).map(|n| (format!("{n:04}{}", "x".repeat(2_000)), 1)).collect();
    let settled = Settled { kinds, ..Settled::default() };
    table.settle_verdict(&gh(), REPOSITORY, &sha(), &settled, at(0)).await.expect("a write");
    let timing = table.timing(&gh(), REPOSITORY, &sha()).await.expect("a read").expect("a row");
    assert!(timing.kinds.len() <= 1_000 && timing.kinds.keys().all(|kind| kind.len() <= 256));
}

#[tokio::test]
async fn who_does_not_know_a_queues_base_takes_it_from_nobody() {
    let table = table().await;
    let queued = |base: bool| Queued {
        branch: "gh-readonly-queue/main/pr-7-0123456".to_owned(),
        pull: PullNumber(7),
        base: base.then(sha),
        since: at(0),
    };
    for base in [false, true, false] {
        table.queue_commit(&gh(), REPOSITORY, &sha(), &queued(base), at(0)).await.expect("a write");
    }
    let timing = table.timing(&gh(), REPOSITORY, &sha()).await.expect("a read").expect("a row");
    assert_eq!(timing.queued, Some(queued(true)));
    table.announce_commit(&gh(), REPOSITORY, &sha(), at(1)).await.expect("a write");
    let timing = table.timing(&gh(), REPOSITORY, &sha()).await.expect("a read").expect("a row");
    assert_eq!(timing.queued, Some(queued(true)), "an upload for it changes nothing of that");
}
