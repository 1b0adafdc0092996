//! The way of one request through the stand-in, and its line in the journal.

use std::{collections::BTreeMap, fmt};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use serde_json::Value;

use super::{
    Answer, Body, Call, Caller, Needs, Request, Route, Shared,
    auth::{authenticate, authorize},
    limits::Standing,
    router::{decode, matches},
};
use crate::{
    faults::{Struck, Trouble},
    journal::{Exchange, without_secrets},
    pages, routes,
    state::{World, random_bytes},
};

const LONGEST_BODY: usize = 25 * 1024 * 1024;

/// The connection is to be reset instead of answered.
#[derive(Debug)]
pub(crate) struct Reset;

impl fmt::Display for Reset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fault on order ended the connection")
    }
}

impl std::error::Error for Reset {}

type Response = hyper::Response<Full<Bytes>>;

/// Where a request goes.
struct Destination {
    route: Option<&'static Route>,
    parameters: BTreeMap<String, String>,
    api: bool,
}

pub(crate) async fn serve(shared: &Shared, incoming: hyper::Request<Incoming>) -> Result<Response, Reset> {
    let target = incoming.uri().to_string();
    let mut request = match read(incoming).await {
        Ok(request) => request,
        Err(answer) => return Ok(respond(answer)),
    };
    let (destination, struck) = {
        let mut world = shared.lock();
        let destination = find(&world, &mut request);
        let struck = world.faults.strike(&request.method, destination.template(&request));
        (destination, struck)
    };
    if let Some(Struck { trouble: Trouble::Hold(gate), .. }) = &struck {
        shared.changed.notify_waiters();
        gate.pass().await;
    }
    let outcome = {
        let mut world = shared.lock();
        carry_out(&mut world, &request, &destination, struck.as_ref(), target)
    };
    shared.changed.notify_waiters();
    outcome.map(respond)
}

async fn read(incoming: hyper::Request<Incoming>) -> Result<Request, Answer> {
    let (head, body) = incoming.into_parts();
    let body = Limited::new(body, LONGEST_BODY).collect().await;
    let body = body.map_err(|_| Answer::refusal(413, "Payload too large"))?.to_bytes();
    let query = url::form_urlencoded::parse(head.uri.query().unwrap_or("").as_bytes()).into_owned().collect();
    Ok(Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query,
        headers: head.headers,
        body,
    })
}

impl Destination {
    fn template<'a>(&self, request: &'a Request) -> &'a str {
        self.route.map_or(request.path.as_str(), |route| route.template)
    }
}

/// Finds the route. The API is at the root of github.com's API host and under `/api/v3` of an Enterprise Server; the
/// stand-in has one host for API and web, so the API is asked first.
fn find(world: &World, request: &mut Request) -> Destination {
    let prefix = if world.origin.enterprise { "/api/v3" } else { "" };
    let inside = request.path.strip_prefix(prefix).filter(|path| path.starts_with('/')).map(str::to_owned);
    if let Some(path) = inside {
        let path = by_name(world, &path);
        let reserved = ["/repos", "/app", "/installation", "/user", "/applications", "/rate_limit"];
        let api = world.origin.enterprise || reserved.iter().any(|start| path.starts_with(start));
        if let Some((route, parameters)) = lookup(routes::API, &request.method, &path) {
            request.path = path;
            return Destination { route: Some(route), parameters, api: true };
        }
        if api {
            request.path = path;
            return Destination { route: None, parameters: BTreeMap::new(), api: true };
        }
    }
    match lookup(routes::WEB, &request.method, &request.path) {
        Some((route, parameters)) => Destination { route: Some(route), parameters, api: false },
        None => Destination { route: None, parameters: BTreeMap::new(), api: false },
    }
}

fn lookup(table: &'static [Route], method: &str, path: &str) -> Option<(&'static Route, BTreeMap<String, String>)> {
    table.iter().filter(|route| route.method == method).find_map(|route| Some((route, matches(route.template, path)?)))
}

/// `/repositories/{id}/…`, where redirects of renamed repositories lead, as `/repos/{owner}/{repo}/…`.
fn by_name(world: &World, path: &str) -> String {
    let rest = path.strip_prefix("/repositories/");
    let Some((id, rest)) = rest.map(|rest| rest.split_at(rest.find('/').unwrap_or(rest.len()))) else {
        return path.to_owned();
    };
    match id.parse().ok().filter(|id| world.repositories.contains_key(id)) {
        Some(id) => format!("/repos/{}{rest}", world.full_name(id)),
        None => path.to_owned(),
    }
}

