//! The operator's rules at the door and during the session.

use axum::http::StatusCode;
use covermark_service::{access::InstanceRules, config};
use serde_json::json;

use crate::{browser::Browser, house::House, sign_in::sign_in};

async fn ruled(pairs: &[(&'static str, &'static str)]) -> House {
    let lookup = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let house = House::ruled("https://cov.example/", InstanceRules::read(&lookup).expect("rules")).await;
    house.connect("gh", "api/").await;
    house
}

fn join(house: &House, id: u64, login: &str, state: &str) {
    let membership = json!({ "state": state, "role": "member", "organization": { "id": id, "login": login } });
    house.github.set(|github| github.organizations.get_or_insert_default().push(membership));
}

/// Opens the door, and says what was shown: a page, or where the browser is sent.
async fn knock(house: &House) -> (StatusCode, String) {
    let mut browser = Browser::new(&house.router);
    let to_github = browser.open("/login/gh").await;
    let back = browser.open(&house.github.agree(to_github.location())).await;
    let text = if back.status == StatusCode::SEE_OTHER { back.location().to_owned() } else { back.text() };
    (back.status, text)
}

#[tokio::test]
async fn a_member_of_an_allowed_organisation_comes_in_and_others_do_not() {
    let house = ruled(&[(config::ALLOWED_ORGANISATIONS, "acme")]).await;
    let (status, page) = knock(&house).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    insta::assert_snapshot!(page);
    assert_eq!(house.github.live_tokens(), 0, "the token went back");
    join(&house, 1, "acme-evil", "active");
    join(&house, 2, "acme", "pending");
    assert_eq!(knock(&house).await.0, StatusCode::FORBIDDEN);
    join(&house, 2, "Acme", "active");
    assert_eq!(knock(&house).await.1, "/account");
}

#[tokio::test]
async fn a_member_of_an_allowed_team_comes_in_by_its_name_or_ids() {
    for (rule, address) in [
        ("acme/core", "/orgs/acme/teams/core/memberships/mona"),
        ("9001/77", "/organizations/9001/team/77/memberships/mona"),
    ] {
        let house = ruled(&[(config::ALLOWED_TEAMS, rule)]).await;
        // A team of the same name elsewhere is another team.
        house
            .github
            .set(|github| _ = github.teams.insert("/orgs/evil/teams/core/memberships/mona".to_owned(), "active"));
        house.github.set(|github| _ = github.teams.insert(address.to_owned(), "pending"));
        assert_eq!(knock(&house).await.0, StatusCode::FORBIDDEN, "{rule}");
        house.github.set(|github| _ = github.teams.insert(address.to_owned(), "active"));
        assert_eq!(knock(&house).await.1, "/account", "{rule}");
    }
}

#[tokio::test]
async fn who_left_the_organisation_is_out_within_ten_minutes() {
    let house = ruled(&[(config::ALLOWED_ORGANISATIONS, "acme")]).await;
    join(&house, 2, "acme", "active");
    let mut browser = Browser::new(&house.router);
    sign_in(&house, &mut browser, "/login/gh").await;
    house.github.set(|github| github.organizations = Some(Vec::new()));
    house.clock.advance(9 * 60);
    assert_eq!(browser.open("/account").await.status, StatusCode::OK);
    house.clock.advance(60);
    let out = browser.open("/account").await;
    assert_eq!(out.status, StatusCode::FORBIDDEN);
    assert!(out.text().contains("This Covermark is not open to you"), "{}", out.text());
    assert_eq!(browser.open("/account").await.location(), "/login?next=%2Faccount", "the session has ended");
    assert_eq!(house.github.live_tokens(), 0);
}

#[tokio::test]
async fn an_administrator_comes_in_whatever_the_rules_and_is_told_so() {
    let house = ruled(&[(config::ALLOWED_ORGANISATIONS, "acme"), (config::ADMINISTRATORS, "583231")]).await;
    let mut browser = Browser::new(&house.router);
    assert_eq!(sign_in(&house, &mut browser, "/login/gh").await, "/account");
    assert!(browser.open("/account").await.text().contains("and administer this Covermark"));
    let current = house.access.current(&browser.headers()).await.ok().flatten().expect("a session");
    assert!(house.access.is_administrator(&current));
}

#[tokio::test]
async fn an_administrator_by_login_who_was_renamed_is_none_any_more() {
    let house = ruled(&[(config::ADMINISTRATORS, "mona")]).await;
    let mut browser = Browser::new(&house.router);
    sign_in(&house, &mut browser, "/login/gh").await;
    house.github.set(|github| github.login = "lisa");
    house.clock.advance(10 * 60);
    let text = browser.open("/account").await.text();
    assert!(text.contains("You are | lisa") && !text.contains("administer"), "{text}");
}

#[tokio::test]
async fn a_github_that_is_down_does_not_throw_people_out_for_an_hour() {
    let house = ruled(&[(config::ALLOWED_ORGANISATIONS, "acme")]).await;
    join(&house, 2, "acme", "active");
    let mut browser = Browser::new(&house.router);
    sign_in(&house, &mut browser, "/login/gh").await;
    house.github.set(|github| github.user_status = Some(500));
    house.clock.advance(59 * 60);
    assert_eq!(browser.open("/account").await.status, StatusCode::OK);
    house.clock.advance(60);
    assert_eq!(browser.open("/account").await.status, StatusCode::SERVICE_UNAVAILABLE);
    for way_out in ["/", "/login", "/logout"] {
        assert_eq!(browser.open(way_out).await.status, StatusCode::OK, "{way_out}");
    }
    house.github.set(|github| github.user_status = None);
    assert_eq!(browser.open("/account").await.status, StatusCode::OK);
}
