//! Commits: written by version, found as ancestors.

use std::collections::BTreeMap;

use covermark_state::rows::{
    Totals,
    commit::{CommitRow, CommitWrite, Posted},
};
use covermark_types::{CommitSha, RepositoryId};

use crate::support::{at, gh, sha, table};

const REPO: RepositoryId = RepositoryId(42);

fn commit(sha: CommitSha, created: i64) -> CommitRow {
    CommitRow {
        branch: Some("main".to_owned()),
        report: Some(format!("reports/gh/42/{sha}")),
        totals: Some(Totals { files: 2, lines: 10, hits: 8, misses: 2, ..Totals::default() }),
        uploads: 2,
        ..CommitRow::new(gh(), REPO, sha, at(created))
    }
}

#[tokio::test]
async fn a_commit_comes_back_as_it_was_written() {
    let table = table().await;
    let statuses = BTreeMap::from([("covermark/patch".to_owned(), "d1".to_owned())]);
    let given = CommitRow { posted: Some(Posted { statuses, at: at(3), ..Posted::default() }), ..commit(sha('a'), 0) };
    assert_eq!(table.put_commit(&given).await.expect("a write"), CommitWrite::Written(1));
    let row = table.commit(&gh(), REPO, &sha('a')).await.expect("a read");
    assert_eq!(row, Some(CommitRow { version: 1, ..given }));
    assert_eq!(table.commit(&gh(), REPO, &sha('b')).await.expect("a read"), None);
}

#[tokio::test]
async fn of_two_that_write_a_commit_at_once_one_wins_and_the_other_hears_of_it() {
    let table = table().await;
    let mut row = commit(sha('a'), 0);
    for version in 0..3 {
        row.version = version;
        let writers = (0..8).map(|uploads| {
            let (table, row) = (table.clone(), CommitRow { uploads, ..row.clone() });
            tokio::spawn(async move { (uploads, table.put_commit(&row).await.expect("a write")) })
        });
        let mut winners = Vec::new();
        for writer in writers.collect::<Vec<_>>() {
            match writer.await.expect("a task") {
                (uploads, CommitWrite::Written(written)) => winners.push((uploads, written)),
                (_, CommitWrite::Conflict) => {}
            }
        }
        let [(uploads, written)] = winners[..] else { panic!("{winners:?} won") };
        let stored = table.commit(&gh(), REPO, &sha('a')).await.expect("a read").expect("a row");
        assert_eq!((stored.uploads, stored.version), (uploads, written));
    }
}

#[tokio::test]
async fn the_nearest_ancestor_with_a_report_is_the_first_of_one_answer() {
    let table = table().await;
    table.put_commit(&commit(sha('c'), 0)).await.expect("a write");
    table.put_commit(&commit(sha('e'), 1)).await.expect("a write");
    let without = CommitRow::new(gh(), REPO, sha('b'), at(2));
    table.put_commit(&without).await.expect("a write");
    let mut ancestors: Vec<CommitSha> = "abcde".chars().map(sha).collect();
    ancestors.extend((0..250).map(|n| format!("{n:040x}").parse().expect("a SHA")));
    ancestors.push(sha('a'));
    let found = table.reports_of(&gh(), REPO, &ancestors).await.expect("a read");
    assert_eq!(found.iter().map(|row| row.sha.clone()).collect::<Vec<_>>(), [sha('c'), sha('e')]);
    assert_eq!(table.reports_of(&gh(), REPO, &[]).await.expect("a read"), []);
}

#[tokio::test]
async fn a_report_with_a_forks_uploads_in_it_is_no_base() {
    let table = table().await;
    table.put_commit(&CommitRow { from_forks: 1, ..commit(sha('a'), 0) }).await.expect("a write");
    table.put_commit(&commit(sha('b'), 1)).await.expect("a write");
    let found = table.reports_of(&gh(), REPO, &[sha('a'), sha('b')]).await.expect("a read");
    assert_eq!(found.iter().map(|row| row.sha.clone()).collect::<Vec<_>>(), [sha('b')]);
}
