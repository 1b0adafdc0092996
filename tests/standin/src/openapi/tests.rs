//! The stand-in itself against GitHub's description, on github.com and on an Enterprise Server; and the judge's eyes.

use serde_json::json;

use crate::{
    routes, server,
    tests::{Client, Story, story_on},
};

/// Every endpoint once, with answers of every kind.
async fn walk(story: &Story) {
    story.github.set_hook_url("http://127.0.0.1:9/webhooks/gh");
    let (client, app) = (story.client().await, story.as_app());
    let (head, repo) = (story.pull.head_sha(), "/repos/acme/widgets");
    let comment = client.post(&format!("{repo}/issues/7/comments"), json!({"body": "x"})).await.body["id"].clone();
    let status = json!({"state": "success", "context": "c", "description": "d", "target_url": "http://127.0.0.1:9/"});
    client.post(&format!("{repo}/statuses/{head}"), status).await;
    let run = json!({"name": "n", "head_sha": head, "output": {"title": "t", "summary": "s"}});
    let run = client.post(&format!("{repo}/check-runs"), run).await.body["id"].clone();
    client.patch(&format!("{repo}/check-runs/{run}"), json!({"conclusion": "success"})).await;
    client.patch(&format!("{repo}/issues/comments/{comment}"), json!({"body": "y"})).await;
    let suite = story.widgets.start_suite(&head, "github-actions");
    client.get(&format!("{repo}/commits/{head}/check-suites")).await;
    story.widgets.end_suite(suite, "success");
    for path in [
        String::new(),
        "/pulls".to_owned(),
        "/pulls/7".to_owned(),
        "/pulls/7/files".to_owned(),
        "/pulls/99".to_owned(),
        "/commits?sha=main&per_page=5".to_owned(),
        format!("/commits/{head}/pulls"),
        format!("/commits/{head}/status"),
        format!("/commits/{head}/statuses?per_page=100&page=2"),
        format!("/commits/{head}/check-runs"),
        format!("/commits/{head}/check-suites"),
        "/commits/feature/faster".to_owned(),
        "/compare/main...feature/faster".to_owned(),
        "/contents/src/lib.rs?ref=main".to_owned(),
        "/contents/src".to_owned(),
        "/contents/?ref=main".to_owned(),
        "/git/trees/main?recursive=1".to_owned(),
        "/issues/7/comments".to_owned(),
        format!("/issues/comments/{comment}"),
        format!("/check-runs/{run}"),
        format!("/actions/runs/{}", story.pull.start_run()),
        format!("/actions/runs?head_sha={head}"),
    ] {
        client.get(&format!("{repo}{path}")).await;
    }
    let deleted = format!("{repo}/issues/comments/{comment}");
    client.send("DELETE", &deleted, None).await.expect("an answer");
    client.with("accept", "application/vnd.github.diff").get(&format!("{repo}/pulls/7")).await;
    client.get("/installation/repositories").await;
    client.get("/rate_limit").await;
    let narrow = json!({"repository_ids": [story.widgets.id], "permissions": {"statuses": "write"}});
    story.as_installation(narrow).await.send("DELETE", "/installation/token", None).await.expect("an answer");
    let installation = format!("/app/installations/{}", story.installation.id);
    for path in ["/app", "/app/installations", &installation, "/repos/acme/widgets/installation", "/app/hook/config"] {
        assert_eq!(app.get(path).await.status, 200, "{path}");
    }
    app.patch("/app/hook/config", json!({"url": "http://127.0.0.1:9/webhooks/gh"})).await;
}

