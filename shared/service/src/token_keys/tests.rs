use std::sync::{Arc, Mutex};

use covermark_state::vault::{FileVault, Vault};
use covermark_types::{Clock, Secret, SystemRandom, Timestamp};
use jiff::SignedDuration;
use tempfile::TempDir;

use super::{DOCUMENT, SealError, TokenKeys};

struct Time(Mutex<Timestamp>);

impl Time {
    fn pass(&self, seconds: i64) {
        *self.0.lock().expect("unpoisoned") += SignedDuration::from_secs(seconds);
    }
}

impl Clock for Time {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("unpoisoned")
    }
}

struct Room {
    vault: FileVault,
    clock: Arc<Time>,
    _folder: TempDir,
}

impl Room {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(Time(Mutex::new("2026-03-01T12:00:00Z".parse().expect("a time"))));
        Self { vault: FileVault::new(folder.path().join("vault")), clock, _folder: folder }
    }

    /// As another function would read the same vault.
    fn keys(&self) -> TokenKeys {
        TokenKeys::new(Arc::new(self.vault.clone()), self.clock.clone(), Arc::new(SystemRandom))
    }

    async fn put(&self, text: &str) {
        self.vault.put(DOCUMENT, &Secret::new(text)).await.expect("stored");
    }
}

#[tokio::test]
async fn the_key_is_made_when_it_is_first_needed_and_serves_every_function() {
    let room = Room::new();
    let sealed = room.keys().seal("row", &Secret::new("ghu_token")).await.expect("sealed");
    assert!(!sealed.contains("ghu_token"));
    assert!(room.keys().open("row", &sealed).await.expect("opened").matches("ghu_token"));
    let again = room.keys().seal("row", &Secret::new("ghu_token")).await.expect("sealed");
    assert_ne!(sealed, again, "no two envelopes are alike");
}

#[tokio::test]
async fn an_envelope_is_worth_nothing_in_another_row_or_changed_by_a_character() {
    let room = Room::new();
    let keys = room.keys();
    let sealed = keys.seal("row", &Secret::new("ghu_token")).await.expect("sealed");
    assert!(matches!(keys.open("other row", &sealed).await, Err(SealError::Broken(_))));
    for at in 0..sealed.len() {
        let other = if sealed.as_bytes()[at] == b'A' { "B" } else { "A" };
        let mut changed = sealed.clone();
        changed.replace_range(at..=at, other);
        assert!(matches!(keys.open("row", &changed).await, Err(SealError::Broken(_))), "{at}");
    }
    for broken in ["", "1", "1.", "1..", "2.abc.def", "no envelope"] {
        assert!(matches!(keys.open("row", broken).await, Err(SealError::Broken(_))), "{broken}");
    }
}

#[tokio::test]
async fn a_new_key_on_top_seals_and_the_old_one_still_opens() {
    let room = Room::new();
    let (old, new) = ("o".repeat(40), "n".repeat(40));
    room.put(&old).await;
    let keys = room.keys();
    let before = keys.seal("row", &Secret::new("before")).await.expect("sealed");
    room.put(&format!("{new}\n{old}\n")).await;
    let after = room.keys().seal("row", &Secret::new("after")).await.expect("sealed");
    assert_ne!(before.split('.').nth(1), after.split('.').nth(1), "each names its key");
    // A function that read the vault before looks again, half a minute later at the earliest.
    assert!(matches!(keys.open("row", &after).await, Err(SealError::Broken(_))));
    room.clock.pass(30);
    assert!(keys.open("row", &after).await.expect("opened").matches("after"));
    assert!(keys.open("row", &before).await.expect("opened").matches("before"));
    room.put(&new).await;
    assert!(matches!(room.keys().open("row", &before).await, Err(SealError::Broken(_))), "its key is gone");
}

#[tokio::test]
async fn a_key_that_could_be_guessed_is_refused() {
    let room = Room::new();
    for text in ["short", "\n \n", ""] {
        room.put(text).await;
        assert!(matches!(room.keys().seal("row", &Secret::new("x")).await, Err(SealError::NoKey)), "{text:?}");
    }
}
