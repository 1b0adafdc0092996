//! What GitHub lets the App do, and where it sends deliveries.

use covermark_github::{App, GitHub, HookConfig, manifest};
use covermark_service::config::below;

use super::{Check, Outcome, Subject, explain};

pub(super) fn permissions(subject: &Subject<'_>, app: &App) -> Check {
    const NAME: &str = "Permissions";
    let lacking = manifest::lacking(&app.permissions, &app.events);
    let items = |needs: &[&manifest::PermissionNeed]| -> Vec<String> {
        needs.iter().map(|need| format!("{}: {}. {}", need.label, need.level_label(), need.without)).collect()
    };
    let mut check = if !lacking.required.is_empty() {
        let advice = "Grant them, press Save changes, and let the accounts that have installed the App accept them: GitHub \
                      mails their owners.";
        let seen =
            format!("{} missing that Covermark does not work without.", count(lacking.required.len(), "permission"));
        let mut check = Check::of(NAME, Outcome::Lacks, seen, advice);
        check.items = items(&lacking.required);
        check
    } else if lacking.optional.is_empty() {
        Check::good(NAME, "Everything that Covermark can use is granted.")
    } else {
        let seen = format!(
            "Everything that is needed is granted. {} not, which is fine:",
            count(lacking.optional.len(), "optional permission")
        );
        let mut check = Check::of(NAME, Outcome::Less, seen, "");
        check.items = items(&lacking.optional);
        check
    };
    if !lacking.needless.is_empty() {
        let names: Vec<&str> = lacking.needless.iter().map(|(name, _)| name.as_str()).collect();
        check.seen.push_str(&format!(" Covermark has no use for {}: take it away.", names.join(", ")));
    }
    link(check, subject, app, "permissions")
}

pub(super) fn events(subject: &Subject<'_>, app: &App) -> Check {
    const NAME: &str = "Events";
    let lacking = manifest::lacking(&app.permissions, &app.events).events;
    if lacking.is_empty() {
        return Check::good(NAME, "The App is subscribed to everything that its permissions allow and Covermark uses.");
    }
    let seen = format!("The App is not subscribed to {}.", count(lacking.len(), "event"));
    let advice = "Tick them under Subscribe to events, at the end of the page, and press Save changes.";
    let mut check = Check::of(NAME, Outcome::Lacks, seen, advice);
    check.items = lacking.iter().map(|event| format!("{}: {}", event.label, event.why)).collect();
    link(check, subject, app, "permissions")
}

pub(super) async fn hook(subject: &Subject<'_>, github: &GitHub, app: &App) -> Check {
    const NAME: &str = "Webhook";
    let ours = below(subject.public_url, &format!("webhooks/{}", subject.provider));
    let check = match github.hook_config().await {
        Ok(config) if accepted(&config, &ours, subject) => {
            let unchecked = if config.insecure_ssl == "1" {
                " GitHub does not check this server’s certificate (SSL verification is off)."
            } else {
                ""
            };
            Check::good(NAME, format!("Deliveries go to {}, as JSON.{unchecked}", config.url))
        }
        Ok(config) if config.content_type == "form" => Check::of(
            NAME,
            Outcome::Lacks,
            "Deliveries are sent as a form.",
            "Set the webhook’s content type to application/json.",
        ),
        Ok(config) => {
            let seen = if config.url.is_empty() {
                "The App has no webhook URL.".to_owned()
            } else {
                format!("Deliveries go to {}, which is not here.", config.url)
            };
            Check::of(NAME, Outcome::Lacks, seen, format!("Set Webhook URL to {ours} and tick Active."))
        }
        Err(error) if error.is_not_found() => Check::of(
            NAME,
            Outcome::Lacks,
            "The App has no webhook.",
            format!("Tick Active under Webhook, and set Webhook URL to {ours}."),
        ),
        Err(error) => explain::silent_github(NAME, subject, &error),
    };
    if check.outcome == Outcome::Good { check } else { link(check, subject, app, "") }
}

/// The same address, and the aliases that lead to the same provider.
fn accepted(config: &HookConfig, ours: &str, subject: &Subject<'_>) -> bool {
    let same = |name: &str| config.url.trim_end_matches('/') == below(subject.public_url, &format!("webhooks/{name}"));
    let alias = match subject.provider.as_str() {
        "gh" => same("github"),
        "ghe" => same("github_enterprise") || same("github-enterprise"),
        _ => false,
    };
    (config.url.trim_end_matches('/') == ours || alias) && config.content_type != "form"
}

fn link(check: Check, subject: &Subject<'_>, app: &App, part: &str) -> Check {
    let given = subject.app;
    let slug = app.slug.as_deref().unwrap_or(&given.slug);
    check.at(app.owner().settings_page(&given.endpoints.web, slug, part))
}

/// `1 permission is`, `3 permissions are`.
fn count(number: usize, noun: &str) -> String {
    match (number, noun) {
        (1, "event") => "1 event".to_owned(),
        (_, "event") => format!("{number} events"),
        (1, _) => format!("1 {noun} is"),
        _ => format!("{number} {noun}s are"),
    }
}
