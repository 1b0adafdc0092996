//! An exchange as a line of the journal.

use serde_json::Value;

use super::{Answer, Body, Request, destination::Destination, router::decode};
use crate::{
    journal::{Exchange, without_secrets},
    state::World,
};

/// What is kept: everything but secrets.
pub(super) fn entry(
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
