//! A repository's own webhooks: list, make, change, ping, take away.

use covermark_types::Secret;
use serde_json::{Map, Value, json};

use crate::{
    effects::Effect,
    server::{Answer, Call, Fields, Outcome, paginate},
    state::RepositoryHook,
    webhooks, wire,
};

/// GitHub's most hooks of one event in one repository.
const MOST: usize = 20;

pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let id = call.repository_id();
    let found = call.repository().hooks.iter().map(|hook| wire::repository_hook(call.world, id, hook)).collect();
    paginate(call, found)
}

pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let fields = call.fields()?;
    if fields.choice("Hook", "name", &["web"])?.is_none_or(|name| name != "web") {
        return Err(Answer::invalid("Hook", "name", "invalid", None));
    }
    let config = config(&fields)?.ok_or_else(|| Answer::malformed("\"config\" wasn't supplied."))?;
    let (id, now) = (call.world.next_id(), call.world.now());
    let mut hook = RepositoryHook {
        id,
        url: String::new(),
        secret: None,
        content_type: "form".to_owned(),
        events: vec!["push".to_owned()],
        active: true,
        created_at: now,
        updated_at: now,
    };
    change(&mut hook, &fields, Some(&config))?;
    if hook.url.is_empty() {
        return Err(Answer::invalid("Hook", "url", "missing_field", None));
    }
    let hooks = &call.repository().hooks;
    if hooks.iter().any(|known| known.url == hook.url && known.content_type == hook.content_type) {
        return Err(already_there());
    }
    if hooks.len() >= MOST {
        return Err(unprocessable("The \"push\" event cannot have more than 20 hooks"));
    }
    let repository = call.repository_id();
    call.repository_mut().hooks.push(hook.clone());
    call.world.effects.record(Effect::RepositoryHookCreated(repository, hook.clone()));
    webhooks::ping_repository(call.world, repository, id);
    Ok(Answer::json(201, wire::repository_hook(call.world, repository, &hook)))
}

pub(super) fn update(call: &mut Call<'_>) -> Outcome {
    let (fields, repository, now) = (call.fields()?, call.repository_id(), call.world.now());
    let at = find(call)?;
    let mut hook = call.repository().hooks[at].clone();
    change(&mut hook, &fields, config(&fields)?.as_ref())?;
    hook.updated_at = now;
    let twice = |other: &RepositoryHook| other.id != hook.id && other.url == hook.url;
    if call.repository().hooks.iter().any(twice) {
        return Err(already_there());
    }
    call.repository_mut().hooks[at] = hook.clone();
    call.world.effects.record(Effect::RepositoryHookUpdated(repository, hook.clone()));
    Ok(Answer::ok(wire::repository_hook(call.world, repository, &hook)))
}

pub(super) fn ping(call: &mut Call<'_>) -> Outcome {
    let at = find(call)?;
    let (repository, id) = (call.repository_id(), call.repository().hooks[at].id);
    webhooks::ping_repository(call.world, repository, id);
    Ok(Answer::no_content())
}

pub(super) fn remove(call: &mut Call<'_>) -> Outcome {
    let at = find(call)?;
    let repository = call.repository_id();
    let hook = call.repository_mut().hooks.remove(at);
    call.world.effects.record(Effect::RepositoryHookDeleted(repository, hook));
    Ok(Answer::no_content())
}

fn find(call: &Call<'_>) -> Result<usize, Answer> {
    let id = call.number("hook_id")?;
    call.repository().hooks.iter().position(|hook| hook.id == id).ok_or_else(Answer::not_found)
}

fn config(fields: &Fields) -> Result<Option<Map<String, Value>>, Answer> {
    match fields.get("config") {
        None => Ok(None),
        Some(Value::Object(config)) => Ok(Some(config.clone())),
        Some(other) => Err(Answer::malformed(&format!("For 'properties/config', {other} is not an object."))),
    }
}

/// A configuration replaces the one before as a whole: a secret that is not sent again is gone.
fn change(hook: &mut RepositoryHook, fields: &Fields, config: Option<&Map<String, Value>>) -> Result<(), Answer> {
    if let Some(config) = config {
        let text = |name: &str| config.get(name).and_then(Value::as_str);
        let url = text("url").ok_or_else(|| Answer::invalid("Hook", "url", "missing_field", None))?;
        if !(url.starts_with("https://") || url.starts_with("http://")) {
            return Err(unprocessable("url is not a valid address"));
        }
        url.clone_into(&mut hook.url);
        hook.secret = text("secret").map(Secret::new);
        text("content_type").unwrap_or("form").clone_into(&mut hook.content_type);
    }
    if let Some(events) = fields.list("events")? {
        hook.events = events.iter().filter_map(|event| Some(event.as_str()?.to_owned())).collect();
        if let Some(unknown) = hook.events.iter().find(|event| !KNOWN.contains(&event.as_str())) {
            return Err(unprocessable(&format!("events are invalid: {unknown}")));
        }
    }
    if let Some(active) = fields.get("active") {
        hook.active = active.as_bool().ok_or_else(|| Answer::malformed("For 'properties/active', not a boolean."))?;
    }
    Ok(())
}

/// The events of a repository's hook that this stand-in knows of.
const KNOWN: [&str; 12] = [
    "*",
    "check_run",
    "check_suite",
    "create",
    "delete",
    "member",
    "public",
    "pull_request",
    "push",
    "repository",
    "status",
    "workflow_run",
];

fn already_there() -> Answer {
    unprocessable("Hook already exists on this repository")
}

/// GitHub's form of a refusal that is about the hook as a whole.
fn unprocessable(message: &str) -> Answer {
    Answer::json(
        422,
        json!({
            "message": "Validation Failed",
            "errors": [{"resource": "Hook", "code": "custom", "message": message}],
            "documentation_url": "https://docs.github.com/rest/repos/webhooks#create-a-repository-webhook",
            "status": "422",
        }),
    )
}
