//! Registering an App: from a manifest, or with GitHub's form, whose fields a link may fill in. Also what its owner does on
//! the App's settings page: a client secret, a private key.
//!
//! The person at the browser may do everything; who they are is not asked, as on the pages that people read.

use std::collections::BTreeMap;

use covermark_types::{AppId, Secret};
use jiff::SignedDuration;
use serde_json::Value;
use url::Url;

use crate::{
    pages,
    server::{Answer, Body, Call, Outcome},
    state::{App, AppKey, Level, ManifestCode, NewApp, OpenManifest, World, random_bytes},
    webhooks, wire,
};

/// The longest name of an App.
const LONGEST_NAME: usize = 34;

/// The events that GitHub knows and the permission that each needs; an App may subscribe to no other.
const EVENTS: [(&str, &str); 17] = [
    ("check_run", "checks"),
    ("check_suite", "checks"),
    ("create", "contents"),
    ("delete", "contents"),
    ("issues", "issues"),
    ("member", "members"),
    ("membership", "members"),
    ("merge_group", "merge_queues"),
    ("organization", "members"),
    ("public", "metadata"),
    ("pull_request", "pull_requests"),
    ("push", "contents"),
    ("repository", "metadata"),
    ("star", "metadata"),
    ("status", "statuses"),
    ("team", "members"),
    ("workflow_run", "actions"),
];

/// The permissions that GitHub knows.
const PERMISSIONS: [&str; 14] = [
    "actions",
    "administration",
    "checks",
    "contents",
    "emails",
    "issues",
    "members",
    "merge_queues",
    "metadata",
    "organization_administration",
    "pull_requests",
    "repository_hooks",
    "statuses",
    "workflows",
];

/// What was posted to the form's address: the form itself, or a manifest in its place. GitHub has none for the Apps of an
/// enterprise.
pub(super) fn submit(call: &mut Call<'_>) -> Outcome {
    match call.request.form().contains_key("manifest") {
        true if call.parameters.contains_key("enterprise") => Ok(pages::not_found()),
        true => manifest(call),
        false => create(call),
    }
}

/// A browser posted a manifest: a page asks whether to create the App.
fn manifest(call: &mut Call<'_>) -> Outcome {
    let owner = owner(call);
    let form = call.request.form();
    let state = call.request.parameter("state").map(str::to_owned);
    let read =
        form.get("manifest").ok_or_else(|| vec!["Missing manifest".to_owned()]).and_then(|text| read_manifest(text));
    let (app, redirect_url) = match read {
        Ok(read) => read,
        Err(problems) => return Ok(pages::invalid_app(&problems)),
    };
    let open = OpenManifest { key: hex::encode(random_bytes::<10>()), owner, app, redirect_url, state };
    let page = pages::manifest(&open);
    call.world.registration.open.push(open);
    Ok(page)
}

fn read_manifest(text: &str) -> Result<(NewApp, String), Vec<String>> {
    let value: Value = serde_json::from_str(text).map_err(|_| vec!["The manifest is no JSON".to_owned()])?;
    const KNOWN: [&str; 13] = [
        "name",
        "url",
        "hook_attributes",
        "redirect_url",
        "callback_urls",
        "setup_url",
        "description",
        "public",
        "default_events",
        "default_permissions",
        "request_oauth_on_install",
        "setup_on_update",
        "version",
    ];
    let fields = value.as_object().ok_or_else(|| vec!["The manifest is no object".to_owned()])?;
    let mut problems: Vec<String> = fields
        .keys()
        .filter(|key| !KNOWN.contains(&key.as_str()))
        .map(|key| format!("{key} is not supported"))
        .collect();
    let text = |name: &str| value[name].as_str().unwrap_or("").to_owned();
    let list = |name: &str| -> Vec<String> {
        value[name].as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect()
    };
    let levels = value["default_permissions"].as_object().into_iter().flatten();
    let permissions: Vec<(String, String)> =
        levels.map(|(name, level)| (name.clone(), level.as_str().unwrap_or("").to_owned())).collect();
    let redirect_url = text("redirect_url");
    if !is_address(&redirect_url) {
        problems.push("Redirect url is not a valid address".to_owned());
    }
    let app = NewApp {
        name: text("name"),
        url: text("url"),
        hook_url: value["hook_attributes"]["url"].as_str().map(str::to_owned),
        hook_active: value["hook_attributes"]["active"].as_bool().unwrap_or(true),
        callback_urls: list("callback_urls"),
        request_oauth_on_install: value["request_oauth_on_install"].as_bool().unwrap_or(false),
        public: value["public"].as_bool().unwrap_or(false),
        permissions: levels_of(&permissions, &mut problems),
        events: list("default_events"),
    };
    judge(&app, &mut problems);
    if problems.is_empty() { Ok((app, redirect_url)) } else { Err(problems) }
}

