//! The commands that work on a deployment: the real program against a DynamoDB and a Secrets Manager on loopback.

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Command, Output},
    sync::{Arc, Mutex},
};

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use covermark_standin::GitHubStandIn;
use covermark_state::{Hashed, Table, rows::upload_token::TokenScope, sdk_http::SdkHttp};
use covermark_types::{Provider, Secret};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{covermark, said};

const TABLE: &str = "covermark-Table-1A2B";
const PLACE: [&str; 4] = ["--table", TABLE, "--secrets-prefix", "covermark"];

/// A secret without a value was made by the template, and nobody has filled it.
type Secrets = Arc<Mutex<BTreeMap<String, Option<String>>>>;

/// Secrets Manager, as far as it is used.
async fn secrets_manager(
    State(secrets): State<Secrets>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, Json<Value>) {
    let request: Value = serde_json::from_str(&body).expect("JSON");
    let made = headers["x-amz-target"] == "secretsmanager.CreateSecret";
    let name = request[if made { "Name" } else { "SecretId" }].as_str().expect("a name");
    let mut secrets = secrets.lock().expect("the secrets");
    if made {
        secrets.insert(name.to_owned(), None);
    }
    let answer = match (headers["x-amz-target"].to_str().expect("text"), secrets.get_mut(name)) {
        ("secretsmanager.GetSecretValue", Some(Some(value))) => json!({ "Name": name, "SecretString": value }),
        ("secretsmanager.PutSecretValue" | "secretsmanager.CreateSecret", Some(value)) => {
            *value = Some(request["SecretString"].as_str().expect("a value").to_owned());
            json!({ "Name": name })
        }
        _ => {
            let refusal =
                json!({ "__type": "ResourceNotFoundException", "Message": "there is no such secret or value" });
            return (StatusCode::BAD_REQUEST, Json(refusal));
        }
    };
    (StatusCode::OK, Json(answer))
}

/// A deployment of which only github.com's parts are there.
struct Deployment {
    secrets: Secrets,
    secrets_url: String,
    table: Table,
    table_url: String,
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    (listener, url)
}

