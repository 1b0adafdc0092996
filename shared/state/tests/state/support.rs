//! What the stories share: a table of their own, AWS clients over loopback, a server with canned answers, times, ids.

use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use covermark_state::{Table, sdk_http::SdkHttp};
use covermark_types::{CommitSha, Provider, Timestamp};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A moment of the stories' day, in seconds.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).expect("a time")
}

pub(crate) fn gh() -> Provider {
    Provider::github()
}

pub(crate) fn sha(digit: char) -> CommitSha {
    digit.to_string().repeat(40).parse().expect("a SHA")
}

/// The process's HTTP client without a single root: loopback speaks plain HTTP.
pub(crate) fn http() -> reqwest::Client {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls).build().expect("a client")
}

pub(crate) fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "secret", Some("session".to_owned()), None, "tests")
}

/// A fresh table in memory; its server ends with the test's runtime.
pub(crate) async fn table() -> Table {
    let table = table_at(&dynamodb().await);
    table.create_if_missing().await.expect("a table");
    table
}

/// The address of a fresh embedded DynamoDB.
pub(crate) async fn dynamodb() -> String {
    let database = dynoxide::Database::memory().expect("a database");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    endpoint
}

pub(crate) fn table_at(endpoint: &str) -> Table {
    table_with(endpoint, aws_sdk_dynamodb::config::retry::RetryConfig::disabled())
}

/// A table whose client tries again by itself, as the SDK does in production.
pub(crate) fn table_with(endpoint: &str, retries: aws_sdk_dynamodb::config::retry::RetryConfig) -> Table {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::v2026_01_12())
        .region(aws_sdk_dynamodb::config::Region::new("eu-west-1"))
        .endpoint_url(endpoint)
        .credentials_provider(credentials())
        .retry_config(retries)
        .http_client(SdkHttp::new(http()))
        .build();
    Table::new(aws_sdk_dynamodb::Client::from_conf(config), "covermark")
}

/// A server that answers each request with the next of its answers, and keeps what was asked.
pub(crate) struct Canned {
    pub(crate) endpoint: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Canned {
    /// Each answer is a status and a body. The last one is repeated.
    pub(crate) async fn start(answers: Vec<(u16, String)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        tokio::spawn(async move {
            let mut answers = answers.into_iter().peekable();
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = read_request(&mut stream).await;
                log.lock().expect("the log").push(request);
                let last = answers.peek().cloned().expect("an answer");
                let (status, body) = answers.next().unwrap_or_else(|| last.clone());
                if answers.peek().is_none() {
                    answers = vec![last].into_iter().peekable();
                }
                let head = format!(
                    "HTTP/1.1 {status} Told\r\netag: \"e\"\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            }
        });
        Self { endpoint, asked }
    }

    /// The requests so far, head and body.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("the log").clone()
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut buffer = [0_u8; 4096];
    loop {
        let read = stream.read(&mut buffer).await.unwrap_or(0);
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        let Some(head) = text.find("\r\n\r\n") else {
            if read == 0 {
                return text;
            }
            continue;
        };
        let length = text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.trim().parse().ok());
        if read == 0 || request.len() >= head + 4 + length.unwrap_or(0) {
            return String::from_utf8_lossy(&request).into_owned();
        }
    }
}

/// A way to `server` on which the answer to the first request gets lost, after the server has done its work.
pub(crate) async fn losing_the_first_answer(server: &str) -> String {
    let server = server.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        let mut lost = false;
        while let Ok((mut stream, _)) = listener.accept().await {
            let request = read_request(&mut stream).await.replacen("\r\n\r\n", "\r\nconnection: close\r\n\r\n", 1);
            let mut upstream = TcpStream::connect(&server).await.expect("the server");
            upstream.write_all(request.as_bytes()).await.expect("a request passed on");
            let mut answer = Vec::new();
            let _ = upstream.read_to_end(&mut answer).await;
            if std::mem::replace(&mut lost, true) {
                let _ = stream.write_all(&answer).await;
            }
        }
    });
    endpoint
}
