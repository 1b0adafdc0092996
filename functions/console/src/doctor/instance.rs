//! This Covermark as a whole: its address, its queues, and each GitHub that it is connected to.

use covermark_github::{App, Error as GitHubError, GitHub, manifest};
use covermark_service::{credentials::CredentialsError, repository_hooks::is_ours};
use covermark_state::{
    Error,
    rows::{
        installation::Installation,
        reconcile::{Outcome, Reconcile, Reconciled},
    },
};
use covermark_types::{Provider, Timestamp};
use url::Url;

use super::{
    Doctor,
    budget::budgets,
    deliveries,
    finding::{Check, Diagnosis, Section},
    when::ago,
};

/// A difference between the clocks that GitHub's tokens still bear, in seconds.
const SKEW: i64 = 30;
/// After this a reconciliation should have come by again, in seconds.
const OVERDUE: i64 = 2 * 60 * 60;

pub(super) async fn look(doctor: &Doctor) -> Result<Diagnosis, Error> {
    let mut sections = vec![Section::new("This Covermark", here(doctor).await?)];
    let providers = match doctor.apps.providers().await {
        Ok(providers) => providers,
        Err(error) => {
            let check =
                Check::bad("credentials.vault", "Credentials", cause(&error), "Look at the vault and its rights.");
            sections.push(Section::new("GitHub", vec![check]));
            return Ok(Diagnosis::new("This Covermark", "", sections));
        }
    };
    if providers.is_empty() {
        let check = Check::bad(
            "credentials.none",
            "Credentials",
            "No GitHub App is connected.",
            "Open /setup, or run `covermark credentials import --provider gh FILE`.",
        );
        sections.push(Section::new("GitHub", vec![check]));
    }
    for provider in providers {
        sections.push(Section::new(format!("GitHub ({provider})"), of_provider(doctor, &provider).await?));
    }
    Ok(Diagnosis::new("This Covermark", "Everything that was looked at works.", sections))
}

async fn here(doctor: &Doctor) -> Result<Vec<Check>, Error> {
    let mut checks = vec![address(doctor.public_url.as_ref())];
    for (name, queue) in &doctor.queues {
        let (code, title) = (format!("queue.{name}"), format!("Queue {name}"));
        checks.push(match queue.depth().await {
            Ok(0) => Check::good(&code, &title, "Nothing waits."),
            Ok(1) => Check::good(&code, &title, "One job waits or is under way."),
            Ok(depth) if depth < 1_000 => Check::good(&code, &title, format!("{depth} jobs wait or are under way.")),
            Ok(depth) => Check::note(&code, &title, format!("{depth} jobs wait."))
                .next("If the number does not fall, look whether GitHub limits us, and into the function's log."),
            Err(error) => Check::unknown(&code, &title, cause(&error)),
        });
    }
    let letters = doctor.table.dead_letters(doctor.clock.now()).await?;
    let lying = letters.iter().filter(|letter| letter.lies()).count();
    checks.push(match (lying, letters.iter().find(|letter| letter.lies())) {
        (count, Some(newest)) => Check::bad(
            "dead_letters",
            "Dead letters",
            match count {
                1 => "One job or delivery was given up.".to_owned(),
                _ => format!("{count} jobs or deliveries were given up."),
            },
            "Mend the cause, then replay them on /doctor.",
        )
        .why(Some(newest.why.as_str())),
        _ => Check::good("dead_letters", "Dead letters", "None."),
    });
    Ok(checks)
}

fn address(public_url: Option<&Url>) -> Check {
    let (code, title) = ("instance.address", "Public address");
    let Some(url) = public_url else {
        return Check::unknown(code, title, "Nobody said where this Covermark is reached.")
            .next("Give --public-url or COVERMARK_PUBLIC_URL to have it looked at.");
    };
    let shown = url.as_str().trim_end_matches('/');
    if url.scheme() == "https" {
        return Check::good(code, title, format!("{shown}; encrypted, cookies are `Secure` and bound to the host."));
    }
    let local = url.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
    if local {
        return Check::note(code, title, format!("{shown}: this machine alone. GitHub's webhooks cannot come here."))
            .next("For GitHub set COVERMARK_PUBLIC_URL to an https:// address that leads here.");
    }
    Check::bad(
        code,
        title,
        format!("{shown} is not encrypted: sessions and upload tokens can be read on the way."),
        "Put TLS in front and set COVERMARK_PUBLIC_URL to the https:// address.",
    )
}

/// The checks of one GitHub, up to the first that makes the others meaningless.
pub(super) async fn of_provider(doctor: &Doctor, provider: &Provider) -> Result<Vec<Check>, Error> {
    let now = doctor.clock.now();
    let github = match doctor.apps.github_for(provider, None).await {
        Ok(github) => github,
        Err(error) => return Ok(vec![no_credentials(provider, &error)]),
    };
    let app = github.app().await;
    doctor.apps.keep_budgets(provider).await;
    let app = match app {
        Ok(app) => app,
        Err(error) => return Ok(vec![refused(provider, &error)]),
    };
    let mut checks = vec![identity(doctor, provider, &app).await, clock(&app, now)];
    checks.push(hook_address(doctor, &github, provider).await);
    checks.push(deliveries::look(&github, provider, now).await);
    checks.push(permissions(&app));
    let installations = doctor.table.installations(provider).await?;
    checks.push(installed(&installations));
    checks.push(reconciled(
        "reconcile.provider",
        doctor.table.last_reconcile(provider, Reconciled::Provider).await?.as_ref(),
        now,
    ));
    checks.push(budgets(doctor, provider, &installations).await?);
    Ok(checks)
}

