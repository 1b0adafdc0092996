use std::{path::Path, time::Duration};

use bytes::Bytes;
use covermark_types::{Fault as _, FaultClass, Secret, Timestamp};
use url::Url;

use super::{Blobs, SlotRefused};

const KEY: &str = "uploads/gh/42/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/00000000-0000-4000-8000-000000000001";
const HOUR: Duration = Duration::from_secs(3600);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).expect("a time")
}

fn folder(path: &Path, public: &str) -> Blobs {
    let public = Url::parse(public).expect("a URL");
    Blobs::folder(path, public, &Secret::new("0123456789abcdef0123456789abcdef")).expect("blobs")
}

/// The three parts of a slot as a server sees them.
fn parts(slot: &Url) -> (String, String, String) {
    let query = |name| slot.query_pairs().find(|(key, _)| key == name).expect("a parameter").1.into_owned();
    let key = slot.path().split_once("/blobs/").expect("a blob's path").1.to_owned();
    (key, query("expires"), query("signature"))
}

#[tokio::test]
async fn a_blob_comes_back_has_a_size_and_can_be_deleted_twice() {
    let home = tempfile::tempdir().expect("a folder");
    let blobs = folder(&home.path().join("blobs"), "http://127.0.0.1:8080");
    assert_eq!(blobs.get(KEY, 10).await.expect("a read"), None);
    assert_eq!(blobs.size(KEY).await.expect("a read"), None);
    blobs.put(KEY, Bytes::from_static(b"first and long")).await.expect("a write");
    blobs.put(KEY, Bytes::from_static(b"second")).await.expect("a write");
    assert_eq!(blobs.get(KEY, 6).await.expect("a read").as_deref(), Some(&b"second"[..]));
    assert_eq!(blobs.size(KEY).await.expect("a read"), Some(6));
    blobs.delete(KEY).await.expect("a deletion");
    blobs.delete(KEY).await.expect("twice is fine");
    assert_eq!(blobs.get(KEY, 10).await.expect("a read"), None);
}

#[tokio::test]
async fn a_blob_beyond_the_bound_is_refused_for_good() {
    let home = tempfile::tempdir().expect("a folder");
    let blobs = folder(home.path(), "http://127.0.0.1:8080");
    blobs.put("shards/ab", Bytes::from_static(b"seven..")).await.expect("a write");
    let error = blobs.get("shards/ab", 6).await.expect_err("a refusal");
    assert_eq!(error.class(), FaultClass::Permanent);
    insta::assert_snapshot!(error, @"the blob shards/ab has 7 bytes; at most 6 are allowed");
}

#[tokio::test]
async fn a_key_never_leaves_the_folder() {
    let home = tempfile::tempdir().expect("a folder");
    let blobs = folder(&home.path().join("blobs"), "http://127.0.0.1:8080");
    for key in ["", "/", "../x", "a/../../x", "/etc/passwd", "a//b", "a/", "a/./b"] {
        assert!(blobs.put(key, Bytes::new()).await.is_err(), "{key}");
        assert!(blobs.get(key, 1).await.is_err(), "{key}");
        assert!(blobs.upload_slot(key, HOUR, at(0)).await.is_err(), "{key}");
    }
    assert!(!home.path().join("x").exists());
}

#[tokio::test]
async fn a_slot_opens_its_own_key_until_its_time_is_up() {
    let home = tempfile::tempdir().expect("a folder");
    let blobs = folder(home.path(), "https://covermark.example/base/");
    let slot = blobs.upload_slot(KEY, HOUR, at(0)).await.expect("a slot");
    insta::assert_snapshot!(slot, @"https://covermark.example/base/blobs/uploads/gh/42/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/00000000-0000-4000-8000-000000000001?expires=1790003600&signature=4d3a6f5afa611d8afdaae0820839209da768ecadc28baa7aacdddf3734ad138d");
    let (key, expires, signature) = parts(&slot);
    assert_eq!(key, KEY);
    assert_eq!(blobs.verify_slot(&key, &expires, &signature, at(3599)), Ok(()));
    assert_eq!(blobs.verify_slot(&key, &expires, &signature, at(3600)), Err(SlotRefused::Expired));
}

#[tokio::test]
async fn a_slot_opens_nothing_else() {
    let home = tempfile::tempdir().expect("a folder");
    let blobs = folder(home.path(), "http://127.0.0.1:8080");
    let (key, expires, signature) = parts(&blobs.upload_slot(KEY, HOUR, at(0)).await.expect("a slot"));
    let later = (expires.parse::<i64>().expect("a time") + 1).to_string();
    let mut flipped = signature.clone().into_bytes();
    flipped[0] = if flipped[0] == b'0' { b'1' } else { b'0' };
    let flipped = String::from_utf8(flipped).expect("digits");
    for (key, expires, signature) in [
        ("shards/ab", &*expires, &*signature),
        (&key, &later, &signature),
        (&key, &format!("+{expires}"), &signature),
        (&key, &expires, &flipped),
        (&key, &expires, &signature[..62]),
        (&key, &expires, ""),
        (&key, &expires, "zz"),
        (&key, "", &signature),
    ] {
        assert_eq!(blobs.verify_slot(key, expires, signature, at(1)), Err(SlotRefused::NotOurs));
    }
    let other = Secret::new("another key of enough bytes");
    let other = Blobs::folder(home.path(), Url::parse("http://127.0.0.1:8080").expect("a URL"), &other);
    let refused = other.expect("blobs").verify_slot(&key, &expires, &signature, at(1));
    assert_eq!(refused, Err(SlotRefused::NotOurs));
    insta::assert_snapshot!(SlotRefused::NotOurs, @"This upload address is not one that Covermark gave out. Open a new upload to get one.");
    insta::assert_snapshot!(SlotRefused::Expired, @"This upload address has expired. Open a new upload to get a fresh one.");
}

#[test]
fn a_guessable_key_is_refused() {
    let home = tempfile::tempdir().expect("a folder");
    let public = Url::parse("http://127.0.0.1:8080").expect("a URL");
    let error = Blobs::folder(home.path(), public, &Secret::new("short")).err().expect("a refusal");
    insta::assert_snapshot!(error, @"the key for upload addresses cannot be read: 16 bytes or more are expected");
}
