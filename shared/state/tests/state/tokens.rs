//! Upload tokens.

use covermark_state::Hashed;
use covermark_types::{RepositoryId, Secret};

use crate::support::{at, gh, table};

const REPO: RepositoryId = RepositoryId(42);

fn hash(token: &str) -> Hashed {
    Hashed::of(&Secret::new(token))
}

#[tokio::test]
async fn rotating_a_token_makes_the_former_one_void() {
    let table = table().await;
    table.rotate_upload_token(&gh(), REPO, &hash("one"), at(1)).await.expect("a write");
    let found = table.repository_of_upload_token(&hash("one")).await.expect("a read").expect("a token");
    assert_eq!((found.provider, found.repository, found.created_at), (gh(), REPO, at(1)));
    table.rotate_upload_token(&gh(), REPO, &hash("two"), at(2)).await.expect("a write");
    table.rotate_upload_token(&gh(), REPO, &hash("two"), at(3)).await.expect("rotating again is fine");
    assert_eq!(table.repository_of_upload_token(&hash("one")).await.expect("a read"), None);
    assert!(table.repository_of_upload_token(&hash("two")).await.expect("a read").is_some());
}

#[tokio::test]
async fn of_many_rotations_at_once_exactly_one_token_is_left() {
    let table = table().await;
    let rotations = (0..4).map(|n| {
        let table = table.clone();
        tokio::spawn(async move { table.rotate_upload_token(&gh(), REPO, &hash(&n.to_string()), at(n)).await })
    });
    for rotation in rotations.collect::<Vec<_>>() {
        rotation.await.expect("a task").expect("a write");
    }
    let mut valid = Vec::new();
    for n in 0..4 {
        valid.extend(table.repository_of_upload_token(&hash(&n.to_string())).await.expect("a read"));
    }
    assert_eq!(valid.len(), 1, "{valid:?}");
}

#[test]
fn a_token_is_kept_as_its_sha_256() {
    let hash = hash("abc");
    assert_eq!(hash.as_str(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
