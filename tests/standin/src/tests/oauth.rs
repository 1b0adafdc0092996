//! Sign-in. The challenge is the one of RFC 7636, appendix B.

use serde_json::{Value, json};

use super::{Client, Story, story};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "http://127.0.0.1:9/login/gh/callback";

fn document(story: &Story) -> Value {
    serde_json::from_str(&story.github.credentials_document()).unwrap()
}

fn authorize(story: &Story) -> String {
    let id = document(story)["client_id"].as_str().unwrap().to_owned();
    format!(
        "{}/login/oauth/authorize?client_id={id}&redirect_uri={}&state=s1&code_challenge={CHALLENGE}&code_challenge_method=S256",
        story.github.web_url(),
        "http%3A%2F%2F127.0.0.1%3A9%2Flogin%2Fgh%2Fcallback"
    )
}

fn code(url: &url::Url) -> String {
    url.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned()
}

async fn exchange(story: &Story, fields: Value) -> Value {
    let document = document(story);
    let mut body = json!({"client_id": document["client_id"], "client_secret": document["client_secret"]});
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let url = format!("{}/login/oauth/access_token", story.github.web_url());
    let answer = Client::nobody(&story.github).with("accept", "application/json").post(&url, body).await;
    assert_eq!(answer.status, 200, "errors come with status 200, too");
    answer.body
}

async fn signed_in(story: &Story) -> Value {
    story.github.add_callback_url(CALLBACK);
    let back = story.github.consent(&authorize(story), &story.mona).unwrap();
    exchange(story, json!({"code": code(&back), "redirect_uri": CALLBACK, "code_verifier": VERIFIER})).await
}

#[tokio::test]
async fn a_person_signs_in_and_the_app_sees_what_they_see() {
    let story = story().await;
    let token = signed_in(&story).await;
    let client = Client::bearer(&story.github, token["access_token"].as_str().unwrap());
    assert_eq!(client.get("/user").await.body["login"], "mona");
    let seen = client.get("/user/installations").await.body;
    assert_eq!(
        (seen["total_count"].as_u64(), seen["installations"][0]["account"]["login"].as_str()),
        (Some(1), Some("acme"))
    );
    let path = format!("/user/installations/{}/repositories", story.installation.id);
    assert_eq!(client.get(&path).await.body["repositories"][0]["full_name"], "acme/widgets");
    story.acme.remove_member(&story.mona);
    assert_eq!(client.get("/user/installations").await.body["total_count"], 0);
    assert_eq!(client.get(&path).await.status, 404);
    story.clock.advance(28_800);
    assert_eq!(client.get("/user").await.status, 401);
}

#[tokio::test]
async fn a_code_is_good_for_one_attempt_with_the_right_verifier() {
    let story = story().await;
    story.github.add_callback_url(CALLBACK);
    let back = story.github.consent(&authorize(&story), &story.mona).unwrap();
    assert!(back.as_str().starts_with(CALLBACK) && back.query().unwrap().ends_with("state=s1"));
    let wrong = exchange(&story, json!({"code": code(&back), "code_verifier": "x"})).await;
    assert_eq!(wrong["error"], "bad_verification_code");
    let again = exchange(&story, json!({"code": code(&back), "code_verifier": VERIFIER})).await;
    assert_eq!(again["error"], "bad_verification_code", "the wrong attempt used it up");
    let back = story.github.consent(&authorize(&story), &story.mona).unwrap();
    story.clock.advance(600);
    let late = exchange(&story, json!({"code": code(&back), "code_verifier": VERIFIER})).await;
    assert_eq!(late["error"], "bad_verification_code");
}

#[tokio::test]
async fn the_client_secret_and_the_address_must_be_the_registered_ones() {
    let story = story().await;
    story.github.add_callback_url(CALLBACK);
    let back = story.github.consent(&authorize(&story), &story.mona).unwrap();
    let wrong = exchange(&story, json!({"code": code(&back), "client_secret": "x"})).await;
    assert_eq!(wrong["error"], "incorrect_client_credentials");
    let other = exchange(&story, json!({"code": code(&back), "redirect_uri": "http://127.0.0.1:9/other"})).await;
    assert_eq!(other["error"], "redirect_uri_mismatch");
    let foreign = authorize(&story).replace("callback", "elsewhere");
    assert!(story.github.consent(&foreign, &story.mona).unwrap_err().contains("redirect_uri"));
    let plain = authorize(&story).replace("S256", "plain");
    assert!(story.github.consent(&plain, &story.mona).unwrap_err().contains("S256"));
    let unknown = authorize(&story).replace("client_id=Iv", "client_id=xx");
    assert!(story.github.consent(&unknown, &story.mona).is_err());
}

#[tokio::test]
async fn a_person_who_cancels_is_sent_back_with_an_error() {
    let story = story().await;
    story.github.add_callback_url(CALLBACK);
    let back = story.github.cancel(&authorize(&story)).unwrap();
    let pairs: Vec<(String, String)> = back.query_pairs().into_owned().collect();
    assert_eq!(pairs[0], ("error".to_owned(), "access_denied".to_owned()));
    assert_eq!(pairs.last().unwrap(), &("state".to_owned(), "s1".to_owned()));
}

#[tokio::test]
async fn the_consent_page_is_a_form_that_a_browser_can_send() {
    let story = story().await;
    story.github.add_callback_url(CALLBACK);
    let client = Client::nobody(&story.github);
    let page = client.get(&authorize(&story)).await;
    assert!(page.text.contains("Authorize") && page.text.contains("Cancel") && !page.text.contains("<script"));
    let key = page.text.split("name=\"key\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let url = format!("{}/login/oauth/authorize", story.github.web_url());
    let form = format!("key={key}&login=mona&decision=authorize");
    let headers = vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
    let sent = crate::server::send("POST", &url, &headers, form.clone().into()).await.unwrap();
    assert_eq!(sent.status(), 302);
    assert!(sent.headers()["location"].to_str().unwrap().starts_with(CALLBACK));
    let twice = crate::server::send("POST", &url, &headers, form.into()).await.unwrap();
    assert_eq!(twice.status(), 404, "a page is sent once");
}

#[tokio::test]
async fn a_refresh_token_is_used_once_and_a_revoked_token_is_void() {
    let story = story().await;
    let token = signed_in(&story).await;
    let refresh = json!({"grant_type": "refresh_token", "refresh_token": token["refresh_token"]});
    let fresh = exchange(&story, refresh.clone()).await;
    assert_eq!(exchange(&story, refresh).await["error"], "bad_refresh_token");
    let old = Client::bearer(&story.github, token["access_token"].as_str().unwrap());
    assert_eq!(old.get("/user").await.status, 401);
    let document = document(&story);
    let (id, secret) = (document["client_id"].as_str().unwrap(), document["client_secret"].as_str().unwrap());
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let client = Client::nobody(&story.github).with("authorization", &basic);
    let path = format!("/applications/{id}/token");
    let body = json!({"access_token": fresh["access_token"]});
    assert_eq!(client.send("DELETE", &path, Some(body.clone())).await.unwrap().status, 204);
    assert_eq!(client.send("DELETE", &path, Some(body.clone())).await.unwrap().status, 422);
    let wrong = Client::nobody(&story.github).with("authorization", "Basic eDp5");
    assert_eq!(wrong.send("DELETE", &path, Some(body)).await.unwrap().status, 401);
}