/// Serves the request with whatever trouble is on order, and writes it down.
fn carry_out(
    world: &mut World,
    request: &Request,
    destination: &Destination,
    struck: Option<&Struck>,
    target: String,
) -> Result<Answer, Reset> {
    let trouble = struck.filter(|struck| !matches!(struck.trouble, Trouble::Hold(_)));
    let (caller, truth) = match trouble {
        Some(struck) if !struck.carried_out => ("nobody was asked".to_owned(), None),
        _ => {
            let (caller, answer) = dispatch(world, request, destination);
            (caller, Some(answer))
        }
    };
    let answer = match (trouble, truth) {
        (Some(struck), _) => disturbed(world, &struck.trouble),
        (None, Some(answer)) => Some(answer),
        (None, None) => None,
    };
    let answer = answer.map(|answer| always(world, answer));
    if destination.api || request.path.starts_with("/login/") {
        let entry = entry(world, request, destination, target, caller, answer.as_ref(), trouble.is_some());
        world.journal.record(entry);
    }
    answer.ok_or(Reset)
}

fn dispatch(world: &mut World, request: &Request, destination: &Destination) -> (String, Answer) {
    if !destination.api {
        let Some(route) = destination.route else {
            return ("nobody".to_owned(), pages::not_found());
        };
        let parameters = &destination.parameters;
        let mut call = Call { world, request, parameters, caller: Caller::Nobody, repository: None };
        return ("browser".to_owned(), (route.serve)(&mut call).unwrap_or_else(|refusal| refusal));
    }
    let caller = match well_formed(request).and_then(|()| authenticate(world, request)) {
        Ok(caller) => caller,
        Err(refusal) => return ("nobody".to_owned(), refusal),
    };
    let name = caller.name(world);
    let now = world.clock.now();
    let standing = world.limits.count(&name, now);
    let answer = if standing.exceeded() {
        standing.refusal(&name)
    } else {
        served(world, request, destination, caller).unwrap_or_else(|refusal| refusal)
    };
    (name, standing.headers().into_iter().fold(answer, |answer, (name, value)| answer.with(name, value)))
}

/// What GitHub demands of every request to its API.
fn well_formed(request: &Request) -> Result<(), Answer> {
    if request.header("user-agent").is_none_or(str::is_empty) {
        let text = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header";
        return Err(Answer::refusal(403, text));
    }
    let known = ["application/json", "application/vnd.github", "*/*", "application/*"];
    let accept = request.header("accept").unwrap_or("*/*");
    if !accept.split(',').any(|part| known.iter().any(|known| part.trim().starts_with(known))) {
        let text = format!("Unsupported 'Accept' header: '{accept}'. Must accept 'application/json'.");
        return Err(Answer::refusal(415, &text));
    }
    match request.header("x-github-api-version") {
        None | Some("2022-11-28" | "2026-03-10") => Ok(()),
        Some(other) => Err(Answer::refusal(400, &format!("\"{other}\" is not a supported version."))),
    }
}

fn served(world: &mut World, request: &Request, destination: &Destination, caller: Caller) -> Result<Answer, Answer> {
    let Some(route) = destination.route else { return Err(Answer::not_found()) };
    let parameters = &destination.parameters;
    let name = parameters.get("owner").zip(parameters.get("repo")).map(|(owner, name)| (owner.as_str(), name.as_str()));
    if let Some(moved) = name.and_then(|name| moved(world, request, name)).filter(|_| caller != Caller::Nobody) {
        return Err(moved);
    }
    let repository = authorize(world, &route.needs, &caller, name)?;
    debug_assert!(!matches!(route.needs, Needs::Repository(_)) || repository.is_some());
    (route.serve)(&mut Call { world, request, parameters, caller, repository })
}

