//! What strangers, old links and broken parts bring to the door.

use axum::{
    body::Body,
    http::{HeaderValue, Request, StatusCode},
};

use crate::{browser::Browser, github::query_of, house::House, sign_in::sign_in};

async fn at_github(browser: &mut Browser) -> String {
    browser.open("/login/gh").await.location().to_owned()
}

#[tokio::test]
async fn cancelling_at_github_shows_a_page_with_a_way_on_and_no_loop() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    let to_github = browser.open("/login/gh?next=/gh/acme").await.location().to_owned();
    insta::assert_snapshot!(browser.open(&house.github.cancel(&to_github)).await.text());
    assert_eq!(browser.open(&house.github.agree(&to_github)).await.status, StatusCode::BAD_REQUEST);
    let bare = browser.open("/login/github?error=access_denied").await;
    assert!(bare.text().starts_with("200 [You cancelled the sign-in"), "{}", bare.text());
}

#[tokio::test]
async fn a_callback_works_once() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    let back = house.github.agree(&at_github(&mut browser).await);
    assert_eq!(browser.open(&back).await.location(), "/account");
    insta::assert_snapshot!(browser.open(&back).await.text());
    assert_eq!(house.github.log().iter().filter(|call| *call == "exchange").count(), 1);
}

#[tokio::test]
async fn a_sign_in_ends_after_ten_minutes() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    let back = house.github.agree(&at_github(&mut browser).await);
    house.clock.advance(10 * 60);
    let late = browser.open(&back).await;
    assert!(late.text().contains("This sign-in is over"), "{}", late.text());
    assert!(house.github.log().is_empty());
}

#[tokio::test]
async fn somebody_elses_sign_in_is_refused() {
    let house = House::standard().await;
    let (mut attacker, mut victim) = (Browser::new(&house.router), Browser::new(&house.router));
    let link = house.github.agree(&at_github(&mut attacker).await);
    at_github(&mut victim).await;
    let opened = victim.open(&link).await;
    insta::assert_snapshot!(opened.text());
    assert!(!victim.cookies.contains_key("__Host-covermark_session"));
    assert!(house.github.log().is_empty());
}

#[tokio::test]
async fn a_callback_without_the_cookie_is_refused_and_does_not_spend_the_state() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    let back = house.github.agree(&at_github(&mut browser).await);
    let mut other = Browser::new(&house.router);
    insta::assert_snapshot!(other.open(&back).await.text());
    assert_eq!(browser.open(&back).await.location(), "/account");
}

#[tokio::test]
async fn an_answer_for_another_github_is_refused() {
    let house = House::standard().await;
    house.connect("ghe", "api/v3/").await;
    let mut browser = Browser::new(&house.router);
    let back = house.github.agree(&at_github(&mut browser).await).replace("/login/gh/", "/login/ghe/");
    assert_eq!(browser.open(&back).await.status, StatusCode::BAD_REQUEST);
    assert!(house.github.log().is_empty());
}

#[tokio::test]
async fn answers_that_are_none_are_refused_without_asking_anybody() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    let state = query_of(&at_github(&mut browser).await)["state"].clone();
    let long = "c".repeat(1000);
    for answer in [
        "".to_owned(),
        format!("code={long}&state={state}"),
        format!("code=&state={state}"),
        format!("state={state}"),
        "code=abc".to_owned(),
        "code=abc&state=short".to_owned(),
        format!("code=abc&state={}", "z".repeat(64)),
        format!("code=abc&state={state}&state={state}"),
        "code=%00&state=%ff%fe".to_owned(),
    ] {
        let shown = browser.open(&format!("/login/gh/callback?{answer}")).await;
        assert_eq!(shown.status, StatusCode::BAD_REQUEST, "{answer}");
        assert!(shown.html.contains("Request id"), "{answer}");
    }
    assert!(house.github.log().is_empty());
}

