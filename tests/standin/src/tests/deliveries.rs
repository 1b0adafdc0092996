//! Webhooks on their way.

use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Story, story};

type Letters = Arc<Mutex<Vec<(http::HeaderMap, Bytes)>>>;

/// A hook that answers 202, or 503 while it is told to be down.
async fn hook(story: &Story, status: u16) -> Letters {
    let letters = Letters::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    story.github.set_hook_url(&format!("http://{}/webhooks/gh", listener.local_addr().unwrap()));
    let kept = Arc::clone(&letters);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let kept = Arc::clone(&kept);
            let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                let kept = Arc::clone(&kept);
                async move {
                    let (head, body) = request.into_parts();
                    let body = body.collect().await?.to_bytes();
                    kept.lock().unwrap().push((head.headers, body));
                    let answer = hyper::Response::builder().status(status).body(Full::new(Bytes::from_static(b"seen")));
                    Ok::<_, hyper::Error>(answer.unwrap())
                }
            });
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        }
    });
    letters
}

fn events(letters: &Letters) -> Vec<String> {
    let event = |(headers, body): &(http::HeaderMap, Bytes)| {
        let body: Value = serde_json::from_slice(body).unwrap();
        let name = headers["x-github-event"].to_str().unwrap();
        body["action"].as_str().map_or(name.to_owned(), |action| format!("{name}.{action}"))
    };
    letters.lock().unwrap().iter().map(event).collect()
}

#[tokio::test]
async fn a_webhook_is_signed_over_the_bytes_that_are_sent() {
    let story = story().await;
    let letters = hook(&story, 202).await;
    story.github.rotate_webhook_secret(covermark_types::Secret::new("new secret"));
    story.widgets.push("feature/faster", &[("ünïcode.txt", "✓")]);
    let sent = story.github.deliver_all().await;
    assert!(sent.iter().all(|delivery| delivery.attempt.as_ref().unwrap().text == "OK"));
    assert_eq!(events(&letters), ["push", "pull_request.synchronize"]);
    for (headers, body) in letters.lock().unwrap().iter() {
        let text = |name: &str| headers[name].to_str().unwrap().to_owned();
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"new secret");
        let tag = hex::decode(text("x-hub-signature-256").strip_prefix("sha256=").unwrap()).unwrap();
        hmac::verify(&key, body, &tag).unwrap();
        assert_eq!(text("x-github-hook-installation-target-id"), story.github.app_id().to_string());
        assert_eq!(text("x-github-hook-installation-target-type"), "integration");
        assert_eq!(text("x-github-delivery").len(), 36);
        assert_eq!(text("content-type"), "application/json");
        assert!(text("user-agent").starts_with("GitHub-Hookshot/"));
    }
}

#[tokio::test]
async fn the_signature_is_githubs_published_one() {
    // From GitHub's page "Validating webhook deliveries".
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"It's a Secret to Everybody");
    let tag = hmac::sign(&key, b"Hello, World!");
    assert_eq!(hex::encode(tag), "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
}

