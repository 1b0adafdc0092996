//! Installations, their tombstones, and the order in which news about them may come.

use std::{
    collections::BTreeMap,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use covermark_state::{
    Table,
    rows::{
        Mirrored,
        installation::{Installation, Selection},
    },
};
use covermark_types::{AccountId, AppId, InstallationId, Provider, Timestamp};
use proptest::prelude::*;

use crate::support::{at, gh, table};

const ID: InstallationId = InstallationId(7);

fn acme(id: InstallationId, created: Timestamp, updated: Timestamp, seen: Timestamp) -> Installation {
    Installation {
        provider: gh(),
        id,
        app_id: AppId(1),
        account_id: AccountId(11),
        account: "acme".to_owned(),
        account_type: "Organization".to_owned(),
        selection: Selection::All,
        permissions: BTreeMap::from([("contents".to_owned(), "read".to_owned())]),
        events: vec!["pull_request".to_owned()],
        suspended_at: None,
        created_at: created,
        updated_at: updated,
        seen_at: seen,
        reconciled_at: None,
        version: 0,
    }
}

async fn stored(table: &Table) -> Option<Installation> {
    table.installation(&gh(), ID).await.expect("a read")
}

#[tokio::test]
async fn an_installation_comes_back_as_it_was_written() {
    let table = table().await;
    let mut given = acme(ID, at(0), at(1), at(2));
    given.suspended_at = Some(at(1));
    assert_eq!(table.put_installation(&given).await.expect("a write"), Mirrored::Stored);
    assert_eq!(stored(&table).await, Some(Installation { version: 1, ..given.clone() }));
    given.suspended_at = None;
    given.seen_at = at(3);
    table.put_installation(&given).await.expect("a write");
    assert_eq!(stored(&table).await, Some(Installation { version: 2, ..given }), "what is None now is gone");
}

#[tokio::test]
async fn a_deleted_installation_stays_deleted_against_what_was_seen_before_and_comes_back_when_github_has_it() {
    let table = table().await;
    table.put_installation(&acme(ID, at(0), at(1), at(2))).await.expect("a write");
    let deleted = table.delete_installation(&gh(), ID, at(5)).await.expect("a write");
    assert_eq!((deleted, stored(&table).await), (Mirrored::Deleted, None));
    let late = table.put_installation(&acme(ID, at(0), at(4), at(4))).await.expect("a write");
    assert_eq!((late, stored(&table).await), (Mirrored::Deleted, None));
    assert_eq!(table.installations(&gh()).await.expect("a read"), []);
    // As after a list that was read with another App's key: the same life is seen again.
    let again = table.put_installation(&acme(ID, at(0), at(1), at(6))).await.expect("a write");
    assert_eq!(again, Mirrored::Stored);
    assert_eq!(table.installations(&gh()).await.expect("a read").len(), 1);
    let late = table.delete_installation(&gh(), ID, at(5)).await.expect("a write");
    assert_eq!(late, Mirrored::Older, "an older look says nothing of what was seen since");
    assert!(stored(&table).await.is_some());
}

#[tokio::test]
async fn a_deletion_that_overtakes_its_creation_holds() {
    let table = table().await;
    table.delete_installation(&gh(), ID, at(5)).await.expect("a write");
    assert_eq!(table.put_installation(&acme(ID, at(1), at(1), at(2))).await.expect("a write"), Mirrored::Deleted);
    assert_eq!(stored(&table).await, None);
}

#[tokio::test]
async fn news_never_goes_back_in_time() {
    let table = table().await;
    table.put_installation(&acme(ID, at(0), at(5), at(6))).await.expect("a write");
    for (updated, seen) in [(at(4), at(9)), (at(5), at(5))] {
        let older = table.put_installation(&acme(ID, at(0), updated, seen)).await.expect("a write");
        assert_eq!(older, Mirrored::Older);
    }
    assert_eq!(table.put_installation(&acme(ID, at(0), at(5), at(7))).await.expect("a write"), Mirrored::Stored);
}

#[tokio::test]
async fn a_refresh_leaves_the_time_of_the_last_reconcile_alone() {
    let table = table().await;
    table.put_installation(&acme(ID, at(0), at(1), at(2))).await.expect("a write");
    table.set_installation_reconciled(&gh(), ID, at(3)).await.expect("a write");
    table.put_installation(&acme(ID, at(0), at(4), at(5))).await.expect("a write");
    assert_eq!(stored(&table).await.and_then(|row| row.reconciled_at), Some(at(3)));
    table.delete_installation(&gh(), ID, at(6)).await.expect("a write");
    let write = table.set_installation_reconciled(&gh(), ID, at(7)).await.expect("a write");
    assert!(!write.applied(), "a tombstone is not reconciled");
}

#[tokio::test]
async fn lists_are_complete_beyond_one_page_and_in_order() {
    let table = table().await;
    let permissions: BTreeMap<_, _> = (0..400).map(|n| (format!("permission-{n:060}"), "write".to_owned())).collect();
    for id in (1..=60).rev() {
        // 30 KB each: two pages of a megabyte.
        let row = Installation { permissions: permissions.clone(), ..acme(InstallationId(id), at(0), at(1), at(2)) };
        table.put_installation(&row).await.expect("a write");
    }
    let all = table.installations(&gh()).await.expect("a read");
    assert_eq!(all.iter().map(|row| row.id.0).collect::<Vec<_>>(), (1..=60).collect::<Vec<_>>());
    let some = [InstallationId(9), InstallationId(999), InstallationId(3)];
    let found = table.installations_by_id(&gh(), &some).await.expect("a read");
    assert_eq!(found.iter().map(|row| row.id.0).collect::<Vec<_>>(), [9, 3]);
}

/// What GitHub would have answered, second by second: the life's beginning and its last change, or nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Truth {
    There { created: i64, updated: i64 },
    Gone,
}