#[tokio::test]
async fn targets_that_lead_elsewhere_are_forgotten() {
    let house = House::standard().await;
    for next in [
        "//host",
        "///host",
        "/%5Chost",
        "https:host",
        "https://host/",
        "/%09/host",
        "/a%0D%0Ax:y",
        "/.//host",
        "/login/gh",
    ] {
        let mut browser = Browser::new(&house.router);
        assert_eq!(sign_in(&house, &mut browser, &format!("/login/gh?next={next}")).await, "/account", "{next}");
    }
}

#[tokio::test]
async fn github_refusing_the_code_is_told_in_its_own_words() {
    let house = House::standard().await;
    house.github.set(|github| github.exchange_error = Some("incorrect_client_credentials"));
    let mut browser = Browser::new(&house.router);
    let back = house.github.agree(&at_github(&mut browser).await);
    insta::assert_snapshot!(browser.open(&back).await.text());
}

#[tokio::test]
async fn a_github_that_is_down_is_said_to_be_and_the_token_goes_back() {
    let house = House::standard().await;
    house.github.set(|github| github.user_status = Some(503));
    let mut browser = Browser::new(&house.router);
    let to_github = browser.open("/login/gh?next=/gh/acme").await.location().to_owned();
    let shown = browser.open(&house.github.agree(&to_github)).await;
    insta::assert_snapshot!(shown.text());
    assert_eq!(shown.headers["retry-after"], "60");
    assert_eq!(house.github.live_tokens(), 0);
    assert!(!browser.cookies.contains_key("__Host-covermark_session"));
}

#[tokio::test]
async fn a_github_that_refuses_to_say_who_came_is_told_from_one_that_is_down() {
    let house = House::standard().await;
    house.github.set(|github| github.user_status = Some(401));
    let mut browser = Browser::new(&house.router);
    let back = house.github.agree(&at_github(&mut browser).await);
    assert!(browser.open(&back).await.text().contains("GitHub did not say who you are"));
}

#[tokio::test]
async fn a_token_that_github_does_not_take_back_stops_neither_sign_in_nor_sign_out() {
    let house = House::standard().await;
    house.github.set(|github| github.revoke_status = Some(500));
    let mut browser = Browser::new(&house.router);
    sign_in(&house, &mut browser, "/login/gh").await;
    assert_eq!(sign_in(&house, &mut browser, "/login/gh").await, "/account");
    let csrf = browser.open("/logout").await.field("csrf").to_owned();
    assert_eq!(browser.submit("/logout", &format!("csrf={csrf}")).await.location(), "/login?signed-out");
}