fn levels_of(given: &[(String, String)], problems: &mut Vec<String>) -> BTreeMap<String, Level> {
    let mut levels = BTreeMap::new();
    for (name, level) in given {
        let level = match level.as_str() {
            "read" => Some(Level::Read),
            "write" => Some(Level::Write),
            _ => None,
        };
        match level.filter(|_| PERMISSIONS.contains(&name.as_str())) {
            Some(level) => drop(levels.insert(name.clone(), level)),
            None => problems.push(format!("Default permission records resource is not included in the list: {name}")),
        }
    }
    levels
}

fn is_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn judge(app: &NewApp, problems: &mut Vec<String>) {
    if app.name.is_empty() || app.name.chars().count() > LONGEST_NAME {
        problems.push(format!("Name is required and has at most {LONGEST_NAME} characters"));
    }
    if !is_address(&app.url) {
        problems.push("Url must be a valid address".to_owned());
    }
    if app.hook_active && !app.hook_url.as_deref().is_some_and(is_address) {
        problems.push("Hook url cannot be blank".to_owned());
    }
    if app.callback_urls.len() > 10 || !app.callback_urls.iter().all(|url| is_address(url)) {
        problems.push("Callback urls: at most ten valid addresses".to_owned());
    }
    for event in &app.events {
        let allowed = EVENTS
            .iter()
            .any(|(name, needs)| name == event && (*needs == "metadata" || app.permissions.contains_key(*needs)));
        if !allowed {
            problems.push(format!("Default events unsupported: {event}"));
        }
    }
}

/// The person pressed the button of a manifest's page.
pub(super) fn create_from_manifest(call: &mut Call<'_>) -> Outcome {
    let form = call.request.form();
    let key = form.get("key").map_or("", String::as_str);
    let Some(at) = call.world.registration.open.iter().position(|open| open.key == key) else {
        return Ok(pages::problem(404, "This page is no longer open", "Start again from the application."));
    };
    let open = call.world.registration.open.remove(at);
    let app = register(call.world, open.app, &open.owner, None);
    let code = hex::encode(random_bytes::<20>());
    let expires_at = call.world.clock.now() + SignedDuration::from_hours(1);
    call.world.registration.codes.push(ManifestCode { code: code.clone(), app, expires_at });
    let Ok(mut url) = Url::parse(&open.redirect_url) else { return Err(Answer::not_found()) };
    url.query_pairs_mut().append_pair("code", &code);
    if let Some(state) = &open.state {
        url.query_pairs_mut().append_pair("state", state);
    }
    Ok(Answer::redirect(url.as_str()))
}

/// `POST /app-manifests/{code}/conversions`: once, within the hour, for whoever has the code.
pub(super) fn convert(call: &mut Call<'_>) -> Outcome {
    let (code, now) = (call.text("code").to_owned(), call.world.clock.now());
    let at = call.world.registration.codes.iter().position(|known| known.code == code);
    let known = at.map(|at| call.world.registration.codes.remove(at)).ok_or_else(Answer::not_found)?;
    if known.expires_at <= now || known.app != call.world.app.id {
        return Err(Answer::not_found());
    }
    let mut body = wire::app(call.world);
    let app = &call.world.app;
    body["client_secret"] = Value::from(app.client_secret.expose());
    body["pem"] = Value::from(app.key.private_pem.expose());
    body["webhook_secret"] = match call.world.registration.no_webhook_secret {
        true => Value::Null,
        false => Value::from(app.webhook_secret.expose()),
    };
    Ok(Answer::json(201, body))
}

/// GitHub's form, filled in by what the address says.
pub(super) fn form(call: &mut Call<'_>) -> Outcome {
    let all = |name: &str| -> Vec<String> {
        let wanted = call.request.query.iter().filter(|(key, _)| key == name);
        wanted.map(|(_, value)| value.clone()).collect()
    };
    let get = |name: &str| all(name).pop().unwrap_or_default();
    let permissions: Vec<(String, String)> =
        call.request.query.iter().filter(|(key, _)| PERMISSIONS.contains(&key.as_str())).cloned().collect();
    let app = NewApp {
        name: get("name"),
        url: get("url"),
        hook_url: Some(get("webhook_url")).filter(|url| !url.is_empty()),
        hook_active: get("webhook_active") == "true",
        callback_urls: all("callback_urls[]"),
        request_oauth_on_install: get("request_oauth_on_install") == "true",
        public: get("public") == "true",
        permissions: levels_of(&permissions, &mut Vec::new()),
        events: all("events[]"),
    };
    Ok(pages::app_form(&app, &call.request.path))
}

