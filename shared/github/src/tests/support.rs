//! A GitHub on loopback that answers as the test says and remembers what it was asked.

use std::sync::{Arc, Mutex, OnceLock};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
};
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::Request,
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use covermark_types::{AppId, Clock, InstallationId, RepositoryId, Secret, Timestamp};
use http::HeaderMap;
use serde_json::{Value, json};
use url::Url;

use crate::{AppCredentials, Endpoints, GitHub, Permission, RepositoryClient, Resource};

pub(super) const NOW: &str = "2026-03-01T12:00:00Z";
pub(super) const INSTALLATION: InstallationId = InstallationId(7);
pub(super) const REPOSITORY: RepositoryId = RepositoryId(42);
pub(super) const SHA: &str = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";
pub(super) const OTHER_SHA: &str = "ffffffffffffffffffffffffffffffffffffffff";

/// A clock that the test sets.
pub(super) struct TestClock(Mutex<Timestamp>);

impl TestClock {
    pub(super) fn advance(&self, seconds: i64) {
        let mut now = self.0.lock().unwrap();
        *now += jiff::SignedDuration::from_secs(seconds);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// One request that GitHub was sent.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) line: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

type Respond = dyn Fn(&Seen, usize) -> Response + Send + Sync;

/// The stand-in of one test. It ends with the test's runtime.
pub(super) struct Fake {
    pub(super) url: Url,
    pub(super) clock: Arc<TestClock>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Fake {
    /// Answers every request with what `respond` makes of it and of how many of its line (method and path with query)
    /// came before.
    pub(super) async fn start(respond: impl Fn(&Seen, usize) -> Response + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let respond: Arc<Respond> = Arc::new(respond);
        let log = Arc::clone(&seen);
        let router = Router::new().fallback(move |request: Request| {
            let (log, respond) = (Arc::clone(&log), Arc::clone(&respond));
            async move { answer(request, &log, &*respond).await }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, clock: Arc::new(TestClock(Mutex::new(NOW.parse().unwrap()))), seen }
    }

    /// As [`Fake::start`], with good answers to requests for tokens.
    pub(super) async fn with_tokens(respond: impl Fn(&Seen, usize) -> Response + Send + Sync + 'static) -> Self {
        Self::start(
            move |seen, before| {
                if seen.line.ends_with("/access_tokens") { token(before) } else { respond(seen, before) }
            },
        )
        .await
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The lines of all requests but those for tokens.
    pub(super) fn lines(&self) -> Vec<String> {
        let is_token = |line: &String| line.ends_with("/access_tokens");
        self.seen().into_iter().map(|seen| seen.line).filter(|line| !is_token(line)).collect()
    }

    pub(super) fn tokens_minted(&self) -> usize {
        self.seen().iter().filter(|seen| seen.line.ends_with("/access_tokens")).count()
    }

    pub(super) fn credentials(&self) -> AppCredentials {
        credentials(&self.url)
    }

    pub(super) fn github(&self) -> GitHub {
        GitHub::new(http(), &self.credentials(), self.clock.clone()).ok().unwrap()
    }

    pub(super) fn repository(&self) -> RepositoryClient {
        let permissions = [Permission::write(Resource::PullRequests), Permission::read(Resource::Contents)];
        self.github().repository_client(INSTALLATION, REPOSITORY, &"acme/widgets".parse().unwrap(), &permissions)
    }
}

async fn answer(request: Request, log: &Mutex<Vec<Seen>>, respond: &Respond) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1024 * 1024).await.unwrap();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let seen = Seen { line: format!("{} {path}", parts.method), headers: parts.headers, body };
    let before = {
        let mut log = log.lock().unwrap();
        let before = log.iter().filter(|earlier| earlier.line == seen.line).count();
        log.push(seen.clone());
        before
    };
    respond(&seen, before)
}

/// The nth token: of the long form, with the characters that only that has.
pub(super) fn token(nth: usize) -> Response {
    let token = format!("ghs_{nth}_{}.{}-_", "a".repeat(300), "b".repeat(300));
    reply(201, json!({ "token": token, "expires_at": "2026-03-01T13:00:00Z" }))
}

pub(super) fn reply(status: u16, body: Value) -> Response {
    reply_with(status, &[], body)
}

pub(super) fn reply_with(status: u16, headers: &[(&str, &str)], body: Value) -> Response {
    let mut builder = Response::builder()
        .status(status)
        .header("content-type", "application/json; charset=utf-8")
        .header("x-github-request-id", "AB12:34CD");
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Body::from(body.to_string())).unwrap()
}

pub(super) fn bytes(kind: &str, body: impl Into<Body>) -> Response {
    Response::builder().header("content-type", kind).body(body.into()).unwrap()
}

pub(super) fn http() -> reqwest::Client {
    let tls = rustls::ClientConfig::builder_with_provider(rustls::crypto::aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

pub(super) fn credentials(url: &Url) -> AppCredentials {
    AppCredentials {
        endpoints: Endpoints { web: url.clone(), api: url.clone() },
        private_ca: None,
        app_id: AppId(1234),
        slug: "covermark".to_owned(),
        client_id: "Iv1.abc".to_owned(),
        client_secret: Secret::new("client-secret"),
        private_key: Secret::new(pkcs8_pem()),
        previous_private_key: None,
    }
}

/// An RSA key made for this run, PKCS#8 in DER.
pub(super) fn pkcs8() -> &'static [u8] {
    static KEY: OnceLock<Vec<u8>> = OnceLock::new();
    KEY.get_or_init(|| {
        let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
        AsDer::<Pkcs8V1Der<'_>>::as_der(&key).unwrap().as_ref().to_vec()
    })
}

pub(super) fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

pub(super) fn pkcs8_pem() -> String {
    pem("PRIVATE KEY", pkcs8())
}

/// The same key as GitHub hands it out: the octet string inside PKCS#8, after a prefix of fixed length.
pub(super) fn pkcs1_pem() -> String {
    pem("RSA PRIVATE KEY", &pkcs8()[26..])
}
