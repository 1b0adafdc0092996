//! What is wrong with a request before it is served: an order of trouble, or the form that GitHub's front door demands.

use super::{Answer, Request, limits::Standing};
use crate::{faults::Trouble, state::World};

/// The answer of a bad day; `None` is a reset.
pub(super) fn disturbed(world: &World, trouble: &Trouble) -> Option<Answer> {
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

/// What GitHub demands of every request to its API.
pub(super) fn well_formed(request: &Request) -> Result<(), Answer> {
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
