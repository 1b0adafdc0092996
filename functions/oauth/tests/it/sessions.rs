//! A person's sessions: listed, and ended by their owner alone.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};

use crate::{
    browser::{Browser, Shown},
    house::House,
    sign_in::sign_in,
};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// Signs in with a browser that says what it is.
async fn firefox(house: &House) -> Browser {
    let mut browser = Browser::new(&house.router);
    let to_github = browser.open("/login/gh").await;
    let back = house.github.agree(to_github.location());
    let back = browser.send(Request::get(back).header("user-agent", FIREFOX), Body::empty()).await;
    assert_eq!(back.location(), "/account");
    browser
}

async fn end(browser: &mut Browser, page: &Shown, session: Option<&str>) -> Shown {
    let session = session.map(|session| format!("&session={session}")).unwrap_or_default();
    browser.submit("/account/sessions", &format!("csrf={}{session}", page.field("csrf"))).await
}

#[tokio::test]
async fn a_person_sees_their_sessions_and_ends_one_of_them() {
    let house = House::standard().await;
    let mut old = firefox(&house).await;
    house.clock.advance(3600);
    let mut here = Browser::new(&house.router);
    sign_in(&house, &mut here, "/login/gh").await;
    let page = here.open("/account").await;
    insta::assert_snapshot!(page.text());
    let ended = end(&mut here, &page, Some(page.field("session"))).await;
    assert_eq!(ended.location(), "/account?ended=1#sessions");
    assert!(here.open("/account?ended=1").await.text().contains("One session was ended"));
    assert_eq!(old.open("/account").await.location(), "/login?next=%2Faccount");
    assert_eq!(house.github.live_tokens(), 2, "that session's tokens went back to GitHub");
    let again = end(&mut here, &page, Some(page.field("session"))).await;
    insta::assert_snapshot!(again.text());
}

#[tokio::test]
async fn all_others_end_at_once_and_this_one_stays() {
    let house = House::standard().await;
    let (mut one, mut two, mut here) = (firefox(&house).await, firefox(&house).await, firefox(&house).await);
    let page = here.open("/account").await;
    assert_eq!(end(&mut here, &page, None).await.location(), "/account?ended=2#sessions");
    for gone in [&mut one, &mut two] {
        assert_eq!(gone.open("/account").await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(here.open("/account").await.status, StatusCode::OK);
    assert_eq!(house.github.live_tokens(), 2);
}

#[tokio::test]
async fn nobody_ends_somebody_elses_session_or_by_a_form_of_another_page() {
    let house = House::standard().await;
    let mut victim = firefox(&house).await;
    let mut victims_other = firefox(&house).await;
    let theirs = victim.open("/account").await.field("session").to_owned();
    house.github.set(|github| (github.login, github.user_id) = ("mallory", 666));
    let mut mallory = firefox(&house).await;
    let page = mallory.open("/account").await;
    assert!(!page.text().contains("End all other sessions"), "there is one session only");
    assert_eq!(end(&mut mallory, &page, Some(&theirs)).await.status, StatusCode::NOT_FOUND);
    for form in ["", "csrf=", &format!("csrf={}&session={theirs}", page.field("csrf"))] {
        assert_eq!(victim.submit("/account/sessions", form).await.status, StatusCode::FORBIDDEN, "{form}");
    }
    assert_eq!(victims_other.open("/account").await.status, StatusCode::OK);
    assert_eq!(victim.open("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn when_a_session_was_last_used_is_known_to_within_minutes() {
    let house = House::standard().await;
    let mut browser = firefox(&house).await;
    house.clock.advance(7 * 60);
    browser.open("/account").await;
    let text = browser.open("/account").await.text();
    assert!(text.contains("Signed in 1 March 2026, 12:00 UTC. Last used 1 March 2026, 12:07 UTC."), "{text}");
}
