//! `covermark credentials show`: what is stored, so that it can be compared and never read.

use covermark_github::{AppCredentials, key_fingerprint};
use covermark_service::{credentials::stored_webhook, webhook_document::Standing};
use covermark_setup::openpgp::stored_key;
use covermark_types::{Provider, Secret};

use super::fingerprint;
use crate::{commands::say, rooms::Rooms};

pub(super) async fn run(rooms: &Rooms) -> anyhow::Result<()> {
    let providers = rooms.connected().await?;
    if providers.is_empty() {
        say("No GitHub App is connected.");
    }
    for provider in &providers {
        match rooms.apps.credentials(provider).await {
            Ok(app) => app_lines(provider, &app).iter().for_each(|line| say(line)),
            Err(error) => say(&format!("{provider}: {error}")),
        }
        for line in webhook_lines(rooms, provider).await? {
            say(&line);
        }
    }
    if let Some(key) = stored_key(rooms.vault.as_ref()).await? {
        say(&format!("This deployment's OpenPGP key\n  fingerprint     {}", key.fingerprint()));
    }
    Ok(())
}

fn app_lines(provider: &Provider, app: &AppCredentials) -> Vec<String> {
    let key = |pem: &Secret| key_fingerprint(pem).unwrap_or_else(|problem| format!("unusable: {problem}"));
    let mut lines = vec![
        format!("{provider}: App {} (`{}` on {})", app.app_id, app.slug, app.endpoints.web),
        format!("  client ID       {}", app.client_id),
        format!("  client secret   {}", fingerprint(&app.client_secret)),
        format!("  private key     {}", key(&app.private_key)),
    ];
    lines.extend(app.previous_private_key.iter().map(|pem| format!("  the one before  {}", key(pem))));
    lines
}

async fn webhook_lines(rooms: &Rooms, provider: &Provider) -> anyhow::Result<Vec<String>> {
    let Some(document) = stored_webhook(rooms.vault.as_ref(), provider).await? else { return Ok(Vec::new()) };
    let line = |(secret, standing): (&Secret, Standing)| {
        let words = match standing {
            Standing::Current => String::new(),
            Standing::Prepared(since) => format!(" (accepted since {since:.0}, GitHub is not told yet)"),
            Standing::Until(until) => format!(" (accepted until {until:.0})"),
        };
        format!("  webhook secret  {}{words}", fingerprint(secret))
    };
    Ok(document.standings(rooms.clock.now()).map(line).collect())
}
