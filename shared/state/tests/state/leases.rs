//! Leases under contention.

use crate::support::{at, table};

#[tokio::test]
async fn of_many_that_want_a_lease_one_has_it() {
    let table = table().await;
    let wanting = (0..10).map(|n| {
        let table = table.clone();
        tokio::spawn(async move { table.acquire_lease("gh/42", &n.to_string(), at(60), at(0)).await.expect("a write") })
    });
    let mut holders = 0;
    for one in wanting.collect::<Vec<_>>() {
        holders += usize::from(one.await.expect("a task"));
    }
    assert_eq!(holders, 1);
}

#[tokio::test]
async fn a_lease_ends_by_itself_by_being_released_or_not_at_all_for_its_holder() {
    let table = table().await;
    let acquire =
        async |holder, now| table.acquire_lease("gh/42", holder, at(now + 60), at(now)).await.expect("a write");
    assert!(acquire("first", 0).await);
    assert!(!acquire("second", 59).await);
    assert!(acquire("first", 59).await, "the holder moves the end");
    assert!(!acquire("second", 118).await);
    assert!(acquire("second", 119).await, "its time was up");
    assert!(!table.release_lease("gh/42", "first").await.expect("a write").applied(), "not its lease any more");
    assert!(!acquire("first", 120).await);
    assert!(table.release_lease("gh/42", "second").await.expect("a write").applied());
    assert!(acquire("first", 120).await);
}

#[tokio::test]
async fn a_lease_is_renewed_only_while_nobody_else_has_had_it() {
    let table = table().await;
    let acquire =
        async |holder, now| table.acquire_lease("gh/42", holder, at(now + 60), at(now)).await.expect("a write");
    let renew = async |holder, now: i64| table.renew_lease("gh/42", holder, at(now + 60)).await.expect("a write");
    assert!(!renew("first", 0).await, "nobody has it");
    assert!(acquire("first", 0).await);
    assert!(renew("first", 100).await, "late, and still the first's");
    assert!(!acquire("second", 159).await);
    assert!(acquire("second", 160).await);
    assert!(!renew("first", 161).await, "the second has it");
    assert!(table.release_lease("gh/42", "second").await.expect("a write").applied());
    assert!(!renew("first", 162).await, "the second had it");
}
