//! Signing in and out, as it goes well.

use axum::http::StatusCode;
use covermark_state::Hashed;
use covermark_types::{Clock as _, Secret};

use crate::{browser::Browser, github::query_of, house::House};

/// Signs in from `start` and returns where the browser ends up.
pub(crate) async fn sign_in(house: &House, browser: &mut Browser, start: &str) -> String {
    let to_github = browser.open(start).await;
    assert_eq!(to_github.status, StatusCode::SEE_OTHER, "{}", to_github.html);
    let back = browser.open(&house.github.agree(to_github.location())).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.html);
    back.location().to_owned()
}

#[tokio::test]
async fn signing_in_leads_through_github_to_the_account_page_and_keeps_the_token_sealed() {
    let house = House::standard().await;
    house.install(7, "acme", "Organization");
    let mut browser = Browser::new(&house.router);
    assert_eq!(sign_in(&house, &mut browser, "/login/gh").await, "/account");
    assert_eq!(house.github.log(), ["exchange", "user"]);
    assert_eq!(house.github.live_tokens(), 2);
    let id = Secret::new(&browser.cookies["__Host-covermark_session"]);
    let session = house.table.session(&Hashed::of(&id), house.clock.now()).await.expect("read").expect("a session");
    assert!(!format!("{session:?}").contains("ghu_") && !format!("{session:?}").contains("ghr_"), "{session:?}");
    assert_eq!(session.token.ends_at.expect("an end").to_string(), "2026-03-01T20:00:00Z");
    assert!(browser.open("/account").await.text().contains("acme"));
}

#[tokio::test]
async fn the_browser_is_sent_to_github_with_a_state_a_challenge_and_our_callback() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    let start = browser.open("/login/gh?next=/gh/acme/widgets/pull/7").await;
    let query = query_of(start.location());
    assert!(start.location().starts_with(&format!("{}login/oauth/authorize?", house.github.web)));
    assert_eq!(query["redirect_uri"], "https://cov.example/login/gh/callback");
    assert_eq!(query["state"].len(), 64);
    assert_eq!(query.len(), 5, "nothing else is said, above all not where to go next: {query:?}");
    let cookie = &browser.cookies["__Host-covermark_login"];
    assert_ne!(cookie, &query["state"]);
    assert_eq!(start.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn after_signing_in_one_is_where_one_wanted_to_go() {
    let house = House::standard().await;
    for (start, end) in [
        ("/login/gh?next=%2Fgh%2Facme%2Fwidgets%2Fpull%2F7%3Fflag%3Dunit", "/gh/acme/widgets/pull/7?flag=unit"),
        ("/login/github?to=/gh/acme", "/gh/acme"),
        ("/login/gh?next=", "/account"),
    ] {
        let mut browser = Browser::new(&house.router);
        assert_eq!(sign_in(&house, &mut browser, start).await, end, "{start}");
    }
}

#[tokio::test]
async fn an_app_that_was_the_incumbents_signs_people_in_at_the_incumbents_addresses() {
    let house = House::standard().await;
    house.connect("ghe", "api/v3/").await;
    for door in ["github", "github_enterprise", "github-enterprise"] {
        let mut browser = Browser::new(&house.router);
        let to_github = browser.open(&format!("/login/{door}")).await;
        let query = query_of(to_github.location());
        assert!(!query.contains_key("redirect_uri"), "the App's own callback is as good: {query:?}");
    }
    // GitHub answers at the callback that the App has: the incumbent's.
    let mut browser = Browser::new(&house.router);
    let to_github = browser.open("/login/github").await.location().to_owned();
    let back = house.github.agree(&to_github);
    assert!(back.starts_with("/login/github?code="), "{back}");
    assert_eq!(browser.open(&back).await.location(), "/account");
    // An App that has both is answered where we say.
    for (door, ours) in [("gh", "gh"), ("ghe", "ghe")] {
        let to_github = Browser::new(&house.router).open(&format!("/login/{door}")).await;
        let ours = format!("https://cov.example/login/{ours}/callback");
        assert_eq!(query_of(to_github.location())["redirect_uri"], ours);
    }
}

#[tokio::test]
async fn two_tabs_can_sign_in_at_once() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    let first = browser.open("/login/gh?next=/first").await.location().to_owned();
    let second = browser.open("/login/gh?next=/second").await.location().to_owned();
    assert_ne!(query_of(&first)["state"], query_of(&second)["state"]);
    assert_eq!(browser.open(&house.github.agree(&first)).await.location(), "/first");
    assert_eq!(browser.open(&house.github.agree(&second)).await.location(), "/second");
}

