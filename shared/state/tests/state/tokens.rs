//! Upload tokens.

use covermark_state::{
    Hashed, Write,
    rows::upload_token::{DEFAULT_TOKEN, TokenScope},
};
use covermark_types::{AccountId, RepositoryId, Secret};

use crate::support::{at, gh, table};

const REPO: RepositoryId = RepositoryId(42);

fn hash(token: &str) -> Hashed {
    Hashed::of(&Secret::new(token))
}

fn of_repository() -> TokenScope {
    TokenScope::Repository { provider: gh(), repository: REPO }
}

#[tokio::test]
async fn rotating_a_token_makes_the_former_one_void() {
    let table = table().await;
    table.rotate_upload_token(&gh(), REPO, &hash("one"), at(1)).await.expect("a write");
    let found = table.upload_token(&hash("one")).await.expect("a read").expect("a token");
    assert_eq!((found.scope(), found.created_at), (of_repository(), at(1)));
    table.rotate_upload_token(&gh(), REPO, &hash("two"), at(2)).await.expect("a write");
    table.rotate_upload_token(&gh(), REPO, &hash("two"), at(3)).await.expect("rotating again is fine");
    assert_eq!(table.upload_token(&hash("one")).await.expect("a read"), None);
    assert!(table.upload_token(&hash("two")).await.expect("a read").is_some());
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
        valid.extend(table.upload_token(&hash(&n.to_string())).await.expect("a read"));
    }
    assert_eq!(valid.len(), 1, "{valid:?}");
}

#[test]
fn a_token_is_kept_as_its_sha_256() {
    let hash = hash("abc");
    assert_eq!(hash.as_str(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[tokio::test]
async fn tokens_of_every_scope_are_listed_by_name_and_revoked_one_by_one() {
    let table = table().await;
    let organization = TokenScope::Organization { provider: gh(), owner: AccountId(7) };
    for (n, scope) in [of_repository(), organization, TokenScope::Instance].iter().enumerate() {
        for name in ["nightly", DEFAULT_TOKEN] {
            let made = table.create_upload_token(scope, name, &hash(&format!("{n}{name}")), at(1)).await;
            assert_eq!(made.expect("a write"), Write::Applied);
        }
        let again = table.create_upload_token(scope, "nightly", &hash("other"), at(2)).await.expect("a write");
        assert_eq!(again, Write::Refused, "the name is in use");
        let listed = table.upload_tokens_of(scope).await.expect("a read");
        let names: Vec<_> = listed.iter().map(|token| token.name.as_str()).collect();
        assert_eq!(names, [DEFAULT_TOKEN, "nightly"]);
        assert!(listed.iter().all(|token| token.scope() == *scope && token.fingerprint().len() == 8));

        assert_eq!(table.revoke_upload_token(scope, "nightly").await.expect("a write"), Write::Applied);
        assert_eq!(table.revoke_upload_token(scope, "nightly").await.expect("a write"), Write::Refused);
        assert_eq!(table.upload_token(&hash(&format!("{n}nightly"))).await.expect("a read"), None);
        assert_eq!(table.upload_tokens_of(scope).await.expect("a read").len(), 1);
    }
}

#[tokio::test]
async fn the_last_use_is_noted_once_an_hour_and_brings_no_revoked_token_back() {
    let table = table().await;
    table.rotate_upload_token(&gh(), REPO, &hash("one"), at(0)).await.expect("a write");
    let look = async || table.upload_token(&hash("one")).await.expect("a read");
    let hour = 3_600;
    for (now, noted) in [(5, 5), (hour, 5), (hour + 5, hour + 5)] {
        let token = look().await.expect("a token");
        table.note_token_use(&token, at(now)).await.expect("a write");
        assert_eq!(look().await.expect("a token").last_used_at, Some(at(noted)));
    }
    let token = look().await.expect("a token");
    table.revoke_upload_token(&of_repository(), DEFAULT_TOKEN).await.expect("a write");
    table.note_token_use(&token, at(9 * hour)).await.expect("nothing is written");
    assert_eq!(look().await, None);
}
