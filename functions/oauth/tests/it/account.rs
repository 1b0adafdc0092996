//! The account page in each of its states.

use crate::{browser::Browser, github::query_of, house::House, sign_in::sign_in};

async fn account(house: &House) -> String {
    let mut browser = Browser::new(&house.router);
    sign_in(house, &mut browser, "/login/gh").await;
    browser.open("/account").await.text()
}

#[tokio::test]
async fn who_sees_no_installation_is_led_to_install_the_app() {
    insta::assert_snapshot!(account(&House::standard().await).await);
}

#[tokio::test]
async fn installations_are_listed_with_what_is_known_of_them() {
    let house = House::standard().await;
    house.install(7, "acme", "Organization", true).await;
    house.install(8, "Mona", "User", true).await;
    house.install(9, "umbrella", "Organization", true).await;
    house.install(10, "newcomer", "Organization", false).await;
    insta::assert_snapshot!(account(&house).await);
}

#[tokio::test]
async fn another_apps_installation_is_not_taken_for_ours() {
    let house = House::standard().await;
    house.install(7, "acme", "Organization", true).await;
    house.github.set(|github| github.installations[0]["app_id"] = 1.into());
    assert!(!account(&house).await.contains("acme"));
}

#[tokio::test]
async fn a_hundred_installations_are_shown_and_the_rest_is_counted() {
    let house = House::standard().await;
    for id in 1..=103 {
        house.install(id, &format!("org-{id}"), "Organization", false).await;
    }
    let text = account(&house).await;
    assert_eq!(text.matches("Not read from GitHub yet").count(), 100);
    assert!(text.contains("And 3 more."), "{text}");
}

#[tokio::test]
async fn on_an_enterprise_server_the_app_is_installed_at_its_other_path() {
    let house = House::empty("https://cov.example/").await;
    house.connect("ghe", "api/v3/").await;
    let mut browser = Browser::new(&house.router);
    let start = browser.open("/login/ghe").await;
    assert_eq!(query_of(start.location())["redirect_uri"], "https://cov.example/login/ghe/callback");
    // The small GitHub of these tests answers below /api alone; the session is made by hand.
    let session = crate::account::session("ghe");
    let id = covermark_types::Secret::new("e".repeat(64));
    let stored = house.table.put_session(&covermark_state::Hashed::of(&id), &session).await;
    assert!(stored.expect("stored").applied());
    browser.cookies.insert("__Host-covermark_session".to_owned(), id.expose().to_owned());
    let text = browser.open("/account").await.text();
    assert!(text.contains("/github-apps/covermark/installations/new"), "{text}");
}

fn session(provider: &str) -> covermark_state::rows::session::Session {
    let at = |text: &str| text.parse().expect("a time");
    covermark_state::rows::session::Session {
        provider: crate::house::provider(provider),
        user: covermark_types::UserId(1),
        login: "mona".to_owned(),
        installations: Vec::new(),
        seen_at: at("2026-03-01T12:00:00Z"),
        created_at: at("2026-03-01T12:00:00Z"),
        expires_at: at("2026-03-15T12:00:00Z"),
    }
}