/// A repository's own hook, from being made to being deleted.
async fn walk_hooks(story: &Story) {
    story.installation.grant("repository_hooks", crate::state::Level::Write);
    let (client, hooks) = (story.client().await, "/repos/acme/widgets/hooks");
    let config = json!({"url": "http://127.0.0.1:9/x", "content_type": "json", "secret": "s", "insecure_ssl": "0"});
    let body = json!({"name": "web", "active": true, "events": ["push"], "config": config});
    let made = client.post(hooks, body.clone()).await.body["id"].clone();
    assert_eq!(client.post(hooks, body).await.status, 422, "the same once more");
    client.get(&format!("{hooks}?per_page=100&page=1")).await;
    let one = format!("{hooks}/{made}");
    client.patch(&one, json!({"active": true, "config": config})).await;
    client.send("POST", &format!("{one}/pings"), None).await.expect("an answer");
    client.send("DELETE", &one, None).await.expect("an answer");
}

/// Every webhook once, and the endpoints about them.
async fn walk_webhooks(story: &Story) {
    story.github.ping();
    story.widgets.push("feature/faster", &[("b", "b")]);
    story.installation.suspend();
    story.installation.unsuspend();
    story.installation.grant("issues", crate::state::Level::Read);
    let gadgets = story.acme.repository("gadgets");
    story.installation.remove_repository(&gadgets);
    story.installation.add_repository(&gadgets);
    story.widgets.rename("gizmos");
    story.widgets.publish();
    story.pull.convert_to_draft();
    story.pull.close();
    story.pull.reopen();
    story.pull.merge();
    story.widgets.transfer(&story.mona);
    gadgets.delete();
    let _ = story.mona.repository("own");
    let installation = story.github.install_app(&story.mona);
    story.github.lose_webhooks();
    let app = story.as_app();
    let list = app.get("/app/hook/deliveries?per_page=2").await.body;
    app.get(&format!("/app/hook/deliveries/{}", list[0]["id"])).await;
    let again = format!("/app/hook/deliveries/{}/attempts", list[0]["id"]);
    app.send("POST", &again, None).await.expect("an answer");
    installation.delete();
}

async fn walk_user(story: &Story) {
    story.github.add_callback_url("http://127.0.0.1:9/callback");
    let document: serde_json::Value = serde_json::from_str(&story.github.credentials_document()).expect("JSON");
    let (id, secret) = (document["client_id"].as_str().expect("an id"), &document["client_secret"]);
    let url = format!("{}/login/oauth/authorize?client_id={id}", story.github.web_url());
    let back = story.github.consent(&url, &story.mona).expect("consent");
    let code = back.query_pairs().next().expect("a code").1.into_owned();
    let exchange = format!("{}/login/oauth/access_token", story.github.web_url());
    let nobody = Client::nobody(&story.github).with("accept", "application/json");
    let token = nobody.post(&exchange, json!({"client_id": id, "client_secret": secret, "code": code})).await.body;
    let user = Client::bearer(&story.github, token["access_token"].as_str().expect("a token"));
    user.get("/user").await;
    user.get("/user/installations").await;
    user.get(&format!("/user/installations/{}/repositories", story.installation.id)).await;
    user.get("/repos/acme/widgets").await;
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let basic = STANDARD.encode(format!("{id}:{}", secret.as_str().expect("a secret")));
    let client = Client::nobody(&story.github).with("authorization", &format!("Basic {basic}"));
    let body = json!({"access_token": token["access_token"]});
    let path = format!("/applications/{id}/token");
    assert_eq!(client.send("DELETE", &path, Some(body)).await.expect("an answer").status, 204);
}