#[tokio::test]
async fn signing_in_again_makes_a_new_session_and_ends_the_old_one() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    sign_in(&house, &mut browser, "/login/gh").await;
    let old = browser.cookies["__Host-covermark_session"].clone();
    sign_in(&house, &mut browser, "/login/gh").await;
    assert_ne!(browser.cookies["__Host-covermark_session"], old);
    let mut thief = Browser::new(&house.router);
    thief.cookies.insert("__Host-covermark_session".to_owned(), old);
    assert_eq!(thief.open("/account").await.location(), "/login?next=%2Faccount");
    assert_eq!(house.github.live_tokens(), 2, "the old session's tokens went back");
}

#[tokio::test]
async fn the_table_knows_the_session_only_by_its_hash_and_for_two_weeks() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    sign_in(&house, &mut browser, "/login/gh").await;
    let id = Secret::new(&browser.cookies["__Host-covermark_session"]);
    let session = house.table.session(&Hashed::of(&id), house.clock.now()).await.expect("read").expect("a session");
    assert_eq!((session.login.as_str(), session.user.0), ("mona", 583_231));
    house.clock.advance(14 * 24 * 60 * 60 - 1);
    assert_eq!(browser.open("/account").await.status, StatusCode::OK);
    house.clock.advance(1);
    assert_eq!(browser.open("/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_button_signs_out_everywhere_the_session_is_known() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    sign_in(&house, &mut browser, "/login/gh").await;
    let copy = browser.cookies.clone();
    let csrf = browser.open("/account").await.field("csrf").to_owned();
    let out = browser.submit("/logout", &format!("csrf={csrf}")).await;
    assert_eq!((out.status, out.location()), (StatusCode::SEE_OTHER, "/login?signed-out"));
    assert!(!browser.cookies.contains_key("__Host-covermark_session"));
    insta::assert_snapshot!(browser.open(out.location()).await.text());
    let mut other = Browser::new(&house.router);
    other.cookies = copy;
    assert_eq!(other.open("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(house.github.live_tokens(), 0, "GitHub has both tokens back");
}

#[tokio::test]
async fn on_plain_http_the_cookies_have_names_that_a_browser_keeps() {
    let house = House::connected("http://127.0.0.1:8080/").await;
    let mut browser = Browser::new(&house.router);
    assert_eq!(sign_in(&house, &mut browser, "/login/gh").await, "/account");
    assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), ["covermark_login", "covermark_session"]);
    assert!(browser.open("/account").await.text().contains("plain HTTP"));
}

#[tokio::test]
async fn below_a_path_everything_stays_below_it() {
    let house = House::connected("https://tools.example/coverage").await;
    let mut browser = Browser::new(&house.router);
    assert_eq!(browser.open("/").await.text().matches("(/coverage/login)").count(), 1);
    let start = browser.open("/login/gh").await;
    assert_eq!(query_of(start.location())["redirect_uri"], "https://tools.example/coverage/login/gh/callback");
}

#[tokio::test]
async fn whoever_installed_the_app_on_github_is_signed_in_by_a_sign_in_of_our_own() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    let landed = browser.open("/login/gh/callback?code=foreign&installation_id=7&setup_action=install").await;
    assert_eq!(landed.status, StatusCode::SEE_OTHER);
    assert!(house.github.log().is_empty(), "the code that came along is not used");
    assert_eq!(browser.open(&house.github.agree(landed.location())).await.location(), "/account");
}
