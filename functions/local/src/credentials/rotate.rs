//! `covermark credentials rotate`: goes through a rotation and says where it is.

use std::{path::Path, time::Duration};

use anyhow::bail;
use covermark_setup::rotation::{KeyStanding, Progress, Redelivery, Rotation};
use covermark_types::Provider;

use super::{
    options::{Replacement, Rotate, WebhookSecret},
    read, read_line,
};
use crate::{commands::say, rooms::Rooms};

/// How often it is looked whether the delivery that GitHub was asked for has come, a second apart.
const PATIENCE: u32 = 20;

pub(super) async fn run(rooms: &Rooms, options: &Rotate) -> anyhow::Result<()> {
    match options {
        Rotate::WebhookSecret(options) => webhook_secret(rooms, options).await,
        Rotate::PrivateKey(Replacement { of, file, .. }) => match file {
            Some(file) => new_private_key(rooms, &of.provider, file).await,
            None => private_keys(rooms, &of.provider).await,
        },
        Rotate::ClientSecret(Replacement { of, file, .. }) => match file {
            Some(file) => new_client_secret(rooms, &of.provider, file).await,
            None => client_secret(rooms, &of.provider).await,
        },
    }
}

fn rotation<'a>(rooms: &'a Rooms, provider: &'a Provider) -> Rotation<'a> {
    Rotation {
        vault: rooms.vault.as_ref(),
        provider,
        http: &rooms.http,
        clock: rooms.clock.clone(),
        random: rooms.random.as_ref(),
    }
}

async fn webhook_secret(rooms: &Rooms, options: &WebhookSecret) -> anyhow::Result<()> {
    let rotation = rotation(rooms, &options.of.provider);
    while let Progress::Settling { until } = rotation.advance().await? {
        let wait = until.duration_since(rooms.clock.now()).unsigned_abs();
        say(&format!(
            "A new webhook secret is stored, and accepted beside the one in use. GitHub is told in {} s, when every function \
             has had time to read it. Whoever interrupts this loses nothing: run the command again to go on.",
            wait.as_secs().max(1)
        ));
        tokio::time::sleep(wait).await;
    }
    say("GitHub has been told, and signs with the new secret.");
    match rotation.verify(PATIENCE).await? {
        Redelivery::Accepted => say("The last delivery was sent again, signed anew, and taken in."),
        Redelivery::UnderWay => say("The last delivery was asked for again; GitHub has not sent it yet."),
        Redelivery::NothingSent => say("GitHub has delivered nothing for days, so there was nothing to try it with."),
        Redelivery::Refused(status, words) => bail!(
            "the last delivery was sent again, signed with the new secret, and was not taken in: GitHub says \"{words}\" \
             ({status}). Both secrets stay accepted. Does the webhook URL lead to this server, and does it use these \
             credentials? Then run the command again"
        ),
    }
    let overlap = Duration::from_secs(u64::from(options.overlap) * 3600);
    let until = rotation.finish(overlap).await?;
    say(&format!("The secret before is accepted until {until:.0}, for deliveries that were signed with it. Done."));
    Ok(())
}

async fn new_private_key(rooms: &Rooms, provider: &Provider, file: &Path) -> anyhow::Result<()> {
    let pem = String::from_utf8_lossy(&read(file)?).into_owned();
    let new = rotation(rooms, provider).replace_private_key(&pem).await?;
    say(&format!(
        "GitHub accepts the new private key, and it is in use:\n  {}\nThe one before still works for functions that have \
         read it already:\n  {}\nDelete that one at GitHub in ten minutes ({}, Private keys), and {} too.",
        new.fingerprint,
        new.previous,
        new.settings,
        file.display()
    ));
    Ok(())
}

async fn private_keys(rooms: &Rooms, provider: &Provider) -> anyhow::Result<()> {
    for key in rotation(rooms, provider).private_keys().await? {
        let words = match key.standing {
            KeyStanding::Accepted => "GitHub accepts it",
            KeyStanding::Deleted => "GitHub does not know it (any longer)",
        };
        say(&format!("{}  {words}", key.fingerprint));
    }
    let settings = settings(rooms, provider).await?;
    say(&format!(
        "To replace it: press Generate a private key at {settings}, then run\n  covermark credentials rotate private-key \
         --provider {provider} THE-FILE.pem\nBoth are used until the old one is deleted at GitHub."
    ));
    Ok(())
}

async fn client_secret(rooms: &Rooms, provider: &Provider) -> anyhow::Result<()> {
    let settings = settings(rooms, provider).await?;
    say(&format!(
        "GitHub takes several client secrets at a time, and shows a new one once. Press Generate a new client secret at \
         {settings}, put it into a file, and run\n  covermark credentials rotate client-secret --provider {provider} \
         FILE\nIt is tried before it is stored. Delete the old one at GitHub ten minutes later."
    ));
    Ok(())
}

async fn new_client_secret(rooms: &Rooms, provider: &Provider, file: &Path) -> anyhow::Result<()> {
    let secret = read_line(file)?;
    rotation(rooms, provider).replace_client_secret(secret).await?;
    let settings = settings(rooms, provider).await?;
    say(&format!(
        "GitHub accepts the new client secret, and it is in use. Functions that have read the old one use it for at most ten \
         minutes: delete it after that at {settings}, and {} now.",
        file.display()
    ));
    Ok(())
}

async fn settings(rooms: &Rooms, provider: &Provider) -> anyhow::Result<url::Url> {
    let github = rooms.apps.github(provider).await?;
    let app = github.app().await?;
    let slug = app.slug.as_deref().unwrap_or(github.slug());
    Ok(app.owner().settings_page(&github.endpoints().web, slug, ""))
}