/// What it says about itself, and an App made from a manifest, as by a browser; last, because it is the App from then on.
async fn walk_registration(story: &Story) {
    let nobody = Client::nobody(&story.github);
    assert_eq!(nobody.get("/meta").await.status, 200);
    let (web, there) = (story.github.web_url(), "http://127.0.0.1:9/");
    let manifest = json!({
        "name": "covermark-acme", "url": there, "redirect_url": format!("{there}setup/created"), "public": false,
        "hook_attributes": {"url": format!("{there}webhooks/gh"), "active": true},
        "default_permissions": {"metadata": "read", "statuses": "write"}, "default_events": ["status"],
    });
    let form = |name: &str, value: &str| {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        bytes::Bytes::from(form.append_pair(name, value).finish())
    };
    let headers = [("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
    let address = format!("{web}/settings/apps/new");
    let page = server::send("POST", &address, &headers, form("manifest", &manifest.to_string())).await.expect("a page");
    let page = String::from_utf8(page.body().to_vec()).expect("text");
    let key = page.split_once("name=\"key\" value=\"").expect("a form").1.split('"').next().expect("a key");
    let pressed = server::send("POST", &format!("{web}/settings/apps/manifest"), &headers, form("key", key)).await;
    let back = pressed.expect("an answer").headers()["location"].to_str().expect("text").to_owned();
    let code = back.split_once("code=").expect("a code").1;
    let made = nobody.send("POST", &format!("/app-manifests/{code}/conversions"), None).await.expect("an answer");
    assert_eq!(made.status, 201, "{}", made.text);
}

async fn holds(enterprise: bool) {
    let story = story_on(enterprise).await;
    walk(&story).await;
    walk_user(&story).await;
    walk_hooks(&story).await;
    walk_webhooks(&story).await;
    walk_registration(&story).await;
    let used: std::collections::BTreeSet<String> = story.github.journal().iter().map(crate::Exchange::route).collect();
    let forgotten: Vec<String> = routes::API
        .iter()
        .map(|route| format!("{} {}", route.method, route.template))
        .filter(|route| !used.contains(route))
        .collect();
    assert!(forgotten.is_empty(), "the walk forgets {forgotten:?}");
    let violations = story.github.contract_violations();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[tokio::test]
async fn the_stand_in_keeps_githubs_own_description() {
    holds(false).await;
}

#[tokio::test]
async fn the_stand_in_keeps_the_enterprise_servers_description() {
    holds(true).await;
}

#[tokio::test]
async fn what_is_not_described_is_noticed() {
    let story = story_on(false).await;
    let client = story.client().await;
    let sha = story.pull.head_sha();
    client.post(&format!("/repos/acme/widgets/statuses/{sha}"), json!({"state": "great"})).await;
    client.get("/repos/acme/widgets/pulls?state=zzz").await;
    client.get("/repos/acme/widgets/pulls?sate=open").await;
    client.get("/repos/acme/widgets/nothing").await;
    client.post("/repos/acme/widgets/issues/7/comments", json!({})).await;
    let found = story.github.contract_violations();
    assert_eq!(found.len(), 5, "{found:#?}");
}

#[tokio::test]
async fn an_answer_that_lacks_something_deep_inside_is_noticed() {
    let story = story_on(false).await;
    let client = story.client().await;
    client.get("/repos/acme/widgets/pulls/7").await;
    let description = super::description(false).expect("a description");
    let mut exchange = story.github.journal().pop().expect("an exchange");
    assert!(super::exchange::judge(description, &exchange).is_empty());
    exchange.answer_body.as_mut().expect("a body")["head"]["repo"]["owner"]["login"] = json!(7);
    let found = super::exchange::judge(description, &exchange).join("\n");
    assert!(found.contains("answer body") && found.contains("/head/repo"), "{found}");
    exchange.disturbed = true;
    assert!(super::exchange::judge(description, &exchange).is_empty(), "a bad day has no description");
}

#[test]
fn a_description_that_is_not_there_is_asked_for_in_words() {
    let unset = super::read(None, "api.github.com.json").err().expect("a sentence");
    insta::assert_snapshot!(unset, @"COVERMARK_OPENAPI is not set: run the tests with tests/run, which installs GitHub's description and sets COVERMARK_OPENAPI");
    let missing = super::read(Some("/nowhere".into()), "api.github.com.json").err().expect("a sentence");
    insta::assert_snapshot!(missing, @"/nowhere/api.github.com.json cannot be read (No such file or directory (os error 2)): run the tests with tests/run, which installs GitHub's description and sets COVERMARK_OPENAPI");
}
