//! The upload function over a real table (embedded) and a folder of blobs, with a clock that stands still and ids that
//! count up.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU8, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use axum::{
    Router,
    body::Body,
    http::{Request, header::AUTHORIZATION},
};
use covermark_service::http_client;
use covermark_state::{
    Error, Hashed, Table, blobs::Blobs, queue::Queue, rows::repository::Repository, sdk_http::SdkHttp,
};
use covermark_types::{
    AccountId, Clock, InstallationId, Provider, Random, RepositoryId, RepositoryName, Secret, Timestamp,
};
use covermark_upload::{Upload, routes};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

pub(crate) const SHA: &str = "f50426d595a7de9835aa56510687900a0fb81b41";
pub(crate) const WIDGETS_TOKEN: &str = "00000000-0000-4000-8000-000000000001";
pub(crate) const GADGETS_TOKEN: &str = "00000000-0000-4000-8000-000000000002";
pub(crate) const GLOBAL_TOKEN: &str = "global-token-of-the-instance";
pub(crate) const WIDGETS: RepositoryId = RepositoryId(42);

/// A clock that moves when it is told to.
pub(crate) struct StoppedClock(AtomicI64);

impl StoppedClock {
    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).expect("a short time"), Ordering::SeqCst);
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).expect("a time")
    }
}

/// Fills with 1, then with 2, and so on.
#[derive(Default)]
struct CountingRandom(AtomicU8);

impl Random for CountingRandom {
    fn fill(&self, target: &mut [u8]) {
        target.fill(self.0.fetch_add(1, Ordering::SeqCst) + 1);
    }
}

/// Remembers what was sent.
#[derive(Default)]
pub(crate) struct RecordingQueue(Mutex<Vec<String>>);

impl RecordingQueue {
    pub(crate) fn sent(&self) -> Vec<String> {
        self.0.lock().expect("no panic while locked").clone()
    }
}

#[async_trait]
impl Queue for RecordingQueue {
    async fn send(&self, body: &str, _: Duration) -> Result<(), Error> {
        self.0.lock().expect("no panic while locked").push(body.to_owned());
        Ok(())
    }
}

/// An answer: status and body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    /// `400 The sentence.`; both keys of the body must hold it.
    pub(crate) fn sentence(&self) -> String {
        assert_eq!(self.body["detail"], self.body["message"], "one sentence under both keys");
        format!("{} {}", self.status, self.body["message"].as_str().expect("a sentence"))
    }
}

/// The function and what it stands on.
pub(crate) struct World {
    pub(crate) table: Table,
    pub(crate) queue: Arc<RecordingQueue>,
    pub(crate) clock: Arc<StoppedClock>,
    pub(crate) provider: Provider,
    router: Router,
    _blobs: tempfile::TempDir,
}

impl World {
    /// acme/widgets (42) and acme/gadgets (43) with a token each, acme/left (44) that the App was removed from.
    pub(crate) async fn new() -> Self {
        Self::at("https://covermark.example/base").await
    }

    pub(crate) async fn at(public_url: &str) -> Self {
        let table = table().await;
        let clock = Arc::new(StoppedClock(AtomicI64::new(1_790_000_000_000)));
        let provider = Provider::github();
        for (id, name, token) in
            [(42, "widgets", Some(WIDGETS_TOKEN)), (43, "gadgets", Some(GADGETS_TOKEN)), (44, "left", None)]
        {
            let repository = repository(id, name, token.is_some(), clock.now());
            assert!(table.put_repository(&repository).await.expect("written").stored());
            if let Some(token) = token {
                let hash = Hashed::of(&Secret::new(token));
                table.rotate_upload_token(&provider, RepositoryId(id), &hash, clock.now()).await.expect("written");
            }
        }
        let folder = tempfile::tempdir().expect("a folder");
        let public_url: url::Url = public_url.parse().expect("an address");
        let blobs = Blobs::folder(folder.path(), public_url.clone(), &Secret::new("0".repeat(64))).expect("a store");
        let queue = Arc::new(RecordingQueue::default());
        let app = Upload {
            table: table.clone(),
            blobs,
            feedback: queue.clone(),
            public_url,
            global_token: Some(Secret::new(GLOBAL_TOKEN)),
            clock: clock.clone(),
            random: Arc::new(CountingRandom::default()),
        };
        Self { table, queue, clock, provider, router: routes(Arc::new(app)), _blobs: folder }
    }

    /// POSTs `body` with acme/widgets' token.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, Some(&format!("token {WIDGETS_TOKEN}")), body.to_string()).await
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        authorization: Option<&str>,
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(value) = authorization {
            request = request.header(AUTHORIZATION, value);
        }
        self.serve(request.body(body.into()).expect("a request")).await
    }

    pub(crate) async fn serve(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, body }
    }

    /// Uploads of the commit as they stand.
    pub(crate) async fn uploads(&self) -> Vec<covermark_state::rows::upload::Upload> {
        let sha = SHA.parse().expect("a SHA");
        self.table.uploads_of(&self.provider, WIDGETS, &sha, self.clock.now()).await.expect("read")
    }

    /// The commit's row.
    pub(crate) async fn commit(&self) -> Option<covermark_state::rows::commit::CommitRow> {
        self.table.commit(&self.provider, WIDGETS, &SHA.parse().expect("a SHA")).await.expect("read")
    }
}

/// The embedded table behind the real SDK, over loopback. Ends with the test's runtime.
async fn table() -> Table {
    let database = dynoxide::Database::memory().expect("a database");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database, std::future::pending()));
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::from_keys("local", "local", None))
        .endpoint_url(endpoint)
        .http_client(SdkHttp::new(http_client::build(None).expect("a client")))
        .build();
    let table = Table::new(aws_sdk_dynamodb::Client::from_conf(config), "covermark");
    table.create_if_missing().await.expect("a table");
    table
}

fn repository(id: u64, name: &str, installed: bool, now: Timestamp) -> Repository {
    Repository {
        provider: Provider::github(),
        id: RepositoryId(id),
        name: RepositoryName::new("acme", name).expect("a name"),
        owner_id: AccountId(1),
        installation: installed.then_some(InstallationId(7)),
        private: false,
        archived: false,
        fork: false,
        default_branch: "main".to_owned(),
        updated_at: now,
        seen_at: now,
        removed_at: None,
        version: 0,
    }
}
