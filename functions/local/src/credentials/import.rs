//! `covermark credentials import`.

use anyhow::{Context as _, bail};
use covermark_github::{AppCredentials, CredentialsDocument};
use covermark_service::http_client;
use covermark_setup::{By, Outcome, Subject, bundle, check, store};
use covermark_types::Provider;
use url::Url;

use super::{check::lines, options::Import, public_url, read};
use crate::{commands::say, rooms::Rooms};

/// What was given.
pub(super) enum Given {
    /// Plain text, read already: what is wrong with it is said before anything is opened or made.
    Document(Box<CredentialsDocument>),
    /// A message, for whose key the vault is needed.
    Message(Vec<u8>),
}

pub(super) fn given(options: &Import) -> anyhow::Result<Given> {
    let bytes = read(&options.file)?;
    if bundle::is_message(&bytes) {
        return Ok(Given::Message(bytes));
    }
    bundle::plain(&bytes).map(|document| Given::Document(Box::new(document))).with_context(|| unusable(options))
}

fn unusable(options: &Import) -> String {
    format!("{} cannot be used; nothing was stored", options.file.display())
}

pub(super) async fn run(rooms: &Rooms, options: &Import, given: Given) -> anyhow::Result<()> {
    let provider = &options.of.provider;
    let document = match given {
        Given::Document(document) => *document,
        Given::Message(bytes) => {
            bundle::sealed(rooms.vault.as_ref(), &bytes).await.with_context(|| unusable(options))?
        }
    };
    let public_url = public_url(options.reached.public_url.as_ref());
    let mut advice = Vec::new();
    if !options.untried {
        advice = tried(rooms, provider, &document.app, &public_url).await?;
    }
    let (vault, now) = (rooms.vault.as_ref(), rooms.clock.now());
    store(vault, &rooms.table, provider, &document, &By::CommandLine, now).await?;
    let app = &document.app;
    say(&format!(
        "Stored the credentials of App {} (`{}` on {}) for provider `{provider}`.",
        app.app_id, app.slug, app.endpoints.web
    ));
    if !advice.is_empty() {
        say(&format!("At GitHub this is left to do:\n{}", advice.join("\n")));
    }
    Ok(())
}

/// What GitHub says of the credentials: an error when they do not work, and what is left to do at GitHub when they do.
/// Where deliveries go is left out: whoever imports has often not set it yet, and `check` tells.
async fn tried(
    rooms: &Rooms,
    provider: &Provider,
    app: &AppCredentials,
    public_url: &Url,
) -> anyhow::Result<Vec<String>> {
    let http = match &app.private_ca {
        Some(pem) => http_client::build(Some(pem.as_bytes()))?,
        None => rooms.http.clone(),
    };
    let report = check(&Subject { provider, app, public_url, http, clock: rooms.clock.clone() }).await;
    if report.may_be_stored() {
        let left = report.checks.iter().filter(|check| check.outcome == Outcome::Lacks && check.name != "Webhook");
        return Ok(left.flat_map(lines).collect());
    }
    let bad = report.checks.iter().filter(|check| check.outcome == Outcome::Bad);
    let bad: Vec<String> = bad.flat_map(lines).collect();
    bail!("GitHub does not accept the credentials; nothing was stored:\n{}", bad.join("\n"));
}
