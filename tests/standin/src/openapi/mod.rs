//! The contract: every exchange and every webhook held against GitHub's own OpenAPI description.
//!
//! The description comes from the npm package `@octokit/openapi`, cut down by `tests/conformance/trim-openapi.py` into
//! the folder that `COVERMARK_OPENAPI` names. Requests are judged whatever came of them; answers that a fault on order
//! made are not, because a bad day has no description.

mod description;
mod exchange;

use std::{path::PathBuf, sync::OnceLock};

use description::Description;
use serde_json::Value;

use crate::{
    routes,
    state::{HookDelivery, World},
};

/// The variable that names the folder.
const FOLDER: &str = "COVERMARK_OPENAPI";

/// Every way in which what happened so far broke the description; the sentence that says how to get it, if it is missing.
pub(crate) fn violations(world: &World) -> Vec<String> {
    let description = match description(world.origin.enterprise) {
        Ok(description) => description,
        Err(why) => return vec![why],
    };
    let known = |method: &str, template: &str| {
        routes::API.iter().any(|route| route.method == method && route.template == template)
    };
    let mut found = Vec::new();
    for exchange in world.journal.exchanges().iter().filter(|exchange| !exchange.template.starts_with("/login/")) {
        if known(&exchange.method, &exchange.template) {
            found.extend(exchange::judge(description, exchange));
        } else {
            found.push(format!("{} {}: the stand-in has no such endpoint", exchange.method, exchange.target));
        }
    }
    found.extend(world.deliveries.values().filter_map(|delivery| judge_webhook(description, delivery)));
    found.sort();
    found.dedup();
    found
}

fn judge_webhook(description: &Description, delivery: &HookDelivery) -> Option<String> {
    let mut name = delivery.event.replace('_', "-");
    if let Some(action) = &delivery.action {
        name = format!("{name}-{}", action.replace('_', "-"));
    }
    let pointer = format!("/x-webhooks/{name}/post/requestBody/content/application~1json/schema");
    // An event of the test's own may be unknown to GitHub; that is what it is for.
    description.at(&pointer)?;
    let payload: Value = serde_json::from_slice(&delivery.payload).ok()?;
    description.judge(&pointer, &payload).map(|why| format!("webhook {name}: {why}"))
}

/// The description of github.com or of the Enterprise Server, read once in a process.
fn description(enterprise: bool) -> Result<&'static Description, String> {
    static GITHUB: OnceLock<Result<Description, String>> = OnceLock::new();
    static SERVER: OnceLock<Result<Description, String>> = OnceLock::new();
    let (place, file) = if enterprise { (&SERVER, "ghes-3.19.json") } else { (&GITHUB, "api.github.com.json") };
    place.get_or_init(|| read(std::env::var_os(FOLDER).map(PathBuf::from), file)).as_ref().map_err(Clone::clone)
}

fn read(folder: Option<PathBuf>, file: &str) -> Result<Description, String> {
    let how = "run the tests with tests/run, which installs GitHub's description and sets COVERMARK_OPENAPI";
    let folder = folder.ok_or_else(|| format!("{FOLDER} is not set: {how}"))?;
    let path = folder.join(file);
    let text = std::fs::read(&path).map_err(|error| format!("{} cannot be read ({error}): {how}", path.display()))?;
    let document = serde_json::from_slice(&text).map_err(|error| format!("{}: {error}: {how}", path.display()))?;
    Description::new(document)
}

#[cfg(test)]
mod tests;