impl Deployment {
    async fn new() -> Self {
        let secrets = Secrets::default();
        for name in ["covermark/gh/app", "covermark/gh/webhook"] {
            secrets.lock().expect("the secrets").insert(name.to_owned(), None);
        }
        let (listener, secrets_url) = listen().await;
        let routes = Router::new().route("/", post(secrets_manager)).with_state(secrets.clone());
        tokio::spawn(async { axum::serve(listener, routes).await.expect("served") });
        let (listener, table_url) = listen().await;
        let database = dynoxide::Database::memory().expect("a database");
        tokio::spawn(dynoxide::server::serve_on(listener, database));
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("eu-west-1"))
            .credentials_provider(Credentials::from_keys("test", "test", None))
            .endpoint_url(&table_url)
            .http_client(SdkHttp::new(covermark_testing::http()))
            .build();
        let table = Table::new(aws_sdk_dynamodb::Client::from_conf(config), TABLE);
        table.create_if_missing().await.expect("a table");
        Self { secrets, secrets_url, table, table_url }
    }

    fn command(&self, data: &Path, arguments: &[&str]) -> Command {
        let mut command = covermark(data, arguments);
        command
            .args(PLACE)
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_ENDPOINT_URL_DYNAMODB", &self.table_url)
            .env("AWS_ENDPOINT_URL_SECRETS_MANAGER", &self.secrets_url);
        command
    }

    async fn run(&self, data: &Path, arguments: &[&str]) -> Output {
        let mut command = self.command(data, arguments);
        tokio::task::spawn_blocking(move || command.output()).await.expect("joined").expect("the program runs")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_takes_credentials_is_made_level_and_gives_upload_tokens() {
    let (deployment, github) = (Deployment::new().await, GitHubStandIn::start().await);
    let acme = github.org("acme");
    acme.repository("widgets").push("main", &[("README.md", "widgets")]);
    github.install_app(&acme);
    let home = tempfile::tempdir().expect("a folder");
    let (data, file) = (home.path().join("data"), home.path().join("app.json"));
    std::fs::write(&file, github.credentials_document()).expect("written");
    let file = file.to_str().expect("a path");

    let early = deployment.run(&data, &["sync"]).await;
    assert!(said(&early.stderr).contains("no GitHub App is connected yet"), "{}", said(&early.stderr));

    let imported = deployment.run(&data, &["credentials", "import", file]).await;
    assert!(imported.status.success(), "{}", said(&imported.stderr));
    {
        let secrets = deployment.secrets.lock().expect("the secrets");
        let stored = |name: &str| secrets[name].clone().expect("a value");
        assert!(stored("covermark/gh/app").contains("private_key"));
        assert!(!stored("covermark/gh/webhook").contains("private_key"));
        assert!(stored("covermark/gh/webhook").contains(github.webhook_secret().expose()));
    }

    let synced = deployment.run(&data, &["sync"]).await;
    assert_eq!(said(&synced.stdout), "gh: 1 installation, 1 repository\n", "{}", said(&synced.stderr));

    let token = deployment.run(&data, &["upload-token", "acme/widgets"]).await;
    assert!(token.status.success(), "{}", said(&token.stderr));
    let hash = Hashed::of(&Secret::new(said(&token.stdout).trim()));
    let token = deployment.table.upload_token(&hash).await.expect("read").expect("the token is known");
    let TokenScope::Repository { repository: owner, .. } = token.scope() else { panic!("{token:?}") };
    let known =
        deployment.table.repository_by_name(&Provider::github(), &"acme/widgets".parse().expect("a name")).await;
    assert_eq!(known.expect("read").map(|repository| repository.id), Some(owner));
    assert!(!data.exists(), "a deployment's state must not touch the data folder");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_deployment_lacks_is_told_in_a_sentence() {
    let (deployment, github) = (Deployment::new().await, GitHubStandIn::start().await);
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("app.json");
    std::fs::write(&file, github.credentials_document()).expect("written");
    let file = file.to_str().expect("a path");
    let enterprise = deployment.run(home.path(), &["credentials", "import", "--provider", "ghe", file]).await;
    assert!(enterprise.status.success(), "a further GitHub's secrets are made: {}", said(&enterprise.stderr));
    deployment.secrets.lock().expect("the secrets").remove("covermark/gh/webhook");
    let no_stack = deployment.run(home.path(), &["credentials", "import", file]).await;
    assert_eq!(no_stack.status.code(), Some(1));
    insta::assert_snapshot!(said(&no_stack.stderr), @"covermark: the vault cannot be used: there is no secret named covermark/gh/webhook: deploy the stack first, it makes the secrets");
    let no_region = tokio::task::block_in_place(|| {
        let mut command = deployment.command(home.path(), &["upload-token", "acme/widgets"]);
        command.env_remove("AWS_REGION").output().expect("the program runs")
    });
    assert_eq!(no_region.status.code(), Some(1));
    insta::assert_snapshot!(said(&no_region.stderr), @"covermark: no AWS region is named: set AWS_REGION, or AWS_PROFILE to a profile that has one");
}

#[test]
fn half_a_deployment_is_refused_before_anything_is_touched() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    for (half, other) in [("--table", "--secrets-prefix"), ("--secrets-prefix", "--table")] {
        let output = covermark(&data, &["upload-token", "acme/widgets", half, "x"]).output().expect("the program runs");
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output.stderr).contains(other), "{}", said(&output.stderr));
    }
    let half = covermark(&data, &["sync"]).env("COVERMARK_TABLE", "x").output().expect("the program runs");
    assert_eq!(half.status.code(), Some(2), "a half in the environment must not mean the data folder");
    assert!(!data.exists());
}
