//! Tokens of organisations and of the instance, and what is noted of their use.

use covermark_state::{Hashed, rows::upload::OpenedBy, rows::upload_token::TokenScope};
use covermark_types::{AccountId, Clock as _, Secret};
use serde_json::json;

use crate::support::{SHA, World};

const PATH: &str = "/upload/gh/acme::::widgets/upload-coverage";

async fn token(world: &World, scope: &TokenScope, text: &str) -> String {
    let hash = Hashed::of(&Secret::new(text));
    assert!(world.table.create_upload_token(scope, "ci", &hash, world.clock.now()).await.expect("written").applied());
    format!("token {text}")
}

#[tokio::test]
async fn an_organisations_token_uploads_for_each_of_its_repositories_until_it_is_revoked() {
    let world = World::new().await;
    let scope = TokenScope::Organization { provider: world.provider.clone(), owner: AccountId(1) };
    let header = token(&world, &scope, "of-acme").await;
    let body = json!({ "commitid": SHA }).to_string();
    for name in ["widgets", "gadgets", "secret"] {
        let path = PATH.replace("widgets", name);
        assert_eq!(world.send("POST", &path, Some(&header), body.clone()).await.status, 201, "{name}");
    }
    assert_eq!(world.uploads().await[0].opened_by, OpenedBy::OrganizationToken);
    let listed = world.table.upload_tokens_of(&scope).await.expect("read");
    assert_eq!(listed[0].last_used_at, Some(world.clock.now()));

    assert!(world.table.revoke_upload_token(&scope, "ci").await.expect("written").applied());
    assert_eq!(world.send("POST", PATH, Some(&header), body).await.status, 401);
}

#[tokio::test]
async fn another_organisations_token_is_refused_for_known_and_unknown_repositories_alike() {
    let world = World::new().await;
    let scope = TokenScope::Organization { provider: world.provider.clone(), owner: AccountId(2) };
    let header = token(&world, &scope, "of-umbrella").await;
    let mut sentences = Vec::new();
    for name in ["widgets", "secret", "nowhere"] {
        let answer = world.send("POST", &PATH.replace("widgets", name), Some(&header), "{}").await;
        sentences.push(answer.sentence().replace(name, "NAME"));
    }
    insta::assert_snapshot!(sentences[0], @"401 The upload token is not valid for acme/NAME: it is an organisation's token, and the repository is not one of that organisation's that Covermark knows. Look whether `--slug` names the repository that you mean; `covermark upload-token acme/NAME` prints a token for this one.");
    assert!(sentences.iter().all(|sentence| *sentence == sentences[0]), "{sentences:#?}");
}

#[tokio::test]
async fn an_instances_token_uploads_for_everything() {
    let world = World::new().await;
    let header = token(&world, &TokenScope::Instance, "of-all").await;
    let body = json!({ "commitid": SHA }).to_string();
    assert_eq!(world.send("POST", PATH, Some(&header), body.clone()).await.status, 201);
    assert_eq!(world.uploads().await[0].opened_by, OpenedBy::InstanceToken);
    let unknown = world.send("POST", &PATH.replace("widgets", "nowhere"), Some(&header), body).await;
    assert_eq!(unknown.status, 404);
}
