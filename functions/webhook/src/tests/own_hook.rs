//! Deliveries of a repository's own hook.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use covermark_service::repository_hooks::HookSecrets;
use covermark_types::{Clock as _, Provider, RepositoryId};

use super::{GUID, OPENED, SECRET, World, sign, world};

const REPO: RepositoryId = RepositoryId(42);
const PING: &str =
    r#"{"zen":"Keep it logically awesome.","hook_id":77,"repository":{"id":42,"full_name":"acme/widgets"}}"#;
/// The same as `OPENED`, of another repository.
const OTHERS: &str = r#"{"action":"opened","number":7,"repository":{"id":43,"full_name":"acme/gadgets"}}"#;
/// Something that only an App hears of.
const INSTALLED: &str = r#"{"action":"created","installation":{"id":5}}"#;

async fn secret(world: &World, repository: u64, generation: u32) -> String {
    let secrets = HookSecrets::new(world.vault.clone());
    let secret = secrets.of(&Provider::github(), RepositoryId(repository), generation).await.expect("a secret");
    secret.expose().to_owned()
}

async fn begin(world: &World, generation: u32, former: Option<u32>) {
    let now = world.clock.now();
    world.table.begin_repository_hook(&Provider::github(), REPO, generation, former, now).await.expect("written");
}

async fn send(world: &World, event: &str, target: &str, secret: &str, body: &'static str) -> (u16, String) {
    let request = Request::post("/webhooks/gh")
        .header("content-type", "application/json")
        .header("x-github-event", event)
        .header("x-github-delivery", GUID)
        .header("x-github-hook-installation-target-type", "repository")
        .header("x-github-hook-installation-target-id", target)
        .header("x-hub-signature-256", sign(secret, body.as_bytes()));
    let (status, body) = world.send(request.body(Body::from(body)).expect("a request")).await;
    (status.as_u16(), body)
}

async fn heard(world: &World) -> bool {
    world.table.repository_hook(&Provider::github(), REPO).await.expect("read").is_some_and(|hook| hook.heard())
}

#[tokio::test]
async fn the_ping_of_a_repositorys_own_hook_is_noted_and_its_events_become_jobs_without_an_installation() {
    let world = world().await;
    begin(&world, 1, None).await;
    let own = secret(&world, 42, 1).await;
    assert_eq!(send(&world, "ping", "42", &own, PING).await, (202, "pong".to_owned()));
    assert!(heard(&world).await);
    assert!(!world.remembers().await, "a ping costs no delivery's row");
    assert_eq!(send(&world, "pull_request", "42", &own, OPENED).await, (202, "queued".to_owned()));
    insta::assert_snapshot!(world.queue.sent().join("\n"), @r#"{"v":1,"kind":"pull","provider":"gh","repository":42,"pull":7,"delivery":"72d3162e-cc78-11e3-81ab-4c9367dc0958","asked_at":1790000000000}"#);
}

#[tokio::test]
async fn a_repositorys_secret_opens_that_repository_alone() {
    let world = world().await;
    begin(&world, 1, None).await;
    let own = secret(&world, 42, 1).await;
    // The secret of the App, of another repository, of a generation to come, and our own one about somebody else.
    let (another, next) = (secret(&world, 43, 1).await, secret(&world, 42, 2).await);
    for (target, key, body) in [
        ("42", SECRET, OPENED),
        ("42", &*another, OPENED),
        ("42", &*next, OPENED),
        ("43", &*another, OTHERS),
        ("42", &*own, OTHERS),
    ] {
        let (status, sentence) = send(&world, "pull_request", target, key, body).await;
        assert_eq!(status, 403, "{sentence}");
    }
    // And it is not the App's: not as such, and not for what only an App hears of.
    assert_eq!(send(&world, "installation", "42", &own, INSTALLED).await, (202, "nothing to do".to_owned()));
    assert_eq!(world.opened_with(&own).await.0, StatusCode::FORBIDDEN);
    assert!(world.queue.sent().is_empty());
}

#[tokio::test]
async fn a_former_secret_is_good_until_the_ping_of_the_new_one_and_a_retired_hook_is_refused() {
    let world = world().await;
    begin(&world, 1, None).await;
    begin(&world, 2, Some(1)).await;
    let (former, present) = (secret(&world, 42, 1).await, secret(&world, 42, 2).await);
    assert_eq!(send(&world, "ping", "42", &former, PING).await.1, "signed with a former secret");
    assert!(!heard(&world).await);
    assert_eq!(send(&world, "pull_request", "42", &former, OPENED).await.0, 202);
    assert_eq!(send(&world, "ping", "42", &present, PING).await.1, "pong");
    assert_eq!(send(&world, "pull_request", "42", &former, OPENED).await.0, 403);
    let now = world.clock.now();
    world.table.retire_repository_hook(&Provider::github(), REPO, now).await.expect("written");
    let (status, sentence) = send(&world, "ping", "42", &present, PING).await;
    assert_eq!(status, 403);
    assert!(sentence.contains("no webhook of its own here"), "{sentence}");
}

#[tokio::test]
async fn a_hook_that_names_no_repository_is_checked_with_the_apps_secret() {
    let world = world().await;
    begin(&world, 1, None).await;
    let own = secret(&world, 42, 1).await;
    for target in ["", "0", "-42", "forty-two", "42 "] {
        assert_eq!(send(&world, "pull_request", target, &own, OPENED).await.0, 403, "{target:?}");
    }
    assert!(world.queue.sent().is_empty());
}
