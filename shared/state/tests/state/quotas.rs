//! Counters of what a repository has used.

use std::time::Duration;

use covermark_state::{Write, rows::quota::Purse};
use covermark_types::{PullNumber, RepositoryId};

use crate::support::{at, gh, sha, table};

const REPO: RepositoryId = RepositoryId(42);

#[tokio::test]
async fn of_many_uploads_at_once_exactly_as_many_get_in_as_there_is_room_for() {
    let table = table().await;
    let commit = sha('a');
    let counts = (0..20).map(|_| {
        let (table, commit) = (table.clone(), commit.clone());
        tokio::spawn(
            async move { table.count_upload(&gh(), REPO, (Purse::Own, &commit), 7, at(1)).await.expect("a write") },
        )
    });
    let mut applied = 0;
    for count in counts.collect::<Vec<_>>() {
        applied += usize::from(count.await.expect("a task").applied());
    }
    assert_eq!(applied, 7);
    let other = table.count_upload(&gh(), REPO, (Purse::Own, &sha('b')), 7, at(1)).await.expect("a write");
    assert_eq!(other, Write::Applied, "another commit has its own counter");
}

#[tokio::test]
async fn bytes_are_counted_by_the_day() {
    let table = table().await;
    let count =
        async |bytes, now| table.count_bytes(&gh(), REPO, (Purse::Own, bytes), 100, now).await.expect("a write");
    assert_eq!(count(60, at(1)).await, Write::Applied);
    assert_eq!(count(41, at(2)).await, Write::Refused, "nothing is counted of what is refused");
    assert_eq!(count(40, at(3)).await, Write::Applied);
    assert_eq!(count(0, at(4)).await, Write::Applied);
    assert_eq!(count(101, at(4)).await, Write::Refused);
    assert_eq!(count(100, at(4) + Duration::from_secs(24 * 3600)).await, Write::Applied);
}

#[tokio::test]
async fn what_strangers_use_up_is_not_the_repositorys_own() {
    let table = table().await;
    let purses = [Purse::Own, Purse::OwnTests, Purse::Strangers, Purse::StrangersTests, Purse::Pull(PullNumber(7))];
    for purse in purses {
        let uploads = table.count_upload(&gh(), REPO, (purse, &sha('a')), 1, at(1)).await.expect("a write");
        let bytes = table.count_bytes(&gh(), REPO, (purse, 100), 100, at(1)).await.expect("a write");
        assert_eq!((uploads, bytes), (Write::Applied, Write::Applied), "{purse}");
    }
}
