//! Uploads: their states, their bounds, their keys.

use covermark_state::{
    Write,
    rows::{
        Totals,
        upload::{DroppedPath, OpenedBy, UnreadableFile, Upload, UploadKey, UploadNotes, UploadResult, UploadState},
    },
};
use covermark_types::RepositoryId;

use crate::support::{at, gh, sha, table};

const REPO: RepositoryId = RepositoryId(42);
const WEEK: i64 = 7 * 24 * 3600;

fn key(n: u32) -> UploadKey {
    let upload = format!("00000000-0000-4000-8000-{n:012}").parse().expect("a UUID");
    UploadKey { provider: gh(), repository: REPO, commit: sha('a'), upload }
}

fn upload(n: u32) -> Upload {
    Upload {
        flags: vec!["unit".to_owned()],
        name: Some("linux".to_owned()),
        ..Upload::new(key(n), OpenedBy::RepositoryToken, at(i64::from(n)))
    }
}

fn processed(notes: UploadNotes) -> UploadResult {
    UploadResult {
        state: UploadState::Processed,
        shard: Some("shards/ab".to_owned()),
        totals: Some(Totals { files: 1, lines: 3, hits: 3, ..Totals::default() }),
        notes,
    }
}

#[tokio::test]
async fn an_upload_goes_from_opened_to_stored_to_processed() {
    let table = table().await;
    assert_eq!(table.open_upload(&upload(1)).await.expect("a write"), Write::Applied);
    assert_eq!(table.open_upload(&upload(1)).await.expect("a write"), Write::Refused);
    assert_eq!(table.upload(&key(1), at(2)).await.expect("a read"), Some(upload(1)));
    assert_eq!(table.set_upload_stored(&key(1)).await.expect("a write"), Write::Applied);
    let result = processed(UploadNotes::default());
    assert_eq!(table.set_upload_processed(&key(1), &result, at(3)).await.expect("a write"), Write::Applied);
    let row = table.upload(&key(1), at(WEEK * 99)).await.expect("a read").expect("a row that stays");
    let expected = Upload {
        state: UploadState::Processed,
        shard: result.shard,
        totals: result.totals,
        processed_at: Some(at(3)),
        ..upload(1)
    };
    assert_eq!(row, expected);
    assert_eq!(table.set_upload_stored(&key(1)).await.expect("a write"), Write::Refused, "a late event");
}

#[tokio::test]
async fn an_upload_that_nobody_opened_is_not_made_by_its_events() {
    let table = table().await;
    assert_eq!(table.set_upload_stored(&key(1)).await.expect("a write"), Write::Refused);
    let result = processed(UploadNotes::default());
    assert_eq!(table.set_upload_processed(&key(1), &result, at(3)).await.expect("a write"), Write::Refused);
    assert_eq!(table.uploads_of(&gh(), REPO, &sha('a'), at(0)).await.expect("a read"), []);
}

#[tokio::test]
async fn uploads_of_a_commit_are_all_there_oldest_first_without_the_forgotten() {
    let table = table().await;
    for n in [3, 1, 2] {
        table.open_upload(&upload(n)).await.expect("a write");
    }
    table.set_upload_stored(&key(3)).await.expect("a write");
    let ids = async |now| {
        let found = table.uploads_of(&gh(), REPO, &sha('a'), at(now)).await.expect("a read");
        found.into_iter().map(|upload| upload.opened_at).collect::<Vec<_>>()
    };
    assert_eq!(ids(5).await, [at(1), at(2), at(3)]);
    assert_eq!(ids(WEEK + 1).await, [at(2), at(3)]);
    assert_eq!(ids(WEEK + 9).await, [at(3)]);
}

#[tokio::test]
async fn notes_of_any_number_fit_a_row_and_are_counted() {
    let table = table().await;
    table.open_upload(&upload(1)).await.expect("a write");
    let long = "ü".repeat(3000);
    let notes = UploadNotes {
        unreadable: vec![UnreadableFile { file: long.clone(), code: "binary".to_owned(), reason: long.clone() }; 5000],
        dropped: vec![DroppedPath { path: long.clone(), reason: "not-in-repository".to_owned() }; 50_000],
        dropped_total: 60_000,
        warnings: vec![long.clone(); 900],
        ..UploadNotes::default()
    };
    table.set_upload_processed(&key(1), &processed(notes), at(3)).await.expect("a write");
    let row = table.upload(&key(1), at(4)).await.expect("a read").expect("a row");
    let UploadNotes { unreadable, unreadable_total, dropped, dropped_total, warnings, .. } = row.notes;
    assert_eq!((unreadable.len(), unreadable_total), (50, 5000));
    assert_eq!((dropped.len(), dropped_total), (100, 60_000));
    assert_eq!(warnings.len(), 50);
    assert!(dropped[0].path.len() <= 1024 && dropped[0].path.ends_with("ü…"));
}

#[test]
fn a_blob_key_reads_back_and_nothing_else_does() {
    let text = key(1).blob_key();
    insta::assert_snapshot!(text, @"uploads/gh/42/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/00000000-0000-4000-8000-000000000001");
    assert_eq!(UploadKey::from_blob_key(&text), Some(key(1)));
    for other in [
        "shards/ab".to_owned(),
        format!("{text}/x"),
        text.replace("/gh/", "/github/"),
        text.replace("/42/", "/042/"),
        text.to_uppercase(),
        String::new(),
    ] {
        assert_eq!(UploadKey::from_blob_key(&other), None, "{other}");
    }
}
