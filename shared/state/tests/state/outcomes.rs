//! What came of the runs of a repository.

use covermark_state::rows::outcome::Outcome;
use covermark_types::{PullNumber, RepositoryId};

use crate::support::{at, gh, sha, table};

const REPO: RepositoryId = RepositoryId(42);

fn outcome(second: i64, commit: char) -> Outcome {
    Outcome {
        provider: gh(),
        repository: REPO,
        commit: sha(commit),
        pull: Some(PullNumber(7)),
        at: at(second),
        comment: None,
        verdicts: 2,
        reasons: vec!["comment.off".to_owned()],
        error: None,
        github_calls: 6,
    }
}

#[tokio::test]
async fn the_newest_come_first_and_no_more_than_were_asked_for() {
    let table = table().await;
    for (second, commit) in [(3, 'c'), (1, 'a'), (2, 'b')] {
        table.put_outcome(&outcome(second, commit)).await.expect("a write");
    }
    table.put_outcome(&Outcome { repository: RepositoryId(43), ..outcome(4, 'd') }).await.expect("a write");
    let found = table.outcomes_of(&gh(), REPO, 2).await.expect("a read");
    assert_eq!(found, [outcome(3, 'c'), outcome(2, 'b')]);
    assert_eq!(table.outcomes_of(&gh(), RepositoryId(1), 20).await.expect("a read"), []);
}

#[tokio::test]
async fn what_failed_is_kept_in_few_words() {
    let table = table().await;
    let failed = Outcome { error: Some("ä".repeat(1_000)), pull: None, ..outcome(1, 'a') };
    table.put_outcome(&failed).await.expect("a write");
    let found = table.outcomes_of(&gh(), REPO, 1).await.expect("a read");
    let error = found[0].error.as_deref().expect("an error");
    assert!(error.len() <= 500 && error.ends_with('…'), "{error}");
}
