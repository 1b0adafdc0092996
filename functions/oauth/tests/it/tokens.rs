//! A person's token through its life: renewed by one, lost in a crash, taken back by the person at GitHub.

use axum::http::StatusCode;
use covermark_service::access::Access;
use covermark_state::{Hashed, rows::session::Session};
use covermark_types::{Clock as _, Secret};

use crate::{browser::Browser, house::House, sign_in::sign_in};

/// A browser that signed in so long ago that the token ends within minutes.
async fn long_ago(house: &House) -> Browser {
    let mut browser = Browser::new(&house.router);
    sign_in(house, &mut browser, "/login/gh").await;
    house.clock.advance(8 * 60 * 60 - 5 * 60);
    browser
}

async fn session(house: &House, browser: &Browser) -> Option<Session> {
    let id = Hashed::of(&Secret::new(&browser.cookies["__Host-covermark_session"]));
    house.table.session(&id, house.clock.now()).await.expect("a read")
}

/// Whether this function takes the browser for somebody.
async fn knows(access: &Access, browser: &Browser) -> bool {
    access.current(&browser.headers()).await.is_ok_and(|current| current.is_some())
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends_and_the_new_one_renewed_in_turn() {
    let house = House::standard().await;
    let browser = long_ago(&house).await;
    for renewals in 1..=2 {
        assert!(knows(&house.access, &browser).await);
        assert_eq!(house.github.count("refresh"), renewals);
        let token = session(&house, &browser).await.expect("a session").token;
        assert_eq!(token.version, renewals as u64);
        house.clock.advance(8 * 60 * 60 - 5 * 60);
    }
    assert_eq!(house.github.live_tokens(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_functions_that_find_the_token_too_old_at_once_one_renews_it_and_all_go_on() {
    let house = House::standard().await;
    let browser = long_ago(&house).await;
    let functions: Vec<_> = (0..6).map(|_| house.another_function()).collect();
    let asking = functions.into_iter().map(|access| {
        let sent = browser.headers();
        tokio::spawn(async move { access.current(&sent).await.is_ok_and(|current| current.is_some()) })
    });
    for answer in asking.collect::<Vec<_>>() {
        assert!(answer.await.expect("a task"), "nobody is thrown out by another's renewal");
    }
    assert_eq!(house.github.count("refresh"), 1);
    assert_eq!(session(&house, &browser).await.expect("a session").token.version, 1);
}

#[tokio::test]
async fn a_crash_between_githubs_answer_and_our_write_costs_a_sign_in_and_no_more() {
    let house = House::standard().await;
    let mut browser = long_ago(&house).await;
    // A function claimed the renewal, GitHub did it, and the function died with the new pair.
    let row = session(&house, &browser).await.expect("a session");
    let now = house.clock.now();
    let until = now + jiff::SignedDuration::from_secs(15);
    assert!(house.table.claim_renewal(&row.id, 0, until, now).await.expect("a write"));
    house.github.set(|github| github.alive.retain(|token| !token.ends_with("_1")));
    house.clock.advance(15);
    let shown = browser.open("/account").await;
    assert_eq!(shown.location(), "/login?next=%2Faccount", "not signed in any more, and led to the way in");
    assert_eq!(house.github.count("refresh"), 1, "the dead refresh token was tried once");
    assert!(session(&house, &browser).await.is_none());
    assert_eq!(sign_in(&house, &mut browser, "/login/gh?next=/account").await, "/account");
}

#[tokio::test]
async fn a_renewal_whose_answer_is_lost_is_found_out_by_the_next_and_ends_in_a_sign_in() {
    let house = House::standard().await;
    let mut browser = long_ago(&house).await;
    house.github.set(|github| github.refresh_status = Some(502));
    assert_eq!(browser.open("/account").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(session(&house, &browser).await.is_some(), "it may only have been the network");
    house.github.set(|github| github.refresh_status = None);
    assert_eq!(browser.open("/account").await.location(), "/login?next=%2Faccount");
}

#[tokio::test]
async fn a_session_that_ended_while_its_token_was_renewed_leaves_no_token_behind() {
    let house = House::standard().await;
    let browser = long_ago(&house).await;
    let row = session(&house, &browser).await.expect("a session");
    // Signed out elsewhere just now: the row that this function has read is gone.
    let current = house.access.current(&browser.headers()).await.ok().flatten().expect("a session");
    house.table.delete_session(&row.id).await.expect("a write");
    house.clock.advance(8 * 60 * 60);
    assert!(house.access.installations(&current).await.is_err());
    assert_eq!(house.github.count("refresh"), 1, "without a row to write to nothing is renewed");
}

#[tokio::test]
async fn who_revokes_the_app_at_github_is_signed_out_here() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    sign_in(&house, &mut browser, "/login/gh").await;
    house.github.set(|github| github.alive.clear());
    let shown = browser.open("/account").await;
    assert_eq!(shown.status, StatusCode::UNAUTHORIZED);
    insta::assert_snapshot!(shown.text());
    assert_eq!(browser.open("/account").await.location(), "/login?next=%2Faccount");
}

#[tokio::test]
async fn signing_out_with_a_token_that_has_ended_takes_the_refresh_token_back_too() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    sign_in(&house, &mut browser, "/login/gh").await;
    let csrf = browser.open("/account").await.field("csrf").to_owned();
    house.clock.advance(9 * 60 * 60);
    // The session is confirmed on the way, with a renewed token; that one goes back.
    assert_eq!(browser.submit("/logout", &format!("csrf={csrf}")).await.location(), "/login?signed-out");
    assert_eq!(house.github.live_tokens(), 0);
}

#[tokio::test]
async fn a_session_whose_key_was_taken_out_of_the_vault_is_over() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    sign_in(&house, &mut browser, "/login/gh").await;
    let vault: &dyn covermark_state::vault::Vault = &*house.vault;
    vault.put("sessions/key", &Secret::new("x".repeat(64))).await.expect("stored");
    house.clock.advance(10 * 60);
    assert_eq!(browser.open("/account").await.location(), "/login?next=%2Faccount");
}
