//! One click: GitHub makes the App and hands its credentials over.

use axum::http::StatusCode;
use covermark_service::credentials::webhook_document;
use covermark_state::vault::Vault as _;

use crate::{
    browser::Browser,
    house::{House, ghe},
};

fn local(url: &url::Url) -> String {
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

#[tokio::test]
async fn one_click_stores_all_five_and_leads_to_the_installation_page() {
    let mut house = House::chosen().await;
    let back = house.create_in_one_click().await;
    assert!(back.as_str().starts_with("http://127.0.0.1:8080/setup/callback?code="), "{back}");
    let shown = house.browser.open(&local(&back)).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER);
    let installation = format!("{}/github-apps/covermark-acme/installations/new", house.github.web_url());
    assert_eq!(shown.location(), installation);

    let row = house.table.provider(&ghe()).await.expect("read").expect("listed");
    assert_eq!((row.app_slug.as_str(), row.connected_by.as_str()), ("covermark-acme", "set-up code"));
    let app = house.apps.github(&ghe()).await.expect("connected").app().await.expect("GitHub knows the key");
    assert_eq!(app.id, row.app_id);
    let secrets = house.vault.get(&webhook_document(&ghe())).await.expect("read").expect("stored");
    assert!(secrets.expose().contains(house.github.webhook_secret().expose()));
    let asked = house.github.registered().expect("registered");
    assert!(asked.request_oauth_on_install && asked.hook_active && !asked.public);
    insta::assert_debug_snapshot!((asked.permissions, asked.events, asked.callback_urls, asked.hook_url));
    house.github.finish();
}

#[tokio::test]
async fn without_a_webhook_secret_of_githubs_one_is_made_and_told() {
    let mut house = House::chosen().await;
    house.github.make_no_webhook_secret();
    let before = house.github.webhook_secret();
    let back = house.create_in_one_click().await;
    assert_eq!(house.browser.open(&local(&back)).await.status, StatusCode::SEE_OTHER);
    let told = house.github.webhook_secret();
    assert!(!told.matches(before.expose()) && told.expose().len() == 64);
    let secrets = house.vault.get(&webhook_document(&ghe())).await.expect("read").expect("stored");
    assert!(secrets.expose().contains(told.expose()), "what GitHub signs with is what we check with");
    house.github.expect_hook_configuration().await;
    house.github.finish();
}

#[tokio::test]
async fn the_answer_works_once_and_only_in_the_browser_that_began() {
    let mut house = House::chosen().await;
    let back = local(&house.create_in_one_click().await);
    // Another browser that was let in, too.
    let mut first = std::mem::replace(&mut house.browser, Browser::new(&house.router));
    let code = house.code().await;
    house.bring(code.expose()).await;
    let foreign = house.browser.open(&back).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    insta::assert_snapshot!(foreign.text());
    assert!(house.table.provider(&ghe()).await.expect("read").is_none());
    // The one that began can still go on, once.
    assert_eq!(first.open(&back).await.status, StatusCode::SEE_OTHER);
    assert_eq!(first.open(&back).await.status, StatusCode::FORBIDDEN);
    let never = first.open("/setup/callback?code=abc&state=0000").await;
    assert_eq!(never.status, StatusCode::FORBIDDEN);
    assert_eq!(first.open("/setup/callback?code=abc").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn after_an_hour_the_answer_is_too_late() {
    let mut house = House::chosen().await;
    let back = local(&house.create_in_one_click().await);
    house.clock.advance(std::time::Duration::from_secs(60 * 60 + 1));
    let shown = house.browser.open(&back).await;
    assert_eq!(shown.status, StatusCode::FORBIDDEN);
    assert!(house.table.provider(&ghe()).await.expect("read").is_none());
}

#[tokio::test]
async fn a_code_that_github_refuses_is_told_with_the_way_on() {
    let mut house = House::chosen().await;
    let back = house.create_in_one_click().await;
    let state = back.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
    let shown = house.browser.open(&format!("/setup/callback?code=deadbeef&state={state}")).await;
    assert_eq!(shown.status, StatusCode::BAD_GATEWAY);
    insta::assert_snapshot!(shown.text());
    assert!(house.vault.get("ghe/app").await.expect("read").is_none());
    // The state is spent: what came with it was not what GitHub sent.
    assert_eq!(house.browser.open(&local(&back)).await.status, StatusCode::FORBIDDEN);
}
