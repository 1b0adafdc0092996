//! A GitHub with the addresses that a sign-in and its questions touch. It says yes at once, checks redirect address, client
//! secret and PKCE, lets codes and refresh tokens work once, and remembers which tokens are alive.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

use axum::{
    Form, Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, Uri},
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
pub(crate) struct Behaviour {
    pub(crate) login: &'static str,
    pub(crate) user_id: u64,
    pub(crate) installations: Vec<Value>,
    /// The repositories that the person sees, by installation.
    pub(crate) repositories: HashMap<u64, Vec<Value>>,
    /// The person's organisations; `None` when the App may not know.
    pub(crate) organizations: Option<Vec<Value>>,
    /// Addresses of team memberships, each with its state.
    pub(crate) teams: HashMap<String, &'static str>,
    /// The error that the exchange answers, in a 200.
    pub(crate) exchange_error: Option<&'static str>,
    /// `GET /user` answers this status.
    pub(crate) user_status: Option<u16>,
    /// Every list and repository answers this status.
    pub(crate) list_status: Option<u16>,
    /// Lists answer 502 from this page on.
    pub(crate) broken_page: Option<usize>,
    /// The refresh answers this status, after it was done.
    pub(crate) refresh_status: Option<u16>,
    /// The revocation answers this status.
    pub(crate) revoke_status: Option<u16>,
    codes: HashMap<String, (String, String)>,
    minted: usize,
    pub(crate) alive: HashSet<String>,
    pub(crate) log: Vec<String>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            login: "mona",
            user_id: 583_231,
            installations: Vec::new(),
            repositories: HashMap::new(),
            organizations: None,
            teams: HashMap::new(),
            exchange_error: None,
            user_status: None,
            list_status: None,
            broken_page: None,
            refresh_status: None,
            revoke_status: None,
            codes: HashMap::new(),
            minted: 0,
            alive: HashSet::new(),
            log: Vec::new(),
        }
    }
}

impl Behaviour {
    /// A new pair; both have the same number.
    fn mint(&mut self) -> Json<Value> {
        self.minted += 1;
        let number = self.minted;
        self.alive.insert(format!("ghu_{number}"));
        self.alive.insert(format!("ghr_{number}"));
        Json(json!({
            "access_token": format!("ghu_{number}"), "token_type": "bearer", "expires_in": 28_800,
            "refresh_token": format!("ghr_{number}"), "refresh_token_expires_in": 15_897_600,
        }))
    }

    fn kill(&mut self, number: &str) {
        self.alive.remove(&format!("ghu_{number}"));
        self.alive.remove(&format!("ghr_{number}"));
    }
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
        let behaviour = Arc::new(Mutex::new(Behaviour::default()));
        let api = Router::new()
            .route("/user", get(user))
            .route("/user/installations", get(installations))
            .route("/user/installations/{id}/repositories", get(repositories))
            .route("/user/memberships/orgs", get(organizations))
            .route("/orgs/{org}/teams/{team}/memberships/{user}", get(team))
            .route("/organizations/{org}/team/{team}/memberships/{user}", get(team))
            .route("/repos/{owner}/{name}", get(repository))
            .route("/applications/{client}/token", delete(revoke));
        // As github.com has it, and as an Enterprise Server does.
        let router = Router::new()
            .route("/login/oauth/access_token", post(exchange))
            .nest("/api/v3", api.clone())
            .nest("/api", api)
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
        let redirect = redirect_of(&query);
        behaviour.codes.insert(code.clone(), (redirect.clone(), query["code_challenge"].clone()));
        format!("{}?code={code}&state={}", path_of(&redirect), query["state"])
    }

    /// What GitHub does when the person presses Cancel.
    pub(crate) fn cancel(&self, authorize: &str) -> String {
        let query = query_of(authorize);
        format!(
            "{}?error=access_denied&error_description=The+user+has+denied+your+application+access.&state={}",
            path_of(&redirect_of(&query)),
            query["state"]
        )
    }

    pub(crate) fn set(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.behaviour.lock().expect("unpoisoned"));
    }

    /// Tokens that are alive, refresh tokens among them.
    pub(crate) fn live_tokens(&self) -> usize {
        self.behaviour.lock().expect("unpoisoned").alive.len()
    }

    /// How often this was called.
    pub(crate) fn count(&self, call: &str) -> usize {
        self.log().iter().filter(|one| *one == call).count()
    }

    pub(crate) fn log(&self) -> Vec<String> {
        self.behaviour.lock().expect("unpoisoned").log.clone()
    }
}

pub(crate) fn query_of(address: &str) -> HashMap<String, String> {
    Url::parse(address).expect("an address").query_pairs().into_owned().collect()
}

/// The callback that the App has first, for who names none: an App that was the incumbent's.
const FIRST_CALLBACK: &str = "https://cov.example/login/github";

fn redirect_of(query: &HashMap<String, String>) -> String {
    query.get("redirect_uri").cloned().unwrap_or_else(|| FIRST_CALLBACK.to_owned())
}

fn path_of(address: &str) -> String {
    Url::parse(address).expect("an address").path().to_owned()
}

type Shared = State<Arc<Mutex<Behaviour>>>;