fn no_credentials(provider: &Provider, error: &CredentialsError) -> Check {
    let import = format!("Run `covermark credentials import --provider {provider} FILE` with the App's credentials.");
    match error {
        CredentialsError::NotConfigured(_) => Check::bad(
            "credentials.none",
            "Credentials",
            format!("No GitHub App is connected for `{provider}`."),
            import,
        ),
        CredentialsError::Malformed(_, problem) => Check::bad(
            "credentials.malformed",
            "Credentials",
            format!("What is stored cannot be read: {problem}."),
            import,
        ),
        error => Check::unknown("credentials.vault", "Credentials", cause(error)),
    }
}

fn refused(provider: &Provider, error: &GitHubError) -> Check {
    match error {
        GitHubError::Unauthorized(_) => Check::bad(
            "credentials.refused",
            "Credentials",
            "GitHub does not take the App's key: it was deleted, or App id and key belong to different Apps.",
            format!(
                "Make a new private key in the App's settings and run `covermark credentials import --provider {provider} \
                 FILE`."
            ),
        ),
        GitHubError::NotFound(_) => Check::bad(
            "credentials.app_gone",
            "Credentials",
            "GitHub knows no App with this id.",
            "Create the App anew, and import its credentials.",
        ),
        GitHubError::ClockSkew { skew_seconds, .. } => Check::bad(
            "clock",
            "Clock",
            format!(
                "This machine's clock differs from GitHub's by {skew_seconds} s, and GitHub refuses our tokens for it."
            ),
            "Let the machine set its clock over the network (NTP).",
        ),
        error => Check::unknown("github.unreachable", "GitHub", said(error)),
    }
}

async fn identity(doctor: &Doctor, provider: &Provider, app: &App) -> Check {
    let (code, title) = ("credentials", "Credentials");
    let stored = match doctor.apps.credentials(provider).await {
        Ok(stored) => stored,
        Err(error) => return no_credentials(provider, &error),
    };
    let slug = app.slug.as_deref().unwrap_or(&stored.slug);
    if slug != stored.slug {
        return Check::bad(
            "credentials.renamed",
            title,
            format!(
                "The App is called `{slug}` at GitHub and `{}` here: its own comments are not recognised.",
                stored.slug
            ),
            format!("Import the credentials with the slug `{slug}`."),
        );
    }
    Check::good(code, title, format!("The key signs, and GitHub knows the App: {} (`{slug}`, {}).", app.name, app.id))
}

fn clock(app: &App, now: Timestamp) -> Check {
    let (code, title) = ("clock", "Clock");
    let Some(theirs) = app.answered_at else {
        return Check::unknown(code, title, "GitHub's answer had no date.");
    };
    let skew = theirs.duration_since(now).as_secs();
    if skew.abs() <= SKEW {
        return Check::good(code, title, "Within half a minute of GitHub's.");
    }
    let side = if skew > 0 { "behind" } else { "ahead of" };
    Check::note(
        code,
        title,
        format!("{} s {side} GitHub's. Tokens are made by GitHub's clock, so it still works.", skew.abs()),
    )
    .next("Let the machine set its clock over the network (NTP).")
}

/// Whether the App's webhook sends to us.
pub(super) async fn hook_address(doctor: &Doctor, github: &GitHub, provider: &Provider) -> Check {
    let (code, title) = ("hook.address", "Webhook address");
    let address = match github.hook_address().await {
        Ok(address) => address,
        Err(error) => return Check::unknown(code, title, said(&error)),
    };
    let wanted = doctor.public_url.as_ref().map(|_| doctor.hooks.address(provider));
    match (address, wanted, &doctor.public_url) {
        (None, _, _) => Check::bad(
            code,
            title,
            "The App's webhook is switched off: GitHub tells us nothing by itself.",
            "Switch it on in the App's settings, or press Create Web Hook in the repositories' settings.",
        ),
        (Some(address), Some(_), Some(url)) if is_ours(&address, provider, url) => {
            Check::good(code, title, format!("{address} is ours."))
        }
        (Some(address), Some(wanted), _) => Check::bad(
            code,
            title,
            format!("The App's webhook sends to {address}, and we are at {wanted}."),
            format!("Set the webhook URL in the App's settings to {wanted}."),
        ),
        (Some(address), None, _) => Check::unknown(code, title, format!("The App's webhook sends to {address}."))
            .next("Look whether that is this Covermark."),
    }
}

