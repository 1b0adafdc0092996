//! Each rule by which the stand-in is strict has a test here, asked over HTTP as a client would.

mod access;
mod app_token;
mod checks;
mod comments;
mod commits;
mod deliveries;
mod faults;
mod installation_token;
mod oauth;
mod pulls;
mod repository_webhooks;
mod statuses;
mod story;
mod web;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use bytes::Bytes;
use covermark_types::{Clock, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::{AppInstallation, GitHubStandIn, Options, Owner, PullRequest, Repo, server};

/// A clock that stands still until it is told otherwise.
pub(crate) struct Wound(AtomicI64);

impl Wound {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(1_780_000_000)))
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Wound {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).expect("a time in this century")
    }
}

/// acme/widgets with pull request 7 from `feature/faster`, the App installed on it.
pub(crate) struct Story {
    pub(crate) github: GitHubStandIn,
    pub(crate) clock: Arc<Wound>,
    pub(crate) acme: Owner,
    pub(crate) mona: Owner,
    pub(crate) widgets: Repo,
    pub(crate) pull: PullRequest,
    pub(crate) installation: AppInstallation,
}

pub(crate) async fn story() -> Story {
    story_on(false).await
}

pub(crate) async fn story_on(enterprise: bool) -> Story {
    let clock = Wound::new();
    let options = Options { clock: clock.clone(), enterprise, ..Options::default() };
    let github = GitHubStandIn::start_with(options).await.expect("a free port");
    let (acme, mona) = (github.org("acme"), github.user("mona"));
    acme.add_member(&mona);
    let widgets = acme.repository("widgets");
    widgets.push("main", &[("src/lib.rs", "fn one() {}\n"), ("README.md", "# Widgets\n")]);
    widgets.push("feature/faster", &[("src/lib.rs", "fn one() {}\nfn two() {}\n")]);
    widgets.next_pull_number(7);
    let pull = widgets.open_pull_request("Faster widgets", "feature/faster", "main");
    let installation = github.install_app(&acme);
    Story { github, clock, acme, mona, widgets, pull, installation }
}

/// A client as simple as can be.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) base: String,
    pub(crate) headers: Vec<(String, String)>,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    pub(crate) fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or("")
    }
}

impl Client {
    pub(crate) fn nobody(github: &GitHubStandIn) -> Self {
        Self { base: github.api_url(), headers: vec![("user-agent".to_owned(), "covermark-tests".to_owned())] }
    }

    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut headers: Vec<(String, String)> =
            self.headers.iter().filter(|(known, _)| known != name).cloned().collect();
        if !value.is_empty() {
            headers.push((name.to_owned(), value.to_owned()));
        }
        Self { base: self.base.clone(), headers }
    }

    pub(crate) fn bearer(github: &GitHubStandIn, token: &str) -> Self {
        Self::nobody(github).with("authorization", &format!("Bearer {token}"))
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Result<Reply, String> {
        let mut headers = self.headers.clone();
        let bytes = body.map_or(Bytes::new(), |body| Bytes::from(body.to_string()));
        if !bytes.is_empty() && !headers.iter().any(|(name, _)| name == "content-type") {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        let answer = server::send(method, &url, &headers, bytes).await?;
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        Ok(Reply {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        })
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None).await.expect("an answer")
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send("POST", path, Some(body)).await.expect("an answer")
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send("PATCH", path, Some(body)).await.expect("an answer")
    }
}

/// The App's token with these claims, signed with the key of the credentials document.
pub(crate) fn jwt(github: &GitHubStandIn, claims: &Value) -> String {
    let document: Value = serde_json::from_str(&github.credentials_document()).expect("JSON");
    let pem = document["private_key"].as_str().expect("a key");
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).expect("GitHub's form of a key");
    jsonwebtoken::encode(&Header::new(Algorithm::RS256), claims, &key).expect("a token")
}

impl Story {
    pub(crate) fn claims(&self) -> Value {
        let now = self.clock.now().as_second();
        json!({"iss": self.github.app_id().to_string(), "iat": now - 60, "exp": now + 540})
    }

    pub(crate) fn as_app(&self) -> Client {
        Client::bearer(&self.github, &jwt(&self.github, &self.claims()))
    }

    /// A client with a token of the story's installation, narrowed as `body` says.
    pub(crate) async fn as_installation(&self, body: Value) -> Client {
        let path = format!("/app/installations/{}/access_tokens", self.installation.id);
        let answer = self.as_app().post(&path, body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        Client::bearer(&self.github, answer.body["token"].as_str().expect("a token"))
    }

    pub(crate) async fn client(&self) -> Client {
        self.as_installation(json!({})).await
    }
}
