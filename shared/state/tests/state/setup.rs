//! Codes that let in once, sessions that end, states that belong to one browser.

use covermark_state::{
    Hashed,
    rows::setup::{Draft, MANIFEST_SECONDS, ManifestState, SESSION_SECONDS, SetupSession},
};
use covermark_types::{Provider, Secret};

use crate::support::{at, table};

fn hash(text: &str) -> Hashed {
    Hashed::of(&Secret::new(text))
}

fn draft() -> Draft {
    Draft {
        provider: Provider::github(),
        web_url: "https://github.com/".parse().expect("an address"),
        api_url: "https://api.github.com/".parse().expect("an address"),
        private_ca: None,
        version: None,
        owner_kind: "organization".to_owned(),
        owner: "acme".to_owned(),
        name: "Covermark".to_owned(),
        public: false,
        optional: vec!["contents".to_owned()],
    }
}

#[tokio::test]
async fn of_many_that_bring_a_code_at_once_one_is_let_in() {
    let table = table().await;
    table.put_setup_code(&hash("code")).await.expect("a write");
    assert_eq!(table.setup_code().await.expect("a read"), Some(hash("code")));
    let bringing = (0..10).map(|_| {
        let table = table.clone();
        tokio::spawn(async move { table.spend_setup_code(&hash("code"), at(0)).await.expect("a write").applied() })
    });
    let mut let_in = 0;
    for one in bringing.collect::<Vec<_>>() {
        let_in += usize::from(one.await.expect("a task"));
    }
    assert_eq!(let_in, 1);
    assert!(table.is_setup_code_spent(&hash("code")).await.expect("a read"));
    assert!(!table.is_setup_code_spent(&hash("another")).await.expect("a read"));
}

#[tokio::test]
async fn a_session_keeps_what_was_chosen_and_ends() {
    let table = table().await;
    let session = SetupSession { administrator: None, draft: Some(draft()) };
    table.put_setup_session(&hash("id"), &session, at(0)).await.expect("a write");
    let id = hash("id");
    assert_eq!(table.setup_session(&id, at(SESSION_SECONDS - 1)).await.expect("a read"), Some(session));
    assert_eq!(table.setup_session(&id, at(SESSION_SECONDS)).await.expect("a read"), None);
}

#[tokio::test]
async fn a_state_works_once_within_the_hour_and_only_for_the_browser_it_was_made_for() {
    let table = table().await;
    let state = ManifestState { session: hash("mine"), draft: draft() };
    for name in ["used", "old"] {
        table.put_manifest_state(&hash(name), &state, at(0)).await.expect("a write");
    }
    let take = async |name: &str, session: &str, when| {
        table.take_manifest_state(&hash(name), &hash(session), at(when)).await.expect("a write")
    };
    assert_eq!(take("used", "another's", 1).await, None);
    assert_eq!(take("used", "mine", 2).await, Some(state));
    assert_eq!(take("used", "mine", 3).await, None, "it was used");
    assert_eq!(take("old", "mine", MANIFEST_SECONDS).await, None, "the hour is over");
    assert_eq!(take("never", "mine", 0).await, None);
}
