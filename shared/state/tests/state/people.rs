//! Logins under way and sessions.

use covermark_state::{
    Hashed, Write,
    rows::{
        login::Login,
        seen::{Right, Seen, SeenInstallation, SeenRepository},
        session::{SealedToken, Session},
    },
};
use covermark_types::{InstallationId, RepositoryId, Secret, UserId};

use crate::support::{at, gh, table};

fn hash(text: &str) -> Hashed {
    Hashed::of(&Secret::new(text))
}

fn login() -> Login {
    Login {
        provider: gh(),
        verifier: Secret::new("verifier"),
        browser: hash("cookie"),
        callback: None,
        return_to: Some("/gh/acme/widgets".to_owned()),
    }
}

fn session(id: &str, user: u64, since: i64) -> Session {
    Session {
        id: hash(id),
        provider: gh(),
        user: UserId(user),
        login: "octo".to_owned(),
        agent: "Firefox".to_owned(),
        created_at: at(since),
        expires_at: at(since + 3600),
        used_at: at(since),
        confirmed_at: at(since),
        token: SealedToken { sealed: "1.key.text".to_owned(), ends_at: Some(at(since + 60)), version: 0 },
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
    table.put_session(&session("id", 5, 0)).await.expect("a write");
    assert_eq!(table.put_session(&session("id", 6, 0)).await.expect("a write"), Write::Refused, "nobody takes it over");
    let read = async |now| table.session(&hash("id"), at(now)).await.expect("a read");
    assert_eq!(read(3599).await, Some(session("id", 5, 0)));
    assert_eq!(read(3600).await, None);
    assert_eq!(table.delete_session(&hash("id")).await.expect("a write"), Some(session("id", 5, 0)));
    assert_eq!(table.delete_session(&hash("id")).await.expect("twice is fine"), None);
    assert_eq!(read(10).await, None);
}

#[tokio::test]
async fn a_persons_sessions_are_listed_the_newest_first_and_end_together() {
    let table = table().await;
    for one in [session("first", 5, 0), session("second", 5, 100), session("over", 5, -3600), session("other", 6, 0)] {
        table.put_session(&one).await.expect("a write");
    }
    let listed = async |user| {
        let sessions = table.sessions_of(&gh(), UserId(user), at(200)).await.expect("a read");
        sessions.into_iter().map(|session| session.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(5).await, [hash("second"), hash("first")]);
    assert_eq!(table.end_sessions_of(&gh(), UserId(5), at(200)).await.expect("a write"), 2);
    assert!(listed(5).await.is_empty());
    assert_eq!(listed(6).await, [hash("other")], "somebody else stays");
}

#[tokio::test]
async fn what_is_noted_of_a_session_does_not_bring_back_one_that_ended() {
    let table = table().await;
    table.put_session(&session("id", 5, 0)).await.expect("a write");
    table.use_session(&hash("id"), at(30)).await.expect("a write");
    table.confirm_session(&hash("id"), "renamed", at(40)).await.expect("a write");
    let found = table.session(&hash("id"), at(50)).await.expect("a read").expect("a session");
    assert_eq!((found.used_at, found.confirmed_at, found.login.as_str()), (at(30), at(40), "renamed"));
    table.delete_session(&hash("id")).await.expect("a write");
    assert_eq!(table.use_session(&hash("id"), at(60)).await.expect("a write"), Write::Refused);
    assert_eq!(table.confirm_session(&hash("id"), "x", at(60)).await.expect("a write"), Write::Refused);
    assert!(!table.claim_renewal(&hash("id"), 0, at(90), at(60)).await.expect("a write"));
    assert_eq!(table.session(&hash("id"), at(60)).await.expect("a read"), None);
}

#[tokio::test]
async fn of_many_that_find_a_token_too_old_one_renews_it() {
    let table = table().await;
    table.put_session(&session("id", 5, 0)).await.expect("a write");
    let callers = (0..8).map(|_| {
        let table = table.clone();
        tokio::spawn(async move { table.claim_renewal(&hash("id"), 0, at(30), at(10)).await.expect("a write") })
    });
    let mut renewing = 0;
    for caller in callers.collect::<Vec<_>>() {
        renewing += usize::from(caller.await.expect("a task"));
    }
    assert_eq!(renewing, 1);
    let renewed = SealedToken { sealed: "1.key.new".to_owned(), ends_at: None, version: 1 };
    assert!(table.store_renewed(&hash("id"), &renewed).await.expect("a write").applied());
    let found = table.session(&hash("id"), at(20)).await.expect("a read").expect("a session");
    assert_eq!(found.token, renewed);
    assert!(!table.claim_renewal(&hash("id"), 0, at(60), at(40)).await.expect("a write"), "it has another version now");
    assert_eq!(table.store_renewed(&hash("id"), &renewed).await.expect("a write"), Write::Refused, "not twice");
}

#[tokio::test]
async fn a_renewal_that_nobody_finished_is_taken_over_and_one_that_failed_at_once() {
    let table = table().await;
    table.put_session(&session("id", 5, 0)).await.expect("a write");
    let claim = async |until, now| table.claim_renewal(&hash("id"), 0, at(until), at(now)).await.expect("a write");
    assert!(claim(30, 10).await);
    assert!(!claim(49, 29).await);
    assert!(claim(50, 30).await, "its time is up");
    table.release_renewal(&hash("id"), 0).await.expect("a write");
    assert!(claim(51, 31).await);
}

#[tokio::test]
async fn a_list_of_thousands_of_repositories_is_kept_and_an_older_one_does_not_replace_it() {
    let table = table().await;
    let list = |at_second, count: u64| Seen {
        items: (1..=count)
            .map(|id| SeenRepository {
                id: RepositoryId(1_000_000_000 + id * 7919),
                name: format!("acme/service-{}", id * 104_729 % 1_000_003),
                private: id % 2 == 0,
                right: if id % 3 == 0 { Right::Write } else { Right::Read },
            })
            .collect(),
        at: at(at_second),
    };
    let (user, installation) = (UserId(5), InstallationId(7));
    let put = async |seen: &Seen<SeenRepository>| {
        table.put_seen_repositories(&gh(), user, installation, seen).await.expect("a write")
    };
    let read = async |now| table.seen_repositories(&gh(), user, installation, at(now)).await.expect("a read");
    assert!(put(&list(10, 15_000)).await.applied());
    assert_eq!(put(&list(9, 1)).await, Write::Refused);
    assert_eq!(read(20).await, Some(list(10, 15_000)));
    assert!(read(10 + 24 * 3600).await.is_none());
    let installations = Seen::<SeenInstallation> { items: Vec::new(), at: at(10) };
    table.put_seen_installations(&gh(), user, &installations).await.expect("a write");
    table.forget_seen(&gh(), user).await.expect("a write");
    assert!(read(20).await.is_none());
    assert!(table.seen_installations(&gh(), user, at(20)).await.expect("a read").is_none());
}
