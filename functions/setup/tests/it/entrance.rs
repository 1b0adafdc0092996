//! The door: it opens once.

use axum::http::StatusCode;
use covermark_setup::Reach;

use crate::{browser::Browser, house::House};

#[tokio::test]
async fn the_code_lets_one_browser_in_once() {
    let mut house = House::new().await;
    let code = house.code().await;
    let shown = house.bring(code.expose()).await;
    assert_eq!((shown.status, shown.location()), (StatusCode::SEE_OTHER, "/setup"));
    assert!(house.browser.open("/setup").await.html.contains("Which GitHub?"));
    // The same code in another browser.
    house.browser = Browser::new(&house.router);
    let shown = house.bring(code.expose()).await;
    assert_eq!(shown.status, StatusCode::FORBIDDEN);
    insta::assert_snapshot!(shown.text());
    assert!(!house.browser.open("/setup").await.html.contains("Which GitHub?"));
}

#[tokio::test]
async fn a_wrong_code_opens_nothing_and_a_new_one_replaces_the_old() {
    let mut house = House::new().await;
    for wrong in ["", "guess", &"x".repeat(5000)] {
        assert_eq!(house.bring(wrong).await.status, StatusCode::FORBIDDEN, "{wrong:.10}");
    }
    let old = house.code().await;
    let new = house.code().await;
    let shown = house.bring(old.expose()).await;
    assert_eq!(shown.status, StatusCode::FORBIDDEN);
    insta::assert_snapshot!(shown.text());
    assert_eq!(house.bring(new.expose()).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_code_that_the_template_had_made_is_read_from_the_vault_and_not_for_every_guess() {
    use covermark_state::vault::Vault as _;
    let mut house = House::new().await;
    let code = covermark_types::Secret::new("made-by-secrets-manager\n");
    house.vault.put(covermark_setup::CODE_SECRET, &code).await.expect("stored");
    for guess in 0..20 {
        house.bring(&format!("guess-{guess}")).await;
    }
    assert_eq!(house.vault.reads(), 1);
    assert_eq!(house.bring("made-by-secrets-manager").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn two_browsers_with_the_code_at_once_and_one_is_let_in() {
    let house = House::new().await;
    let code = house.code().await;
    let mut entering = Vec::new();
    for _ in 0..8 {
        let (mut browser, code) = (Browser::new(&house.router), code.clone());
        entering.push(tokio::spawn(async move {
            let door = browser.open("/setup").await;
            let form = format!("csrf={}&code={}", door.field("csrf"), code.expose());
            browser.submit("/setup/open", &form).await.status
        }));
    }
    let mut let_in = 0;
    for one in entering {
        let_in += usize::from(one.await.expect("a task") == StatusCode::SEE_OTHER);
    }
    assert_eq!(let_in, 1);
}

#[tokio::test]
async fn no_page_behind_the_door_is_shown_before_it_opens_or_two_hours_later() {
    let mut house = House::new().await;
    let behind = [
        "/setup/create",
        "/setup/create/manual",
        "/setup/credentials",
        "/setup/callback?code=a&state=b",
        "/setup/result/gh",
    ];
    for address in behind {
        assert_eq!(house.browser.open(address).await.status, StatusCode::FORBIDDEN, "{address}");
    }
    let code = house.code().await;
    house.bring(code.expose()).await;
    house.clock.advance(std::time::Duration::from_secs(2 * 60 * 60 + 1));
    let shown = house.browser.open("/setup/create").await;
    assert_eq!(shown.status, StatusCode::FORBIDDEN);
    insta::assert_snapshot!(shown.text());
}

#[tokio::test]
async fn an_administrator_who_is_signed_in_needs_no_code_and_others_do() {
    let mut house = House::new().await;
    for (login, administers) in [("octocat", true), ("mallory", false)] {
        house.browser = Browser::new(&house.router);
        house.sign_in(login).await;
        let door = house.browser.open("/setup").await;
        assert_eq!(door.html.contains(&format!("Go on as {login}")), administers, "{login}");
        // The button of another's page is worth nothing.
        let form = format!("csrf={}&administrator=true", door.field("csrf"));
        let entered = house.browser.submit("/setup/open", &form).await;
        assert_eq!(entered.status == StatusCode::SEE_OTHER, administers, "{login}");
        assert_eq!(house.browser.open("/setup").await.html.contains("Which GitHub?"), administers, "{login}");
    }
}

#[tokio::test]
async fn a_form_from_elsewhere_is_refused() {
    let mut house = House::chosen().await;
    let forged = house.browser.submit("/setup/app", "csrf=0000&github=github.com&owner_kind=personal").await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let shown = house.enter(&[("csrf", "0000")]).await;
    assert_eq!(shown.status, StatusCode::FORBIDDEN);
    let mut stranger = Browser::new(&house.router);
    let code = house.code().await;
    let planted = stranger.submit("/setup/open", &format!("csrf=0000&code={}", code.expose())).await;
    assert_eq!(planted.status, StatusCode::FORBIDDEN, "a code does not open without the browser's own form");
}

#[tokio::test]
async fn over_https_the_cookie_and_the_page_are_as_strict_as_can_be() {
    let mut house = House::at("https://cov.example/", Reach::default()).await;
    let door = house.browser.open("/setup").await;
    assert!(house.browser.cookies.contains_key("__Host-covermark_visitor"));
    let policy = door.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self';"), "{policy}");
    assert!(door.headers.contains_key("strict-transport-security"));
    assert_eq!(door.headers["cache-control"], "no-store");
}