#[tokio::test]
async fn every_change_of_the_story_is_announced() {
    let story = story().await;
    let letters = hook(&story, 202).await;
    story.github.ping();
    story.installation.suspend();
    story.installation.unsuspend();
    story.installation.grant("issues", crate::state::Level::Write);
    let gadgets = story.acme.repository("gadgets");
    story.installation.remove_repository(&gadgets);
    story.installation.add_repository(&gadgets);
    story.widgets.rename("gizmos");
    story.widgets.publish();
    story.pull.convert_to_draft();
    story.pull.close();
    story.pull.reopen();
    story.pull.merge();
    gadgets.delete();
    story.widgets.transfer(&story.mona);
    story.installation.delete();
    story.github.deliver_all().await;
    let told = events(&letters).join("\n");
    insta::assert_snapshot!(told, @"
    ping
    installation.suspend
    installation.unsuspend
    installation.new_permissions_accepted
    installation_repositories.removed
    installation_repositories.added
    repository.renamed
    repository.publicized
    pull_request.converted_to_draft
    pull_request.closed
    pull_request.reopened
    push
    pull_request.closed
    repository.deleted
    repository.transferred
    installation.deleted
    ");
}

#[tokio::test]
async fn no_webhook_is_made_for_an_app_without_an_address_or_an_account_without_the_app() {
    let story = story().await;
    assert!(story.github.pending_webhooks().is_empty());
    hook(&story, 202).await;
    story.mona.repository("diary").push("main", &[("a", "a")]);
    assert!(story.github.pending_webhooks().is_empty());
    story.installation.suspend();
    story.widgets.push("main", &[("a", "a")]);
    assert_eq!(story.github.pending_webhooks().len(), 1, "of the suspension alone");
}

#[tokio::test]
async fn webhooks_arrive_twice_or_in_another_order_when_the_story_says_so() {
    let story = story().await;
    let letters = hook(&story, 202).await;
    story.pull.close();
    story.pull.reopen();
    story.github.reverse_webhooks();
    story.github.double_webhooks();
    story.github.deliver_all().await;
    assert_eq!(
        events(&letters),
        ["pull_request.reopened", "pull_request.closed", "pull_request.reopened", "pull_request.closed"]
    );
    let guids: Vec<String> = letters
        .lock()
        .unwrap()
        .iter()
        .map(|(headers, _)| headers["x-github-delivery"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(guids[0], guids[2]);
    assert_ne!(guids[0], guids[1]);
}

#[tokio::test]
async fn a_lost_webhook_is_remembered_and_can_be_asked_for_again() {
    let story = story().await;
    let letters = hook(&story, 202).await;
    let app = story.as_app();
    story.pull.close();
    story.github.lose_webhooks();
    assert!(story.github.deliver_all().await.is_empty());
    let failed = app.get("/app/hook/deliveries?status=failure").await.body;
    assert_eq!(
        (failed[0]["event"].as_str(), failed[0]["status"].as_str()),
        (Some("pull_request"), Some("failed to connect to host"))
    );
    let id = failed[0]["id"].as_u64().unwrap();
    let detail = app.get(&format!("/app/hook/deliveries/{id}")).await.body;
    assert_eq!(detail["request"]["payload"]["action"], "closed");
    let asked = app.send("POST", &format!("/app/hook/deliveries/{id}/attempts"), None).await.unwrap();
    assert_eq!(asked.status, 202);
    let again = story.github.expect_redelivery().await;
    assert_eq!((again.redelivery, again.guid.to_string()), (true, failed[0]["guid"].as_str().unwrap().to_owned()));
    story.github.deliver_all().await;
    assert_eq!(events(&letters), ["pull_request.closed"]);
    story.clock.advance(72 * 3_600 + 1);
    let late = story.as_app().get(&format!("/app/hook/deliveries/{id}")).await;
    assert_eq!(late.status, 404, "GitHub forgets after three days");
}

#[tokio::test]
async fn a_hook_that_fails_is_written_down_as_failed() {
    let story = story().await;
    hook(&story, 503).await;
    story.pull.close();
    let sent = story.github.deliver_all().await;
    let attempt = sent[0].attempt.as_ref().unwrap();
    assert_eq!((attempt.status, attempt.text.as_str()), (503, "Invalid HTTP Response: 503"));
}

#[tokio::test]
async fn deliveries_are_paged_by_cursor_and_the_hook_is_configured_over_the_api() {
    let story = story().await;
    hook(&story, 202).await;
    for _ in 0..3 {
        story.github.ping();
    }
    story.github.deliver_all().await;
    let first = story.as_app().get("/app/hook/deliveries?per_page=2").await;
    assert_eq!(first.body.as_array().unwrap().len(), 2);
    let next = first.header("link").split(['<', '>']).nth(1).unwrap().to_owned();
    assert_eq!(story.as_app().get(&next).await.body.as_array().unwrap().len(), 1);
    let changed =
        story.as_app().patch("/app/hook/config", json!({"url": "http://127.0.0.1:9/new", "secret": "s"})).await;
    assert_eq!(
        (changed.body["url"].as_str(), changed.body["secret"].as_str()),
        (Some("http://127.0.0.1:9/new"), Some("********"))
    );
    story.github.expect_hook_configuration().await;
    assert_eq!(story.github.webhook_secret().expose(), "s");
}
