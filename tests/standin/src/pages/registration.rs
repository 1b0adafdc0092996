//! The pages of registering an App: plain forms, so that a browser and a test can both use them.

use super::{escape, layout};
use crate::{
    server::Answer,
    state::{App, NewApp, OpenManifest},
};

/// Asks whether to create the App of a manifest.
pub(crate) fn manifest(open: &OpenManifest) -> Answer {
    let (name, owner) = (escape(&open.app.name), escape(&open.owner));
    let whose = if owner.is_empty() { "your account".to_owned() } else { owner };
    let permissions: String = open
        .app
        .permissions
        .iter()
        .map(|(name, level)| format!("<li>{}: {}</li>", escape(name), level.as_str()))
        .collect();
    let body = format!(
        "<h1>Create GitHub App</h1><p><b>{name}</b> will be created for {whose}, with these permissions:</p>\
         <ul>{permissions}</ul><form method=\"post\" action=\"/settings/apps/manifest\">\
         <input type=\"hidden\" name=\"key\" value=\"{}\">\
         <p><button class=\"main\" id=\"create\">Create GitHub App for {whose}</button></p></form>",
        escape(&open.key)
    );
    Answer::html(200, layout("Create GitHub App", &body))
}

/// What GitHub does not accept.
pub(crate) fn invalid_app(problems: &[String]) -> Answer {
    let list: String = problems.iter().map(|problem| format!("<li>{}</li>", escape(problem))).collect();
    let body = format!("<h1>Invalid GitHub App configuration</h1><ul class=\"bad\">{list}</ul>");
    Answer::html(422, layout("Invalid GitHub App configuration", &body))
}

/// The form for a new App.
pub(crate) fn app_form(app: &NewApp, action: &str) -> Answer {
    let text = |label: &str, name: &str, value: &str| {
        format!("<p><label>{label} <input name=\"{name}\" value=\"{}\" size=\"60\"></label></p>", escape(value))
    };
    let tick = |label: &str, name: &str, on: bool| {
        let checked = if on { " checked" } else { "" };
        format!("<p><label><input type=\"checkbox\" name=\"{name}\" value=\"true\"{checked}> {label}</label></p>")
    };
    let mut form = String::new();
    form.push_str(&text("GitHub App name", "name", &app.name));
    form.push_str(&text("Homepage URL", "url", &app.url));
    for callback in &app.callback_urls {
        form.push_str(&text("Callback URL", "callback_url", callback));
    }
    form.push_str(&tick(
        "Request user authorization (OAuth) during installation",
        "request_oauth_on_install",
        app.request_oauth_on_install,
    ));
    form.push_str(&tick("Active", "webhook_active", app.hook_active));
    form.push_str(&text("Webhook URL", "webhook_url", app.hook_url.as_deref().unwrap_or("")));
    form.push_str(&text("Webhook secret", "webhook_secret", ""));
    for (name, level) in &app.permissions {
        form.push_str(&text(&escape(name), &format!("permission.{}", escape(name)), level.as_str()));
    }
    for event in &app.events {
        let event = escape(event);
        form.push_str(&format!(
            "<p><label><input type=\"checkbox\" name=\"event\" value=\"{event}\" checked> {event}</label></p>"
        ));
    }
    form.push_str(&tick("Any account", "public", app.public));
    let body = format!(
        "<h1>Register new GitHub App</h1><form method=\"post\" action=\"{}\">{form}\
         <p><button class=\"main\" id=\"create\">Create GitHub App</button></p></form>",
        escape(action)
    );
    Answer::html(200, layout("Register new GitHub App", &body))
}

/// The App's settings, with a client secret that was just made.
pub(crate) fn app_settings(app: &App, client_secret: Option<&str>) -> Answer {
    let secret = client_secret.map_or_else(String::new, |secret| {
        format!("<p>Client secret: <code id=\"client-secret\">{}</code> (shown once)</p>", escape(secret))
    });
    let slug = escape(&app.slug);
    let body = format!(
        "<h1>{}</h1><p>App ID: <code id=\"app-id\">{}</code></p><p>Client ID: <code id=\"client-id\">{}</code></p>{secret}\
         <form method=\"post\" action=\"/settings/apps/{slug}/client-secrets\">\
         <p><button id=\"new-secret\">Generate a new client secret</button></p></form>\
         <form method=\"post\" action=\"/settings/apps/{slug}/keys\">\
         <p><button id=\"new-key\">Generate a private key</button></p></form>",
        escape(&app.name),
        app.id,
        escape(&app.client_id),
    );
    Answer::html(200, layout(&app.name, &body))
}

/// Asks where to install the App.
pub(crate) fn installation(app: &App, accounts: &[&str], action: &str) -> Answer {
    let choices: String = accounts
        .iter()
        .enumerate()
        .map(|(at, account)| {
            let (name, checked) = (escape(account), if at == 0 { " checked" } else { "" });
            format!("<label><input type=\"radio\" name=\"account\" value=\"{name}\"{checked}> {name}</label>")
        })
        .collect();
    let name = escape(&app.name);
    let body = format!(
        "<h1>Install {name}</h1><form method=\"post\" action=\"{}\"><fieldset><legend>Where</legend>{choices}</fieldset>\
         <p><button class=\"main\" id=\"install\">Install</button></p></form>",
        escape(action)
    );
    Answer::html(200, layout(&format!("Install {name}"), &body))
}
