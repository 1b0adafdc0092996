//! Signing people in.

use covermark_types::{Fault as _, FaultClass, Secret, SystemRandom};
use insta::assert_snapshot;
use serde_json::json;

use super::support::{Fake, Seen, http, reply, reply_with};
use crate::{
    Error,
    oauth::{OAuth, OAuthError, Pkce},
    user::{Rights, TeamName},
};

fn callback() -> url::Url {
    "https://covermark.example/login/gh/callback".parse().unwrap()
}

async fn oauth(respond: impl Fn(&Seen, usize) -> axum::response::Response + Send + Sync + 'static) -> (Fake, OAuth) {
    let fake = Fake::start(respond).await;
    let oauth = OAuth::new(http(), &fake.credentials(), fake.clock.clone());
    (fake, oauth)
}

async fn exchanged(respond: impl Fn(&Seen, usize) -> axum::response::Response + Send + Sync + 'static) -> OAuthError {
    let (fake, oauth) = oauth(respond).await;
    let outcome = oauth.exchange(&Secret::new("the-code"), Some(&callback()), &Secret::new("the-verifier")).await;
    assert_eq!(fake.seen().len(), 1, "a code is sent once");
    outcome.err().unwrap()
}

#[test]
fn the_challenge_is_that_of_rfc_7636_appendix_b() {
    let pkce = Pkce::from_verifier(Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
    assert_eq!(pkce.challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

#[test]
fn a_new_verifier_is_long_enough_and_never_the_same() {
    let (one, two) = (Pkce::new(&SystemRandom), Pkce::new(&SystemRandom));
    assert_eq!(one.verifier.expose().len(), 43);
    assert!(!one.verifier.matches(two.verifier.expose()));
}

#[tokio::test]
async fn the_browser_is_sent_with_state_challenge_and_a_fixed_way_back() {
    let mut credentials = super::support::credentials(&"https://github.com".parse().unwrap());
    credentials.client_id = "Iv1 & co".to_owned();
    let fake = Fake::start(|_, _| reply(200, json!({}))).await;
    let oauth = OAuth::new(http(), &credentials, fake.clock);
    let pkce = Pkce::from_verifier(Secret::new("the-verifier"));
    let url = oauth.authorize_url(Some(&callback()), "a state", &pkce);
    assert_snapshot!(url, @"https://github.com/login/oauth/authorize?client_id=Iv1+%26+co&redirect_uri=https%3A%2F%2Fcovermark.example%2Flogin%2Fgh%2Fcallback&state=a+state&code_challenge=sP6XQ2T7IHwj7eBkdcI9xyC8WxEik0RMQk0tVGDKZPI&code_challenge_method=S256");
    assert!(!url.as_str().contains("the-verifier"));
}

#[tokio::test]
async fn a_code_becomes_a_token_with_its_end() {
    let body = json!({ "access_token": "ghu_x", "token_type": "bearer", "scope": "", "expires_in": 28800,
                       "refresh_token": "ghr_y", "refresh_token_expires_in": 15_897_600 });
    let (fake, oauth) = oauth(move |_, _| reply(200, body.clone())).await;
    let token =
        oauth.exchange(&Secret::new("the-code"), Some(&callback()), &Secret::new("the-verifier")).await.ok().unwrap();
    assert_eq!(token.access.expose(), "ghu_x");
    assert_eq!(token.refresh.unwrap().expose(), "ghr_y");
    assert_eq!(token.expires_at.unwrap().to_string(), "2026-03-01T20:00:00Z");
    let seen = &fake.seen()[0];
    assert_eq!(seen.line, "POST /login/oauth/access_token", "nothing secret is in the address");
    assert_eq!(seen.header("accept"), "application/json");
    assert_eq!(seen.header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(seen.header("authorization"), "");
    assert_snapshot!(String::from_utf8_lossy(&seen.body), @"client_id=Iv1.abc&client_secret=client-secret&code=the-code&code_verifier=the-verifier&redirect_uri=https%3A%2F%2Fcovermark.example%2Flogin%2Fgh%2Fcallback");
}

#[tokio::test]
async fn a_refused_code_is_a_refusal_although_github_answers_200() {
    let body =
        json!({ "error": "bad_verification_code", "error_description": "The code passed is incorrect or expired." });
    let error = exchanged(move |_, _| reply(200, body.clone())).await;
    assert_snapshot!(error, @"GitHub refused the sign-in: bad_verification_code: The code passed is incorrect or expired.");
    assert_eq!(error.class(), FaultClass::Permanent);
}

#[tokio::test]
async fn a_wrong_client_secret_is_the_operators_matter() {
    let error = exchanged(|_, _| reply(200, json!({ "error": "incorrect_client_credentials" }))).await;
    assert_eq!(error.class(), FaultClass::Unauthorized);
}

#[tokio::test(start_paused = true)]
async fn an_exchange_that_fails_half_way_is_not_repeated() {
    let error = exchanged(|_, _| reply(502, json!({}))).await;
    assert_eq!(error.class(), FaultClass::Retry(None));
}

#[tokio::test]
async fn an_answer_without_a_token_is_an_error() {
    for body in [json!({}), json!({ "access_token": "" }), json!({ "access_token": null })] {
        let error = exchanged(move |_, _| reply(200, body.clone())).await;
        assert!(matches!(error, OAuthError::GitHub(Error::Malformed { .. })), "{error}");
    }
}

#[tokio::test]
async fn a_refresh_token_becomes_a_new_pair_and_is_sent_once_in_the_body() {
    let body = json!({ "access_token": "ghu_z", "expires_in": 28800, "refresh_token": "ghr_z",
                       "refresh_token_expires_in": 15_897_600 });
    let (fake, oauth) = oauth(move |_, _| reply(200, body.clone())).await;
    let token = oauth.refresh(&Secret::new("ghr_y")).await.ok().unwrap();
    assert_eq!((token.access.expose(), token.refresh.unwrap().expose()), ("ghu_z", "ghr_z"));
    assert_eq!(token.refresh_expires_at.unwrap().to_string(), "2026-09-01T12:00:00Z");
    let seen = &fake.seen()[0];
    assert_eq!(seen.line, "POST /login/oauth/access_token");
    assert_snapshot!(String::from_utf8_lossy(&seen.body), @"client_id=Iv1.abc&client_secret=client-secret&grant_type=refresh_token&refresh_token=ghr_y");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_fails_half_way_is_not_repeated() {
    let (fake, oauth) = oauth(|_, _| reply(502, json!({}))).await;
    assert!(oauth.refresh(&Secret::new("ghr_y")).await.is_err());
    assert_eq!(fake.seen().len(), 1, "the first may have used it up");
}

#[tokio::test]
async fn a_persons_rights_are_what_github_says_and_nothing_where_it_says_nothing() {
    let list = json!({ "repositories": [
        { "id": 1, "full_name": "acme/a", "permissions": { "admin": false, "push": true, "pull": true } },
        { "id": 2, "full_name": "acme/b", "permissions": null },
        { "id": 3, "full_name": "acme/c" },
    ] });
    let (fake, oauth) = oauth(move |_, _| reply(200, list.clone())).await;
    let found = oauth.as_user(Secret::new("ghu_x")).repositories(covermark_types::InstallationId(7)).await.unwrap();
    assert_eq!(found.iter().map(|one| one.permissions.push).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(found[1].permissions, Rights::default());
    assert!(found.iter().all(|one| one.repository.private), "what does not say is private");
    assert_eq!(fake.lines(), ["GET /user/installations/7/repositories?per_page=100&page=1"]);
}

#[tokio::test]
async fn teams_are_asked_for_by_name_or_by_ids() {
    let (fake, oauth) = oauth(|_, _| reply(200, json!({ "state": "active", "role": "member" }))).await;
    let user = oauth.as_user(Secret::new("ghu_x"));
    for team in [TeamName::Slug("acme".to_owned(), "core/x".to_owned()), TeamName::Ids(9001, 77)] {
        assert!(user.team_membership(&team, "mona").await.unwrap().is_active());
    }
    let lines = fake.lines();
    assert_eq!(lines[0], "GET /orgs/acme/teams/core%2Fx/memberships/mona", "a slash inside a name stays inside it");
    assert_eq!(lines[1], "GET /organizations/9001/team/77/memberships/mona");
}

#[tokio::test]
async fn a_redirected_question_keeps_the_persons_token_at_home() {
    let stranger = Fake::start(|_, _| reply(200, json!({ "id": 1, "login": "evil" }))).await;
    let location = stranger.url.to_string();
    let (_fake, oauth) = oauth(move |_, _| reply_with(302, &[("location", &location)], json!({}))).await;
    assert!(oauth.as_user(Secret::new("ghu_x")).user().await.is_err());
    assert!(stranger.seen().is_empty());
}

#[tokio::test]
async fn a_redirected_exchange_keeps_the_secret_at_home() {
    let stranger = Fake::start(|_, _| reply(200, json!({ "access_token": "x" }))).await;
    let location = stranger.url.to_string();
    let error = exchanged(move |_, _| reply_with(307, &[("location", &location)], json!({}))).await;
    assert!(matches!(error, OAuthError::GitHub(Error::Redirected { .. })), "{error}");
    assert!(stranger.seen().is_empty());
}

#[tokio::test]
async fn the_user_is_asked_for_with_the_users_token() {
    let (fake, oauth) = oauth(|_, _| reply(200, json!({ "id": 5, "login": "octocat", "name": null }))).await;
    let user = oauth.as_user(Secret::new("ghu_x")).user().await.unwrap();
    assert_eq!((user.id.0, user.login.as_str(), user.name), (5, "octocat", None));
    assert_eq!(fake.seen()[0].header("authorization"), "Bearer ghu_x");
}

#[tokio::test]
async fn all_pages_of_the_users_installations_are_read() {
    let (fake, oauth) = oauth(|seen, _| {
        let page = if seen.line.ends_with("page=1") { 1 } else { 2 };
        let link = "<https://elsewhere/user/installations?page=2>; rel=\"next\"";
        let headers: &[(&str, &str)] = if page == 1 { &[("link", link)] } else { &[] };
        reply_with(200, headers, json!({ "installations": [{ "id": page, "account": null }] }))
    })
    .await;
    let found = oauth.as_user(Secret::new("ghu_x")).installations().await.unwrap();
    assert_eq!(found.iter().map(|installation| installation.id.0).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(fake.lines()[1], "GET /user/installations?per_page=100&page=2");
}

#[tokio::test]
async fn a_part_of_the_installations_is_never_the_whole() {
    let (fake, oauth) = oauth(|seen, _| {
        let page: u32 = seen.line.rsplit('=').next().unwrap().parse().unwrap();
        let link = format!("<https://elsewhere/user/installations?page={}>; rel=\"next\"", page + 1);
        reply_with(200, &[("link", &link)], json!({ "installations": [] }))
    })
    .await;
    let error = oauth.as_user(Secret::new("ghu_x")).installations().await.unwrap_err();
    assert!(matches!(error, Error::TooManyPages { pages: 20, .. }), "{error}");
    assert_eq!(fake.seen().len(), 20);
}

#[tokio::test]
async fn a_token_is_revoked_with_the_apps_own_credentials() {
    let (fake, oauth) =
        oauth(|_, before| if before == 0 { reply(204, json!({})) } else { reply(422, json!({})) }).await;
    oauth.revoke(&Secret::new("ghu_x")).await.unwrap();
    oauth.revoke(&Secret::new("ghu_x")).await.unwrap();
    let seen = &fake.seen()[0];
    assert_eq!(seen.line, "DELETE /applications/Iv1.abc/token");
    assert_eq!(seen.header("authorization"), "Basic SXYxLmFiYzpjbGllbnQtc2VjcmV0");
    assert_eq!(seen.json(), json!({ "access_token": "ghu_x" }));
}