async fn exchange(State(shared): Shared, Form(form): Form<HashMap<String, String>>) -> Response {
    let mut behaviour = shared.lock().expect("unpoisoned");
    let renewal = form.get("grant_type").is_some_and(|kind| kind == "refresh_token");
    behaviour.log.push(if renewal { "refresh" } else { "exchange" }.to_owned());
    if let Some(error) = behaviour.exchange_error {
        return Json(json!({ "error": error, "error_description": "As the test wants it." })).into_response();
    }
    let refused = |error: &str| Json(json!({ "error": error, "error_description": "No." })).into_response();
    if form["client_id"] != CLIENT_ID || form["client_secret"] != CLIENT_SECRET {
        return refused("incorrect_client_credentials");
    }
    if renewal {
        let Some(number) =
            form["refresh_token"].strip_prefix("ghr_").filter(|_| behaviour.alive.contains(&form["refresh_token"]))
        else {
            return refused("bad_refresh_token");
        };
        behaviour.kill(number);
        let pair = behaviour.mint();
        return match behaviour.refresh_status.and_then(|status| StatusCode::from_u16(status).ok()) {
            Some(status) => status.into_response(),
            None => pair.into_response(),
        };
    }
    let Some((redirect, challenge)) = behaviour.codes.remove(&form["code"]) else {
        return refused("bad_verification_code");
    };
    let pkce = Pkce::from_verifier(Secret::new(&form["code_verifier"]));
    if form.get("redirect_uri").is_some_and(|named| *named != redirect) || challenge != pkce.challenge {
        return refused("bad_verification_code");
    }
    behaviour.mint().into_response()
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
    if let Some(status) = behaviour.user_status {
        return status_of(status);
    }
    let user = json!({ "id": behaviour.user_id, "login": behaviour.login, "name": "Mona Lisa" });
    refuse(&behaviour, &headers).unwrap_or_else(|| Json(user).into_response())
}

fn status_of(status: u16) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    (status, Json(json!({ "message": "As the test wants it." }))).into_response()
}

/// One page of a list, with the link to the next.
fn page(behaviour: &mut Behaviour, query: &HashMap<String, String>, name: &str, items: Vec<Value>) -> Response {
    behaviour.log.push(name.to_owned());
    if let Some(status) = behaviour.list_status {
        return status_of(status);
    }
    let number: usize = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let size: usize = query.get("per_page").and_then(|size| size.parse().ok()).unwrap_or(30);
    if behaviour.broken_page.is_some_and(|broken| number >= broken) {
        return status_of(502);
    }
    let part: Vec<_> = items.iter().skip((number - 1) * size).take(size).collect();
    let body = Json(json!({ "total_count": items.len(), name: part }));
    if number * size < items.len() {
        let link = format!("<https://elsewhere.test/?page={}>; rel=\"next\"", number + 1);
        return ([("link", link)], body).into_response();
    }
    body.into_response()
}

type Params = Query<HashMap<String, String>>;

async fn installations(State(shared): Shared, Query(query): Params, headers: HeaderMap) -> Response {
    let mut behaviour = shared.lock().expect("unpoisoned");
    let items = behaviour.installations.clone();
    refuse(&behaviour, &headers).unwrap_or_else(|| page(&mut behaviour, &query, "installations", items))
}

async fn repositories(
    State(shared): Shared,
    Path(id): Path<u64>,
    Query(query): Params,
    headers: HeaderMap,
) -> Response {
    let mut behaviour = shared.lock().expect("unpoisoned");
    if let Some(refusal) = refuse(&behaviour, &headers) {
        return refusal;
    }
    match behaviour.repositories.get(&id).cloned() {
        Some(items) => page(&mut behaviour, &query, "repositories", items),
        None => status_of(404),
    }
}

async fn repository(
    State(shared): Shared,
    Path((owner, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let mut behaviour = shared.lock().expect("unpoisoned");
    behaviour.log.push("repository".to_owned());
    if let Some(refusal) = refuse(&behaviour, &headers) {
        return refusal;
    }
    if let Some(status) = behaviour.list_status {
        return status_of(status);
    }
    let wanted = format!("{owner}/{name}");
    let found = behaviour.repositories.values().flatten().find(|one| one["full_name"] == wanted.as_str());
    found.map_or_else(|| status_of(404), |found| Json(found.clone()).into_response())
}

async fn organizations(State(shared): Shared, headers: HeaderMap) -> Response {
    let behaviour = shared.lock().expect("unpoisoned");
    if let Some(refusal) = refuse(&behaviour, &headers) {
        return refusal;
    }
    behaviour.organizations.clone().map_or_else(|| status_of(403), |list| Json(list).into_response())
}

async fn team(State(shared): Shared, headers: HeaderMap, uri: Uri) -> Response {
    let behaviour = shared.lock().expect("unpoisoned");
    if let Some(refusal) = refuse(&behaviour, &headers) {
        return refusal;
    }
    match behaviour.teams.get(uri.path()) {
        Some(state) => Json(json!({ "state": state, "role": "member", "url": "" })).into_response(),
        None => status_of(404),
    }
}

async fn revoke(State(shared): Shared, headers: HeaderMap, Json(body): Json<Value>) -> StatusCode {
    let mut behaviour = shared.lock().expect("unpoisoned");
    behaviour.log.push("revoke".to_owned());
    assert!(headers["authorization"].to_str().expect("text").starts_with("Basic "));
    if let Some(status) = behaviour.revoke_status.and_then(|status| StatusCode::from_u16(status).ok()) {
        return status;
    }
    let number =
        body["access_token"].as_str().and_then(|token| token.strip_prefix("ghu_")).expect("a token").to_owned();
    if !behaviour.alive.contains(&format!("ghu_{number}")) {
        return StatusCode::UNPROCESSABLE_ENTITY;
    }
    behaviour.kill(&number);
    StatusCode::NO_CONTENT
}