/// GitHub's redirect for a repository that has another name now.
fn moved(world: &World, request: &Request, (owner, name): (&str, &str)) -> Option<Answer> {
    if world.repository_by_name(owner, name).is_some() {
        return None;
    }
    let was = |former: &(String, String)| former.0.eq_ignore_ascii_case(owner) && former.1.eq_ignore_ascii_case(name);
    let repository = world.repositories.values().find(|repository| repository.former_names.iter().any(was))?;
    let rest: Vec<&str> = request.path.splitn(5, '/').skip(4).collect();
    let rest = rest.first().map_or_else(String::new, |rest| format!("/{rest}"));
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(&request.query);
    let query = query.finish();
    let query = if query.is_empty() { query } else { format!("?{query}") };
    let location = format!("{}/repositories/{}{rest}{query}", world.origin.api, repository.id);
    let (status, message) =
        if request.method == "GET" { (301, "Moved Permanently") } else { (307, "Temporary Redirect") };
    let body = serde_json::json!({
        "message": message,
        "url": location,
        "documentation_url": "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
    });
    Some(Answer::json(status, body).with("location", location))
}

/// The answer of a bad day; `None` is a reset.
fn disturbed(world: &World, trouble: &Trouble) -> Option<Answer> {
    let now = world.clock.now().as_second();
    let seconds = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
    match trouble {
        Trouble::Reset | Trouble::Hold(_) => None,
        Trouble::Status(401) => Some(Answer::bad_credentials()),
        Trouble::Status(404) => Some(Answer::not_found()),
        // GitHub's front end answers with a page, not with JSON; a client must not rely on JSON.
        Trouble::Status(status @ 502..=504) => {
            Some(Answer::html(*status, "<html><body><h1>Unicorn!</h1></body></html>".to_owned()))
        }
        Trouble::Status(status) => Some(Answer::refusal(*status, "Server Error")),
        Trouble::PrimaryLimit(after) => {
            let standing = Standing::used_up(world.limits.limit, now.saturating_add(seconds(*after)));
            let answer = standing.refusal("installation");
            Some(standing.headers().into_iter().fold(answer, |answer, (name, value)| answer.with(name, value)))
        }
        Trouble::SecondaryLimit(after) => {
            let text = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
            let answer = Answer::refusal(403, text).with("x-ratelimit-remaining", "4000");
            Some(match after {
                Some(after) => answer.with("retry-after", after.to_string()),
                None => answer,
            })
        }
    }
}

/// What every answer of GitHub carries.
fn always(world: &World, answer: Answer) -> Answer {
    let id = hex::encode_upper(random_bytes::<10>());
    let id = format!("{}:{}:{}:{}", &id[..4], &id[4..8], &id[8..14], &id[14..]);
    let date = world.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    answer.with("x-github-request-id", id).with("date", date).with("server", "github.com")
}

fn entry(
    world: &World,
    request: &Request,
    destination: &Destination,
    target: String,
    caller: String,
    answer: Option<&Answer>,
    disturbed: bool,
) -> Exchange {
    let secret = ["authorization", "cookie"];
    let headers = request.headers.iter().filter(|(name, _)| !secret.contains(&name.as_str()));
    let value = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let json = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).ok().map(|body| without_secrets(&body));
    Exchange {
        at: world.clock.now(),
        caller,
        method: request.method.clone(),
        template: destination.template(request).to_owned(),
        parameters: destination.parameters.clone(),
        target: decode(&target),
        query: request.query.clone(),
        request_headers: headers.map(|(name, text)| (name.as_str().to_owned(), value(text))).collect(),
        request_body: json(&request.body),
        status: answer.map_or(0, |answer| answer.status),
        answer_headers: answer
            .map(|answer| answer.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
            .unwrap_or_default(),
        answer_body: match answer.map(|answer| &answer.body) {
            Some(Body::Json(body)) => Some(without_secrets(body)),
            _ => None,
        },
        disturbed,
    }
}

fn respond(answer: Answer) -> Response {
    let mut response = hyper::Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let body = match answer.body {
        Body::Empty => Bytes::new(),
        Body::Json(value) => {
            response = response.header("content-type", "application/json; charset=utf-8");
            Bytes::from(value.to_string())
        }
        Body::Bytes(kind, bytes) => {
            response = response.header("content-type", kind);
            Bytes::from(bytes)
        }
    };
    response.body(Full::new(body)).unwrap_or_else(|_| {
        let mut plain = hyper::Response::new(Full::new(Bytes::from_static(b"a header could not be written")));
        *plain.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
        plain
    })
}