#[tokio::test]
async fn signing_out_needs_a_form_of_this_session() {
    let house = House::standard().await;
    let (mut browser, mut other) = (Browser::new(&house.router), Browser::new(&house.router));
    sign_in(&house, &mut browser, "/login/gh").await;
    sign_in(&house, &mut other, "/login/gh").await;
    let foreign = other.open("/logout").await.field("csrf").to_owned();
    for form in ["", "csrf=", "csrf=0000", &format!("csrf={foreign}"), "csrf=a&csrf=b", "%ff"] {
        let refused = browser.submit("/logout", form).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{form}");
    }
    insta::assert_snapshot!(browser.submit("/logout", "csrf=0000").await.text());
    assert_eq!(browser.open("/account").await.status, StatusCode::OK);
    let huge = format!("csrf={}", "a".repeat(3 * 1024 * 1024));
    assert_eq!(browser.submit("/logout", &huge).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_form_that_another_site_had_sent_is_refused_whatever_it_carries() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    sign_in(&house, &mut browser, "/login/gh").await;
    let csrf = browser.open("/account").await.field("csrf").to_owned();
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.test"),
        ("origin", "null"),
    ] {
        let request =
            Request::post("/logout").header("content-type", "application/x-www-form-urlencoded").header(name, value);
        let refused = browser.send(request, Body::from(format!("csrf={csrf}"))).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert_eq!(browser.open("/account").await.status, StatusCode::OK, "still signed in");
    let request = Request::post("/logout")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://cov.example")
        .header("sec-fetch-site", "same-origin");
    assert_eq!(browser.send(request, Body::from(format!("csrf={csrf}"))).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_flood_of_started_sign_ins_leaves_nothing_that_lasts() {
    let house = House::standard().await;
    let mut last = String::new();
    // Ten thousand hold just so, and take two minutes on a small machine.
    for _ in 0..10 {
        let starts = (0..100).map(|_| {
            let router = house.router.clone();
            tokio::spawn(async move { Browser::new(&router).open("/login/gh").await })
        });
        for start in starts.collect::<Vec<_>>() {
            let shown = start.await.expect("a task");
            assert_eq!(shown.status, StatusCode::SEE_OTHER);
            last = query_of(shown.location())["state"].clone();
        }
    }
    assert!(house.github.log().is_empty(), "GitHub is not asked for a start");
    // Each row says when it ends: DynamoDB removes it, and until then it counts for nothing.
    house.clock.advance(10 * 60);
    let state = covermark_state::Hashed::of(&covermark_types::Secret::new(last));
    let now = covermark_types::Clock::now(&*house.clock);
    assert!(house.table.take_login(&state, now).await.expect("a write").is_none());
    let mut browser = Browser::new(&house.router);
    assert_eq!(sign_in(&house, &mut browser, "/login/gh").await, "/account", "and the door is still open");
}

#[tokio::test]
async fn a_session_cookie_that_is_none_is_nobodys() {
    let house = House::standard().await;
    for value in ["", "x", &"0".repeat(64), &"a".repeat(5000), "\"quoted\"", "a=b"] {
        let mut browser = Browser::new(&house.router);
        browser.cookies.insert("__Host-covermark_session".to_owned(), value.to_owned());
        assert_eq!(browser.open("/account").await.location(), "/login?next=%2Faccount", "{value:?}");
        assert_eq!(browser.submit("/logout", "").await.location(), "/login?signed-out", "{value:?}");
    }
    // The plain-HTTP name means nothing over HTTPS: a neighbour could have planted it.
    let mut browser = Browser::new(&house.router);
    sign_in(&house, &mut browser, "/login/gh").await;
    let id = browser.cookies.remove("__Host-covermark_session").expect("a session");
    browser.cookies.insert("covermark_session".to_owned(), id);
    assert_eq!(browser.open("/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn without_an_app_the_operator_is_told_what_to_do() {
    let house = House::empty("https://cov.example/").await;
    let mut browser = Browser::new(&house.router);
    insta::assert_snapshot!(browser.open("/login").await.text());
    insta::assert_snapshot!(browser.open("/login/ghe").await.text());
    insta::assert_snapshot!(browser.open("/login/NOT_ONE").await.text());
    insta::assert_snapshot!(browser.open("/").await.text());
}

#[tokio::test]
async fn a_vault_that_does_not_answer_is_a_503_with_a_retry() {
    let house = House::standard().await;
    *house.vault.broken.lock().expect("unpoisoned") = true;
    let shown = Browser::new(&house.router).open("/login/gh").await;
    assert_eq!(
        (shown.status, &shown.headers["retry-after"]),
        (StatusCode::SERVICE_UNAVAILABLE, &HeaderValue::from(60))
    );
    insta::assert_snapshot!(shown.text());
    assert!(!shown.html.contains("network is away"));
}

#[tokio::test]
async fn addresses_and_methods_that_there_are_not_get_a_page() {
    let house = House::standard().await;
    let mut browser = Browser::new(&house.router);
    insta::assert_snapshot!(browser.open("/nowhere").await.text());
    let wrong = browser.send(Request::put("/account"), Body::empty()).await;
    assert_eq!(
        (wrong.status, &wrong.headers["allow"]),
        (StatusCode::METHOD_NOT_ALLOWED, &HeaderValue::from_static("GET,HEAD"))
    );
    insta::assert_snapshot!(wrong.text());
    assert_eq!(browser.open("/login/%ff").await.status, StatusCode::BAD_REQUEST);
}