/// The form was sent: the App is there, and its settings page with it.
fn create(call: &mut Call<'_>) -> Outcome {
    let owner = owner(call);
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(&call.request.body).into_owned().collect();
    let all = |name: &str| -> Vec<String> {
        pairs.iter().filter(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.clone()).collect()
    };
    let get = |name: &str| all(name).pop().unwrap_or_default();
    let mut problems = Vec::new();
    let permissions: Vec<(String, String)> = pairs
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix("permission.")?.to_owned(), value.clone())))
        .collect();
    let app = NewApp {
        name: get("name"),
        url: get("url"),
        hook_url: Some(get("webhook_url")).filter(|url| !url.is_empty()),
        hook_active: get("webhook_active") == "true",
        callback_urls: all("callback_url"),
        request_oauth_on_install: get("request_oauth_on_install") == "true",
        public: get("public") == "true",
        permissions: levels_of(&permissions, &mut problems),
        events: all("event"),
    };
    judge(&app, &mut problems);
    if !problems.is_empty() {
        return Ok(pages::invalid_app(&problems));
    }
    register(call.world, app, &owner, Some(get("webhook_secret")));
    let slug = call.world.app.slug.clone();
    let base = call.request.path.trim_end_matches("/new").to_owned();
    Ok(Answer::redirect(&format!("{base}/{slug}")))
}

/// What the App's owner sees: the values to copy.
pub(super) fn settings(call: &mut Call<'_>) -> Outcome {
    if call.text("slug") != call.world.app.slug {
        return Ok(pages::not_found());
    }
    Ok(pages::app_settings(&call.world.app, None))
}

/// A new client secret; shown once. The ones before stay good, as on GitHub; the stand-in knows the last one.
pub(super) fn client_secret(call: &mut Call<'_>) -> Outcome {
    if call.text("slug") != call.world.app.slug {
        return Ok(pages::not_found());
    }
    let secret = hex::encode(random_bytes::<20>());
    call.world.app.client_secret = Secret::new(secret.clone());
    Ok(pages::app_settings(&call.world.app, Some(&secret)))
}

/// A new private key; the browser downloads it.
pub(super) fn private_key(call: &mut Call<'_>) -> Outcome {
    if call.text("slug") != call.world.app.slug {
        return Ok(pages::not_found());
    }
    let pem = call.world.app.key.private_pem.expose().as_bytes().to_vec();
    let name = format!("attachment; filename=\"{}.private-key.pem\"", call.world.app.slug);
    Ok(Answer { status: 200, headers: Vec::new(), body: Body::Bytes("application/x-pem-file", pem) }
        .with("content-disposition", name))
}

fn owner(call: &Call<'_>) -> String {
    for name in ["org", "enterprise"] {
        if let Some(owner) = call.parameters.get(name) {
            return owner.clone();
        }
    }
    String::new()
}

/// The App takes the place of the one that was there: a stand-in has one. Its webhook is tried at once.
fn register(world: &mut World, new: NewApp, owner: &str, webhook_secret: Option<String>) -> AppId {
    let id = AppId(world.next_id());
    let slug: String = new
        .name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect::<String>()
        .trim_matches('-')
        .to_owned();
    let now = world.clock.now();
    let fresh = App::registered(id, slug, now, AppKey::fresh());
    let bot = format!("{}[bot]", fresh.slug);
    if world.account_by_login(&bot).is_none() {
        world.make_account(&bot, crate::state::AccountKind::Bot);
    }
    world.app = App {
        name: new.name.clone(),
        owner: owner.to_owned(),
        hook_url: new.hook_url.clone().filter(|_| new.hook_active),
        callback_urls: new.callback_urls.clone(),
        permissions: new.permissions.clone(),
        events: new.events.clone(),
        webhook_secret: webhook_secret.filter(|secret| !secret.is_empty()).map_or(fresh.webhook_secret, Secret::new),
        ..fresh
    };
    world.registration.registered = Some(new);
    webhooks::ping(world);
    id
}
