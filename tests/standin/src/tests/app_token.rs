//! The App's JSON Web Token.

use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

use super::{Client, Story, jwt, story};

async fn with(story: &Story, change: impl FnOnce(&mut Value)) -> (u16, String) {
    let mut claims = story.claims();
    change(&mut claims);
    let answer = Client::bearer(&story.github, &jwt(&story.github, &claims)).get("/app").await;
    (answer.status, answer.message().to_owned())
}

#[tokio::test]
async fn a_token_of_the_app_is_the_app_by_number_and_by_client_id() {
    let story = story().await;
    assert_eq!(story.as_app().get("/app").await.body["slug"], "covermark");
    let document: Value = serde_json::from_str(&story.github.credentials_document()).unwrap();
    let client_id = document["client_id"].clone();
    assert_eq!(with(&story, |claims| claims["iss"] = client_id).await.0, 200);
    let number = document["app_id"].clone();
    assert!(number.is_u64());
    assert_eq!(with(&story, |claims| claims["iss"] = number).await.0, 200);
}

#[tokio::test]
async fn an_unknown_issuer_is_refused() {
    let story = story().await;
    assert_eq!(with(&story, |claims| claims["iss"] = json!("1")).await, (404, "Integration not found".to_owned()));
    assert_eq!(with(&story, |claims| claims["iss"] = Value::Null).await.0, 401);
}

#[tokio::test]
async fn a_token_from_the_future_is_refused() {
    let story = story().await;
    let (status, text) = with(&story, |claims| claims["iat"] = json!(claims["iat"].as_i64().unwrap() + 120)).await;
    assert_eq!((status, text.contains("('iat')")), (401, true), "{text}");
}

#[tokio::test]
async fn a_token_that_lives_too_long_is_refused() {
    let story = story().await;
    let (status, text) = with(&story, |claims| claims["exp"] = json!(claims["exp"].as_i64().unwrap() + 120)).await;
    assert_eq!((status, text.as_str()), (401, "'Expiration time' claim ('exp') is too far in the future"));
}

#[tokio::test]
async fn an_expired_token_is_refused() {
    let story = story().await;
    let client = story.as_app();
    story.clock.advance(541);
    let answer = client.get("/app").await;
    assert_eq!((answer.status, answer.message().contains("('exp')")), (401, true));
}

#[tokio::test]
async fn a_token_without_times_is_refused() {
    let story = story().await;
    assert_eq!(with(&story, |claims| claims["iat"] = Value::Null).await.0, 401);
    assert_eq!(with(&story, |claims| claims["exp"] = Value::Null).await.0, 401);
}

#[tokio::test]
async fn a_token_that_is_changed_or_signed_otherwise_is_refused() {
    let story = story().await;
    let good = jwt(&story.github, &story.claims());
    let (head, rest) = good.split_once('.').unwrap();
    let (claims, signature) = rest.split_once('.').unwrap();
    let mut other = story.claims();
    other["exp"] = json!(other["exp"].as_i64().unwrap() - 1);
    let other = jwt(&story.github, &other);
    let changed = format!("{head}.{}.{signature}", other.split('.').nth(1).unwrap());
    let key = EncodingKey::from_secret(b"secret");
    let hmac = jsonwebtoken::encode(&Header::default(), &story.claims(), &key).unwrap();
    for token in [changed, hmac, format!("{head}.{claims}."), "nonsense".to_owned()] {
        let answer = Client::bearer(&story.github, &token).get("/app").await;
        assert_eq!((answer.status, answer.message()), (401, "A JSON web token could not be decoded"));
        assert!(answer.body["documentation_url"].is_string());
    }
}

#[tokio::test]
async fn the_apps_token_opens_no_repository_and_an_installations_token_is_not_the_app() {
    let story = story().await;
    assert_eq!(story.as_app().get("/repos/acme/widgets").await.status, 403);
    assert_eq!(story.client().await.get("/app").await.status, 401);
    assert_eq!(Client::nobody(&story.github).get("/app").await.status, 401);
}