#[derive(Clone, Copy, Debug)]
struct News {
    seen: i64,
    truth: Truth,
}

/// A history of installs, changes and removals, looked at once after each step.
fn history() -> impl Strategy<Value = Vec<News>> {
    prop::collection::vec(0..4_u8, 1..9).prop_map(|steps| {
        let mut truth = Truth::Gone;
        let mut news = Vec::new();
        for (step, kind) in steps.into_iter().enumerate() {
            let now = i64::try_from(step).expect("small") * 10 + 10;
            truth = match (truth, kind) {
                (Truth::Gone, 0) => Truth::Gone,
                (Truth::Gone, _) => Truth::There { created: now, updated: now },
                (Truth::There { .. }, 0) => Truth::Gone,
                (Truth::There { created, .. }, 1 | 2) => Truth::There { created, updated: now },
                (same, _) => same,
            };
            news.push(News { seen: now + 5, truth });
        }
        news
    })
}

/// The story's one table; each history is played on a GitHub of its own.
static STAGE: LazyLock<(tokio::runtime::Runtime, Table)> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let table = runtime.block_on(table());
    (runtime, table)
});

/// Tells the news in this order; what is known at the end, and how many installations are listed.
fn play(news: &[News]) -> (Option<(Timestamp, Timestamp)>, usize) {
    static PLAYED: AtomicU64 = AtomicU64::new(0);
    let provider: Provider = format!("p{}", PLAYED.fetch_add(1, Ordering::Relaxed)).parse().expect("a provider");
    let (runtime, table) = &*STAGE;
    runtime.block_on(async {
        for news in news {
            match news.truth {
                Truth::There { created, updated } => {
                    let row = acme(ID, at(created), at(updated), at(news.seen));
                    let row = Installation { provider: provider.clone(), ..row };
                    table.put_installation(&row).await.expect("a write");
                }
                Truth::Gone => {
                    table.delete_installation(&provider, ID, at(news.seen)).await.expect("a write");
                }
            }
        }
        let listed = table.installations(&provider).await.expect("a read").len();
        let stored = table.installation(&provider, ID).await.expect("a read");
        (stored.map(|row| (row.created_at, row.updated_at)), listed)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_order_and_the_doubles_the_newest_truth_stands(
        (history, order) in history().prop_flat_map(|history| {
            let all = 0..=history.len();
            let doubles = prop::sample::subsequence(history.clone(), all);
            let told = (Just(history.clone()), doubles).prop_map(|(once, twice)| [once, twice].concat());
            (Just(history), told.prop_shuffle())
        })
    ) {
        let end = play(&order);
        let newest = match history.last().expect("a step").truth {
            Truth::There { created, updated } => (Some((at(created), at(updated))), 1),
            Truth::Gone => (None, 0),
        };
        prop_assert_eq!(end, newest);
    }
}
