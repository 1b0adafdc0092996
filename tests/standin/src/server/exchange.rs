//! The way of one request through the stand-in, and its line in the journal.

use std::{fmt, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;

use super::{
    Answer, Body, Call, Caller, Needs, Request, Shared,
    auth::{authenticate, authorize},
    destination::{Destination, find, moved},
    record::entry,
    trouble::{disturbed, well_formed},
};
use crate::{
    faults::{Struck, Trouble},
    pages,
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

pub(crate) async fn serve(shared: &Shared, incoming: hyper::Request<Incoming>) -> Result<Response, Reset> {
    let target = incoming.uri().to_string();
    let mut request = match read(incoming).await {
        Ok(request) => request,
        Err(answer) => return Ok(respond(answer)),
    };
    let (destination, struck, distance) = {
        let mut world = shared.lock();
        let destination = find(&world, &mut request);
        let struck = world.faults.strike(&request.method, destination.template(&request));
        (destination, struck, world.distance)
    };
    // Half of the way there, half of it back.
    travel(distance / 2).await;
    if let Some(Struck { trouble: Trouble::Hold(gate), .. }) = &struck {
        shared.changed.notify_waiters();
        gate.pass().await;
    }
    let outcome = {
        let mut world = shared.lock();
        carry_out(&mut world, &request, &destination, struck.as_ref(), target)
    };
    shared.changed.notify_waiters();
    travel(distance / 2).await;
    outcome.map(respond)
}

async fn travel(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
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
    if destination.template(request) == "/rate_limit" {
        // Asking for the standing costs nothing.
        return (name, served(world, request, destination, caller).unwrap_or_else(|refusal| refusal));
    }
    let standing = world.limits.count(&name, now);
    let answer = if standing.exceeded() {
        standing.refusal(&name)
    } else {
        let answer = served(world, request, destination, caller).unwrap_or_else(|refusal| refusal);
        tagged(request, answer)
    };
    let standing = if answer.status == 304 {
        world.limits.give_back(&name);
        standing.given_back()
    } else {
        standing
    };
    (name, standing.headers().into_iter().fold(answer, |answer, (name, value)| answer.with(name, value)))
}

/// A GET's answer with its tag; 304 to whoever knows it already, which costs nothing of the budget.
fn tagged(request: &Request, answer: Answer) -> Answer {
    let Body::Json(body) = &answer.body else { return answer };
    if request.method != "GET" || answer.status != 200 {
        return answer;
    }
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body.to_string().as_bytes());
    let tag = format!("W/\"{}\"", hex::encode(digest));
    if request.header("if-none-match") == Some(tag.as_str()) {
        return Answer { body: Body::Empty, ..Answer::json(304, serde_json::Value::Null) }.with("etag", tag);
    }
    answer.with("etag", tag)
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

/// What every answer of GitHub carries.
fn always(world: &World, answer: Answer) -> Answer {
    let id = hex::encode_upper(random_bytes::<10>());
    let id = format!("{}:{}:{}:{}", &id[..4], &id[4..8], &id[8..14], &id[14..]);
    let date = world.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    answer.with("x-github-request-id", id).with("date", date).with("server", "github.com")
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
