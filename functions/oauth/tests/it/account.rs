//! The account page in each of its states.

use axum::http::StatusCode;

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
async fn installations_are_listed_as_github_lists_them_to_the_person() {
    let house = House::standard().await;
    house.install(7, "acme", "Organization");
    house.install(8, "Mona", "User");
    house.install(9, "umbrella", "Organization");
    insta::assert_snapshot!(account(&house).await);
}

#[tokio::test]
async fn another_apps_installation_is_not_taken_for_ours() {
    let house = House::standard().await;
    house.install(7, "acme", "Organization");
    house.github.set(|github| github.installations[0]["app_id"] = 1.into());
    assert!(!account(&house).await.contains("acme"));
}

#[tokio::test]
async fn a_hundred_installations_are_shown_and_the_rest_is_counted() {
    let house = House::standard().await;
    for id in 1..=103 {
        house.install(id, &format!("org-{id}"), "Organization");
    }
    let text = account(&house).await;
    assert_eq!(text.matches("| Organisation").count(), 100);
    assert!(text.contains("And 3 more."), "{text}");
}

#[tokio::test]
async fn a_github_that_does_not_answer_leaves_the_way_out_open() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    sign_in(&house, &mut browser, "/login/gh").await;
    house.github.set(|github| github.list_status = Some(500));
    let shown = browser.open("/account").await;
    assert!(shown.text().contains("GitHub cannot be asked at the moment."), "{}", shown.text());
    let out = browser.submit("/logout", &format!("csrf={}", shown.field("csrf"))).await;
    assert_eq!(out.location(), "/login?signed-out");
}

#[tokio::test]
async fn on_an_enterprise_server_the_app_is_installed_at_its_other_path() {
    let house = House::empty("https://cov.example/").await;
    house.connect("ghe", "api/v3/").await;
    let mut browser = Browser::new(&house.router);
    let start = browser.open("/login/ghe").await;
    assert_eq!(query_of(start.location())["redirect_uri"], "https://cov.example/login/ghe/callback");
    assert_eq!(sign_in(&house, &mut browser, "/login/ghe").await, "/account");
    let text = browser.open("/account").await.text();
    assert!(text.contains("/github-apps/covermark/installations/new"), "{text}");
}

#[tokio::test]
async fn what_was_just_installed_is_seen_when_github_is_asked_again() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    sign_in(&house, &mut browser, "/login/gh").await;
    let before = browser.open("/account").await;
    house.install(7, "acme", "Organization");
    assert!(!browser.open("/account").await.text().contains("acme"), "the list holds for minutes");
    let refused = browser.submit("/account/refresh", "csrf=0000").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let asked = browser.submit("/account/refresh", &format!("csrf={}", before.field("csrf"))).await;
    assert_eq!(asked.location(), "/account");
    assert!(browser.open("/account").await.text().contains("acme"));
}
