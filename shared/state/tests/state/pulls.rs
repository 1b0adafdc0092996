//! Pull requests: GitHub's fields and ours side by side.

use covermark_state::{
    Write,
    rows::{
        Mirrored,
        pull::{Pull, PullComment, PullState},
    },
};
use covermark_types::{PullNumber, RepositoryId};

use crate::support::{at, gh, sha, table};

const REPO: RepositoryId = RepositoryId(42);

fn pull(number: u64, updated: i64, seen: i64) -> Pull {
    Pull {
        provider: gh(),
        repository: REPO,
        number: PullNumber(number),
        title: "Parse faster".to_owned(),
        author: Some("octo".to_owned()),
        head_sha: sha('a'),
        head_ref: "faster".to_owned(),
        head_repository: Some(REPO),
        base_sha: sha('b'),
        base_ref: "main".to_owned(),
        state: PullState::Open,
        draft: false,
        updated_at: at(updated),
        seen_at: at(seen),
        comment: None,
        chosen_base: None,
        version: 0,
    }
}

fn comment(posted: i64) -> PullComment {
    PullComment { id: Some(99), digest: "d1".to_owned(), head: sha('a'), posted_at: at(posted) }
}

#[tokio::test]
async fn a_refresh_from_github_keeps_what_we_posted() {
    let table = table().await;
    table.put_pull(&pull(9, 1, 2)).await.expect("a write");
    let write = table.set_pull_comment(&gh(), REPO, PullNumber(9), &comment(3)).await.expect("a write");
    assert_eq!(write, Write::Applied);
    let closed = Pull { state: PullState::Closed, head_repository: None, ..pull(9, 4, 5) };
    assert_eq!(table.put_pull(&closed).await.expect("a write"), Mirrored::Stored);
    let row = table.pull(&gh(), REPO, PullNumber(9)).await.expect("a read");
    assert_eq!(row, Some(Pull { comment: Some(comment(3)), version: 2, ..closed }));
}

#[tokio::test]
async fn an_older_comment_does_not_replace_a_later_one_and_needs_a_known_pull_request() {
    let table = table().await;
    let set =
        async |posted| table.set_pull_comment(&gh(), REPO, PullNumber(9), &comment(posted)).await.expect("a write");
    assert_eq!(set(1).await, Write::Refused);
    assert_eq!(table.pull(&gh(), REPO, PullNumber(9)).await.expect("a read"), None);
    table.put_pull(&pull(9, 1, 2)).await.expect("a write");
    assert_eq!((set(5).await, set(4).await, set(6).await), (Write::Applied, Write::Refused, Write::Applied));
}

#[tokio::test]
async fn a_late_event_does_not_turn_a_pull_request_back() {
    let table = table().await;
    table.put_pull(&pull(9, 5, 6)).await.expect("a write");
    for (updated, seen) in [(4, 9), (5, 5)] {
        assert_eq!(table.put_pull(&pull(9, updated, seen)).await.expect("a write"), Mirrored::Older);
    }
}

#[tokio::test]
async fn an_endless_title_is_cut() {
    let table = table().await;
    table.put_pull(&Pull { title: "é".repeat(100_000), ..pull(9, 1, 2) }).await.expect("a write");
    let row = table.pull(&gh(), REPO, PullNumber(9)).await.expect("a read").expect("a row");
    assert!(row.title.len() <= 1024 && row.title.ends_with("é…"));
}
