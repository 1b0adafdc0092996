//! One Covermark for a test: its table on an embedded database, its vault in memory, a clock that the test moves.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock},
};

use async_trait::async_trait;
use aws_credential_types::Credentials;
use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
};
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use axum::Router;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use covermark_github::{AppCredentials, Endpoints};
use covermark_oauth::{OAuth, router};
use covermark_service::{
    access::{Access, InstanceRules, Parts},
    credentials::{Apps, app_document},
    http_client,
};
use covermark_state::{Error, Table, rows::repository, sdk_http::SdkHttp, vault::Vault};
use covermark_types::{
    AccountId, AppId, Clock, InstallationId, Provider, RepositoryId, Secret, SystemRandom, Timestamp,
};
use jiff::SignedDuration;
use url::Url;

use crate::github::{CLIENT_ID, CLIENT_SECRET, GitHub};

pub(crate) const APP: AppId = AppId(414_243);
const NOW: &str = "2026-03-01T12:00:00Z";

pub(crate) struct TestClock(Mutex<Timestamp>);

impl TestClock {
    pub(crate) fn advance(&self, seconds: i64) {
        *self.0.lock().expect("unpoisoned") += SignedDuration::from_secs(seconds);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("unpoisoned")
    }
}

#[derive(Default)]
pub(crate) struct MemoryVault {
    values: Mutex<HashMap<String, Secret>>,
    pub(crate) broken: Mutex<bool>,
}

#[async_trait]
impl Vault for MemoryVault {
    async fn get(&self, name: &str) -> Result<Option<Secret>, Error> {
        if *self.broken.lock().expect("unpoisoned") {
            return Err(Error::Unavailable { what: "reading a secret", source: "the network is away".into() });
        }
        Ok(self.values.lock().expect("unpoisoned").get(name).cloned())
    }

    async fn put(&self, name: &str, value: &Secret) -> Result<(), Error> {
        self.values.lock().expect("unpoisoned").insert(name.to_owned(), value.clone());
        Ok(())
    }
}

pub(crate) struct House {
    pub(crate) router: Router,
    pub(crate) access: Access,
    public_url: Url,
    apps: Arc<Apps>,
    pub(crate) table: Table,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) vault: Arc<MemoryVault>,
    pub(crate) github: GitHub,
}

pub(crate) fn provider(name: &str) -> Provider {
    name.parse().expect("a provider")
}

impl House {
    /// At `public_url`, with no App connected.
    pub(crate) async fn empty(public_url: &str) -> Self {
        Self::ruled(public_url, InstanceRules::default()).await
    }

    /// The same with rules of the operator's.
    pub(crate) async fn ruled(public_url: &str, rules: InstanceRules) -> Self {
        let http = http_client::build(None).expect("a client");
        let table = table(&http).await;
        let clock = Arc::new(TestClock(Mutex::new(NOW.parse().expect("a time"))));
        let vault = Arc::new(MemoryVault::default());
        let apps = Arc::new(Apps::new(vault.clone(), table.clone(), clock.clone(), http));
        let public_url = Url::parse(public_url).expect("an address");
        let access = access(&table, &apps, &vault, &public_url, &clock, rules);
        let app = OAuth {
            table: table.clone(),
            apps: apps.clone(),
            access: access.clone(),
            public_url: public_url.clone(),
            clock: clock.clone(),
            random: Arc::new(SystemRandom),
        };
        let github = GitHub::start().await;
        Self { router: router(Arc::new(app)), access, public_url, apps, table, clock, vault, github }
    }

    /// Another function on the same table and vault, which has seen nothing yet.
    pub(crate) fn another_function(&self) -> Access {
        access(&self.table, &self.apps, &self.vault, &self.public_url, &self.clock, InstanceRules::default())
    }

    /// With the App connected as `gh`.
    pub(crate) async fn connected(public_url: &str) -> Self {
        let house = Self::empty(public_url).await;
        house.connect("gh", "api/").await;
        house
    }

    pub(crate) async fn standard() -> Self {
        Self::connected("https://cov.example/").await
    }

    /// Connects the App as `name`, its API at `api` below the GitHub's address.
    pub(crate) async fn connect(&self, name: &str, api: &str) {
        let web = self.github.web.clone();
        let credentials = AppCredentials {
            endpoints: Endpoints { api: web.join(api).expect("an address"), web },
            private_ca: None,
            app_id: APP,
            slug: "covermark".to_owned(),
            client_id: CLIENT_ID.to_owned(),
            client_secret: Secret::new(CLIENT_SECRET),
            private_key: Secret::new(private_key()),
            previous_private_key: None,
        };
        self.vault.put(&app_document(&provider(name)), &credentials.to_json()).await.expect("stored");
    }

    /// GitHub lists the installation to the person.
    pub(crate) fn install(&self, id: u64, account: &str, kind: &str) {
        let suspended = (account == "umbrella").then_some(NOW);
        self.github.set(|github| {
            github.installations.push(serde_json::json!({
                "id": id, "app_id": APP.0, "account": { "id": 9000 + id, "login": account, "type": kind },
                "repository_selection": "selected", "suspended_at": suspended,
            }));
            github.repositories.entry(id).or_default();
        });
    }

    /// GitHub shows the person this repository of an installation; answers our row of it.
    pub(crate) fn repository(&self, installation: u64, id: u64, name: &str, rights: &[&str]) -> repository::Repository {
        let may = |right| rights.contains(&right);
        self.github.set(|github| {
            let list = github.repositories.entry(installation).or_default();
            list.push(serde_json::json!({
                "id": id, "full_name": name, "private": true,
                "permissions": { "admin": may("admin"), "push": may("push"), "pull": may("pull") },
            }));
        });
        row(installation, id, name, self.clock.now())
    }
}

/// A private repository as our mirror has it.
pub(crate) fn row(installation: u64, id: u64, name: &str, now: Timestamp) -> repository::Repository {
    repository::Repository {
        provider: Provider::github(),
        id: RepositoryId(id),
        name: name.parse().expect("a name"),
        owner_id: AccountId(9000 + installation),
        installation: Some(InstallationId(installation)),
        private: true,
        archived: false,
        fork: false,
        default_branch: "main".to_owned(),
        updated_at: now,
        seen_at: now,
        removed_at: None,
        version: 0,
    }
}

fn access(
    table: &Table,
    apps: &Arc<Apps>,
    vault: &Arc<MemoryVault>,
    public_url: &Url,
    clock: &Arc<TestClock>,
    rules: InstanceRules,
) -> Access {
    Access::new(Parts {
        table: table.clone(),
        apps: apps.clone(),
        vault: vault.clone(),
        rules,
        public_url: public_url.clone(),
        clock: clock.clone(),
        random: Arc::new(SystemRandom),
    })
}

async fn table(http: &reqwest::Client) -> Table {
    let database = dynoxide::Database::memory().expect("a database");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database, std::future::pending()));
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::from_keys("local", "local", None))
        .endpoint_url(endpoint)
        .http_client(SdkHttp::new(http.clone()))
        .build();
    let table = Table::new(aws_sdk_dynamodb::Client::from_conf(config), "covermark");
    table.create_if_missing().await.expect("a table");
    table
}

/// Making a key takes a tenth of a second: the tests share one.
fn private_key() -> &'static str {
    static KEY: OnceLock<String> = OnceLock::new();
    KEY.get_or_init(|| {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let der: Pkcs8V1Der<'_> = pair.as_der().expect("a DER form");
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der.as_ref()))
    })
}