fn permissions(app: &App) -> Check {
    let (code, title) = ("app.permissions", "What the App asks for");
    let lacking = manifest::lacking(&app.permissions, &app.events);
    lacks(code, title, &lacking)
        .unwrap_or_else(|| Check::good(code, title, "All permissions and events that are needed."))
        .next_if_bad("Add it in the App's settings at GitHub; each account then accepts it.")
}

/// What is missing, as a check; `None` when nothing is. Without an event things are seen later, without a permission not.
pub(super) fn lacks(code: &str, title: &str, lacking: &manifest::Lacking) -> Option<Check> {
    let need = |need: &&manifest::PermissionNeed| format!("`{}: {}` ({})", need.name, need.level(), need.why);
    let missing: Vec<String> = lacking.required.iter().map(need).collect();
    if !missing.is_empty() {
        return Some(Check::bad(code, title, format!("Missing: {}.", missing.join("; ")), ""));
    }
    let mut said = Vec::new();
    if !lacking.events.is_empty() {
        let names: Vec<String> = lacking.events.iter().map(|event| format!("`{}`", event.name)).collect();
        said.push(format!("Events that are not subscribed to, so that it is seen later: {}.", names.join(", ")));
    }
    let less =
        |need: &&manifest::PermissionNeed| format!("Without `{}: {}`: {}", need.name, need.level(), need.without);
    said.extend(lacking.optional.iter().map(less));
    (!said.is_empty()).then(|| Check::note(code, title, format!("Enough. {}", said.join(" "))))
}

impl Check {
    /// Names the next step of a bad check.
    pub(super) fn next_if_bad(self, next: &str) -> Self {
        if self.verdict == super::Verdict::Bad { self.next(next) } else { self }
    }
}

fn installed(installations: &[Installation]) -> Check {
    let (code, title) = ("installations", "Installations");
    if installations.is_empty() {
        return Check::bad(
            code,
            title,
            "The App is installed nowhere, as far as we know.",
            "Install it on an account; if it is, run `covermark sync`.",
        );
    }
    let mut wrong: Vec<String> = Vec::new();
    for one in installations {
        if one.suspended_at.is_some() {
            wrong.push(format!("{} is suspended", one.account));
        } else if !manifest::lacking(&one.permissions, &one.events).required.is_empty() {
            wrong.push(format!("{} has not accepted all permissions", one.account));
        }
    }
    let count = format!("{} installation{}", installations.len(), if installations.len() == 1 { "" } else { "s" });
    if wrong.is_empty() {
        return Check::good(code, title, format!("{count}, none suspended, permissions accepted."));
    }
    let more = wrong.len().saturating_sub(10);
    wrong.truncate(10);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    Check::note(code, title, format!("{count}: {}{tail}.", wrong.join(", ")))
        .next("Owners of those accounts see what to do under their account's page here.")
}

/// What became of the last reconciliation.
pub(super) fn reconciled(code: &str, last: Option<&Reconcile>, now: Timestamp) -> Check {
    let title = "Made level with GitHub";
    let Some(last) = last else {
        return Check::note(code, title, "Not yet.").next("Press \u{201c}Check now\u{201d}, or run `covermark sync`.");
    };
    let old = |at: Timestamp| now.duration_since(at).as_secs() > OVERDUE;
    match (last.outcome, last.complete_at) {
        (Outcome::Failed, _) => Check::bad(
            code,
            title,
            format!("Failed {}.", ago(last.at, now)),
            "It is tried again by itself. If it stays like this, look at the App's credentials on /doctor.",
        )
        .why(last.why.as_deref()),
        (_, Some(complete)) if old(complete) => {
            Check::note(code, title, format!("Last complete {}.", ago(complete, now)))
                .next("Look whether the schedule of the sync function runs.")
        }
        (_, Some(complete)) => Check::good(code, title, format!("Complete {}.", ago(complete, now))),
        (_, None) => Check::note(code, title, format!("Under way, begun {}.", ago(last.started_at, now))),
    }
}

/// A failure of GitHub's in a sentence: its own answer stays in the log.
pub(super) fn said(error: &GitHubError) -> String {
    let id = error.request_id().map(|id| format!(" (request {id})")).unwrap_or_default();
    let text = match error {
        GitHubError::Unreachable { .. } => "GitHub could not be reached",
        GitHubError::Unavailable { .. } => "GitHub is in trouble",
        GitHubError::RateLimited { .. } => "GitHub limits our requests at the moment",
        GitHubError::Unauthorized(_) | GitHubError::ClockSkew { .. } => "GitHub refused the App's credentials",
        GitHubError::Forbidden(_) => "GitHub does not allow the App to ask",
        GitHubError::NotFound(_) => "GitHub says that there is nothing",
        GitHubError::Suspended { .. } => "The installation is suspended",
        GitHubError::InstallationGone { .. } => "The installation is gone",
        _ => "GitHub's answer could not be used",
    };
    format!("{text}{id}.")
}

fn cause(error: &dyn std::error::Error) -> String {
    tracing::warn!(cause = %covermark_service::problem::Chain(error), "the doctor could not look");
    let mut text = error.to_string();
    if !text.ends_with('.') {
        text.push('.');
    }
    text
}
