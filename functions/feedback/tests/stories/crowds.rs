//! Many uploads at once, in any order, on bad days: one comment, the right numbers, nothing lost.

use std::sync::Arc;

use covermark_standin::Fault;
use covermark_types::{Fault as _, FaultClass, Random as _, SystemRandom};

use crate::house::{House, PATH, lcov};

/// Line `n` is covered by upload `n` alone.
fn nth(n: u32) -> String {
    lcov(PATH, 14, move |line| line == n)
}

/// Does a job until it is done, as the queue would.
async fn until_done(house: &House, key: &covermark_state::rows::upload::UploadKey) {
    for _ in 0..100 {
        match house.handle(key).await {
            Ok(()) => return,
            Err(error) => {
                assert!(matches!(error.class(), FaultClass::Retry(_)), "{error}");
                house.clock.advance(2);
                tokio::task::yield_now().await;
            }
        }
    }
    panic!("the job is never done");
}

#[tokio::test]
async fn two_uploads_at_once_become_one_comment_with_both() {
    let house = House::new().await;
    let (one, two) = (house.open(&house.head, "one", true).await, house.open(&house.head, "two", true).await);
    house.store(&one, lcov(PATH, 14, |line| line <= 12)).await;
    house.store(&two, lcov(PATH, 14, |line| line > 12)).await;
    tokio::join!(until_done(&house, &one), until_done(&house, &two));
    house.drain().await;
    let comment = house.comment();
    assert!(comment.contains("All 4 changed lines are covered"), "{comment}");
    assert!(comment.contains("2 uploads"), "{comment}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_uploads_in_any_order_become_one_comment() {
    storm(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_uploads_on_a_bad_day_become_one_comment() {
    let repo = "/repos/{owner}/{repo}";
    storm(&[
        Fault::on(&format!("POST {repo}/issues/{{issue_number}}/comments")).answers(502).after_the_effect(),
        Fault::on(&format!("PATCH {repo}/issues/comments/{{comment_id}}")).times(2).resets(),
        Fault::on(&format!("GET {repo}/pulls/{{pull_number}}")).times(3).answers(500),
        Fault::on(&format!("POST {repo}/statuses/{{sha}}")).secondary_rate_limited(Some(1)),
    ])
    .await;
}

async fn storm(faults: &[Fault]) {
    let house = Arc::new(House::new().await);
    let mut keys = Vec::new();
    for n in 0..20 {
        let key = house.open(&house.head, &format!("shard {n:02}"), true).await;
        house.store(&key, nth(n % 14 + 1)).await;
        keys.push(key);
    }
    shuffle(&mut keys);
    for fault in faults {
        house.github.inject(fault.clone());
    }
    let jobs = keys.into_iter().map(|key| {
        let house = house.clone();
        tokio::spawn(async move { until_done(&house, &key).await })
    });
    for job in jobs.collect::<Vec<_>>() {
        job.await.expect("done");
    }
    house.drain().await;
    let comment = house.comment();
    assert!(comment.contains("### ✅ All 4 changed lines are covered"), "{comment}");
    assert!(comment.contains("Project **100 %**"), "{comment}");
    assert!(comment.contains("· 20 uploads"), "{comment}");
    let (state, _) = house.status(&house.head, "covermark/patch").expect("a status");
    assert_eq!(state, "success");
}

fn shuffle<T>(items: &mut [T]) {
    for last in (1..items.len()).rev() {
        let mut bytes = [0; 8];
        SystemRandom.fill(&mut bytes);
        items.swap(last, usize::try_from(u64::from_le_bytes(bytes) % (last as u64 + 1)).expect("small"));
    }
}
