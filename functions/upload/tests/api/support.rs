//! The upload function over a real table (embedded) and a folder of blobs, with a clock that stands still and ids that
//! count up.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, header::AUTHORIZATION},
};
use covermark_service::credentials::Apps;
use covermark_state::{Hashed, Table, blobs::Blobs, rows::repository::Repository};
use covermark_testing::{CountingRandom, MemoryVault, RecordingQueue, StoppedClock};
use covermark_types::{
    AccountId, Clock as _, InstallationId, Provider, RepositoryId, RepositoryName, Secret, Timestamp,
};
use covermark_upload::{Proofs, Settings, Upload, router};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

pub(crate) const SHA: &str = "f50426d595a7de9835aa56510687900a0fb81b41";
pub(crate) const WIDGETS_TOKEN: &str = "00000000-0000-4000-8000-000000000001";
pub(crate) const GADGETS_TOKEN: &str = "00000000-0000-4000-8000-000000000002";
pub(crate) const GLOBAL_TOKEN: &str = "global-token-of-the-instance";
pub(crate) const WIDGETS: RepositoryId = RepositoryId(42);

/// An answer: status, headers and body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The body as it is.
    pub(crate) text: String,
    /// The body as JSON, null if it is none.
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
    pub(crate) blobs: Blobs,
    pub(crate) provider: Provider,
    router: Router,
    _folder: tempfile::TempDir,
}

impl World {
    /// acme/widgets (42) and acme/gadgets (43) with a token each, acme/left (44) that the App was removed from and
    /// acme/secret (45), which is private.
    pub(crate) async fn new() -> Self {
        Self::at("https://covermark.example/base").await
    }

    pub(crate) async fn at(public_url: &str) -> Self {
        Self::with(public_url, Settings::default()).await
    }

    pub(crate) async fn with(public_url: &str, settings: Settings) -> Self {
        let world = Self::empty(public_url, settings, Arc::default(), Arc::default()).await;
        let now = world.clock.now();
        for (id, name, token) in [
            (42, "widgets", Some(WIDGETS_TOKEN)),
            (43, "gadgets", Some(GADGETS_TOKEN)),
            (44, "left", None),
            (45, "secret", Some("00000000-0000-4000-8000-000000000003")),
        ] {
            let repository = Repository { private: name == "secret", ..repository(id, name, token.is_some(), now) };
            assert!(world.table.put_repository(&repository).await.expect("written").stored());
            if let Some(token) = token {
                let hash = Hashed::of(&Secret::new(token));
                let made = world.table.rotate_upload_token(&world.provider, RepositoryId(id), &hash, now).await;
                made.expect("written");
            }
        }
        world
    }

    /// The function without a single repository, with `vault` for the Apps' credentials.
    pub(crate) async fn empty(
        public_url: &str,
        settings: Settings,
        vault: Arc<MemoryVault>,
        clock: Arc<StoppedClock>,
    ) -> Self {
        let table = covermark_testing::table().await;
        let folder = tempfile::tempdir().expect("a folder");
        let public_url: url::Url = public_url.parse().expect("an address");
        let blobs = Blobs::folder(folder.path(), public_url.clone(), &Secret::new("0".repeat(64))).expect("a store");
        let queue = Arc::new(RecordingQueue::default());
        let apps = Arc::new(Apps::new(vault, table.clone(), clock.clone(), covermark_testing::http()));
        let app = Upload {
            table: table.clone(),
            blobs: blobs.clone(),
            feedback: queue.clone(),
            proofs: Proofs::new(clock.clone()),
            apps,
            public_url,
            global_token: Some(Secret::new(GLOBAL_TOKEN)),
            settings,
            clock: clock.clone(),
            random: Arc::new(CountingRandom::default()),
        };
        let router = router(Arc::new(app));
        Self { table, queue, clock, blobs, provider: Provider::github(), router, _folder: folder }
    }

    /// POSTs `body` with acme/widgets' token.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, Some(&format!("token {WIDGETS_TOKEN}")), body.to_string()).await
    }

    /// Uploads of any commit of any repository.
    pub(crate) async fn uploads_of(&self, id: RepositoryId, sha: &str) -> Vec<covermark_state::rows::upload::Upload> {
        let sha = sha.parse().expect("a SHA");
        self.table.uploads_of(&self.provider, id, &sha, self.clock.now()).await.expect("read")
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
        let headers = response.headers().clone();
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, text: String::from_utf8_lossy(&bytes).into_owned(), body }
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
