//! A GitHub with the five addresses that a sign-in touches. It says yes at once, checks redirect address, client secret
//! and PKCE, lets a code work once, and remembers which tokens are alive.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use covermark_github::oauth::Pkce;
use covermark_types::Secret;
use serde_json::{Value, json};
use url::Url;

pub(crate) const CLIENT_ID: &str = "Iv23liTestTestTest";
pub(crate) const CLIENT_SECRET: &str = "the-client-secret";

/// How it behaves; the tests change it as they go.
#[derive(Default)]
pub(crate) struct Behaviour {
    pub(crate) installations: Vec<Value>,
    /// The error that the exchange answers, in a 200.
    pub(crate) exchange_error: Option<&'static str>,
    /// `GET /user` answers this status.
    pub(crate) user_status: Option<u16>,
    /// The revocation answers this status.
    pub(crate) revoke_status: Option<u16>,
    codes: HashMap<String, (String, String)>,
    alive: HashSet<String>,
    pub(crate) log: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct GitHub {
    pub(crate) web: Url,
    pub(crate) behaviour: Arc<Mutex<Behaviour>>,
}

impl GitHub {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let web = Url::parse(&format!("http://{}/", listener.local_addr().expect("an address"))).expect("a URL");
        let behaviour: Arc<Mutex<Behaviour>> = Arc::default();
        let router = Router::new()
            .route("/login/oauth/access_token", post(exchange))
            .route("/api/user", get(user))
            .route("/api/user/installations", get(installations))
            .route("/api/applications/{client}/token", delete(revoke))
            .with_state(behaviour.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { web, behaviour }
    }

    /// What GitHub does when the person agrees: remembers the challenge, and sends the browser back with a code.
    pub(crate) fn agree(&self, authorize: &str) -> String {
        let query = query_of(authorize);
        assert_eq!(query["client_id"], CLIENT_ID);
        assert_eq!(query["code_challenge_method"], "S256");
        let mut behaviour = self.behaviour.lock().expect("unpoisoned");
        let code = format!("code{}", behaviour.codes.len());
        behaviour.codes.insert(code.clone(), (query["redirect_uri"].clone(), query["code_challenge"].clone()));
        format!("{}?code={code}&state={}", path_of(&query["redirect_uri"]), query["state"])
    }

    /// What GitHub does when the person presses Cancel.
    pub(crate) fn cancel(&self, authorize: &str) -> String {
        let query = query_of(authorize);
        format!(
            "{}?error=access_denied&error_description=The+user+has+denied+your+application+access.&state={}",
            path_of(&query["redirect_uri"]),
            query["state"]
        )
    }

    pub(crate) fn set(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.behaviour.lock().expect("unpoisoned"));
    }

    pub(crate) fn live_tokens(&self) -> usize {
        self.behaviour.lock().expect("unpoisoned").alive.len()
    }

    pub(crate) fn log(&self) -> Vec<String> {
        self.behaviour.lock().expect("unpoisoned").log.clone()
    }
}

pub(crate) fn query_of(address: &str) -> HashMap<String, String> {
    Url::parse(address).expect("an address").query_pairs().into_owned().collect()
}

fn path_of(address: &str) -> String {
    Url::parse(address).expect("an address").path().to_owned()
}

type Shared = State<Arc<Mutex<Behaviour>>>;

async fn exchange(State(shared): Shared, Form(form): Form<HashMap<String, String>>) -> Json<Value> {
    let mut behaviour = shared.lock().expect("unpoisoned");
    behaviour.log.push("exchange".to_owned());
    if let Some(error) = behaviour.exchange_error {
        return Json(json!({ "error": error, "error_description": "As the test wants it." }));
    }
    let refused = |error: &str| Json(json!({ "error": error, "error_description": "No." }));
    if form["client_id"] != CLIENT_ID || form["client_secret"] != CLIENT_SECRET {
        return refused("incorrect_client_credentials");
    }
    let Some((redirect, challenge)) = behaviour.codes.remove(&form["code"]) else {
        return refused("bad_verification_code");
    };
    let pkce = Pkce::from_verifier(Secret::new(&form["code_verifier"]));
    if redirect != form["redirect_uri"] || challenge != pkce.challenge {
        return refused("bad_verification_code");
    }
    let token = format!("ghu_{}", form["code"]);
    behaviour.alive.insert(token.clone());
    Json(json!({ "access_token": token, "token_type": "bearer", "expires_in": 28_800, "refresh_token": "ghr_x" }))
}

fn refuse(behaviour: &Behaviour, headers: &HeaderMap) -> Option<Response> {
    let given = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = given.rsplit(' ').next().unwrap_or_default();
    let alive = behaviour.alive.contains(token);
    (!alive).then(|| (StatusCode::UNAUTHORIZED, Json(json!({ "message": "Bad credentials" }))).into_response())
}

async fn user(State(shared): Shared, headers: HeaderMap) -> Response {
    let mut behaviour = shared.lock().expect("unpoisoned");
    behaviour.log.push("user".to_owned());
    if let Some(status) = behaviour.user_status.and_then(|status| StatusCode::from_u16(status).ok()) {
        return (status, Json(json!({ "message": "As the test wants it." }))).into_response();
    }
    refuse(&behaviour, &headers)
        .unwrap_or_else(|| Json(json!({ "id": 583_231, "login": "mona", "name": "Mona Lisa" })).into_response())
}

async fn installations(State(shared): Shared, headers: HeaderMap) -> Response {
    let behaviour = shared.lock().expect("unpoisoned");
    refuse(&behaviour, &headers).unwrap_or_else(|| {
        let list = behaviour.installations.clone();
        Json(json!({ "total_count": list.len(), "installations": list })).into_response()
    })
}

async fn revoke(State(shared): Shared, headers: HeaderMap, Json(body): Json<Value>) -> StatusCode {
    let mut behaviour = shared.lock().expect("unpoisoned");
    behaviour.log.push("revoke".to_owned());
    assert!(headers["authorization"].to_str().expect("text").starts_with("Basic "));
    if let Some(status) = behaviour.revoke_status.and_then(|status| StatusCode::from_u16(status).ok()) {
        return status;
    }
    behaviour.alive.remove(body["access_token"].as_str().expect("a token"));
    StatusCode::NO_CONTENT
}
