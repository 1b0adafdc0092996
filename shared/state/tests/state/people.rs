//! Logins under way and sessions.

use covermark_state::{
    Hashed, Write,
    rows::{login::Login, session::Session},
};
use covermark_types::{InstallationId, Secret, UserId};

use crate::support::{at, gh, table};

fn hash(text: &str) -> Hashed {
    Hashed::of(&Secret::new(text))
}

fn login() -> Login {
    Login {
        provider: gh(),
        verifier: Secret::new("verifier"),
        browser: hash("cookie"),
        return_to: Some("/gh/acme/widgets".to_owned()),
    }
}

fn session() -> Session {
    Session {
        provider: gh(),
        user: UserId(5),
        login: "octo".to_owned(),
        installations: vec![InstallationId(7)],
        seen_at: at(0),
        created_at: at(0),
        expires_at: at(3600),
    }
}

#[tokio::test]
async fn a_login_state_works_once() {
    let table = table().await;
    assert_eq!(table.put_login(&hash("state"), &login(), at(0)).await.expect("a write"), Write::Applied);
    assert_eq!(table.put_login(&hash("state"), &login(), at(0)).await.expect("a write"), Write::Refused);
    let taken = table.take_login(&hash("state"), at(599)).await.expect("a write").expect("a login");
    assert!(taken.verifier.matches("verifier") && taken.browser == hash("cookie"));
    assert_eq!(taken.return_to.as_deref(), Some("/gh/acme/widgets"));
    assert!(table.take_login(&hash("state"), at(1)).await.expect("a write").is_none());
    assert!(table.take_login(&hash("never"), at(1)).await.expect("a write").is_none());
}

#[tokio::test]
async fn of_two_callbacks_with_one_state_one_gets_in() {
    let table = table().await;
    table.put_login(&hash("state"), &login(), at(0)).await.expect("a write");
    let callbacks = (0..8).map(|_| {
        let table = table.clone();
        tokio::spawn(async move { table.take_login(&hash("state"), at(1)).await.expect("a write").is_some() })
    });
    let mut entered = 0;
    for callback in callbacks.collect::<Vec<_>>() {
        entered += usize::from(callback.await.expect("a task"));
    }
    assert_eq!(entered, 1);
}

#[tokio::test]
async fn a_login_that_took_longer_than_ten_minutes_is_over() {
    let table = table().await;
    table.put_login(&hash("state"), &login(), at(0)).await.expect("a write");
    assert!(table.take_login(&hash("state"), at(600)).await.expect("a write").is_none());
}

#[tokio::test]
async fn a_session_ends_at_its_time_and_at_logout() {
    let table = table().await;
    table.put_session(&hash("id"), &session()).await.expect("a write");
    let read = async |now| table.session(&hash("id"), at(now)).await.expect("a read");
    assert_eq!(read(3599).await, Some(session()));
    assert_eq!(read(3600).await, None);
    table.delete_session(&hash("id")).await.expect("a write");
    table.delete_session(&hash("id")).await.expect("twice is fine");
    assert_eq!(read(10).await, None);
}
