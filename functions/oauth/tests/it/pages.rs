//! The pages that need no sign-in, and what all pages have in common.

use axum::http::StatusCode;

use crate::{browser::Browser, house::House, sign_in::sign_in};

#[tokio::test]
async fn the_front_page_says_what_this_is_and_how_to_begin() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    insta::assert_snapshot!(browser.open("/").await.text());
    sign_in(&house, &mut browser, "/login/gh").await;
    let text = browser.open("/").await.text();
    assert!(text.contains("Your account (/account)"), "{text}");
}

#[tokio::test]
async fn the_ways_to_sign_in_are_listed_and_keep_the_target() {
    let house = House::standard().await;
    house.connect("ghe", "api/v3/").await;
    let mut browser = Browser::new(&house.router);
    insta::assert_snapshot!(browser.open("/login?next=/gh/acme%3Fa%3Db%26c").await.text());
}

#[tokio::test]
async fn whoever_types_logout_is_asked() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    assert_eq!(browser.open("/logout").await.location(), "/login");
    sign_in(&house, &mut browser, "/login/gh").await;
    insta::assert_snapshot!(browser.open("/logout").await.text());
}

#[tokio::test]
async fn a_member_who_asked_for_the_app_is_told_who_decides() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    insta::assert_snapshot!(browser.open("/login/gh/callback?setup_action=request").await.text());
}

#[tokio::test]
async fn health_is_json() {
    let house = House::empty("https://cov.example/").await;
    let health = Browser::new(&house.router).open("/health").await;
    assert_eq!((health.status, health.html.as_str()), (StatusCode::OK, r#"{"status":"ok"}"#));
}

#[tokio::test]
async fn every_page_is_under_the_strict_policy_and_runs_nothing() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    sign_in(&house, &mut browser, "/login/gh").await;
    for address in ["/", "/login", "/account", "/logout", "/nowhere", "/login/gh/callback"] {
        let shown = browser.open(address).await;
        let policy = shown.headers["content-security-policy"].to_str().expect("text");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'"), "{address}: {policy}");
        assert_eq!(shown.headers["cache-control"], "no-store", "{address}");
        for forbidden in ["<script", " style=", " onclick", "javascript:"] {
            assert!(!shown.html.contains(forbidden), "{address} has {forbidden}");
        }
        assert_eq!(shown.html.matches("<h1").count(), 1, "{address}");
    }
}
