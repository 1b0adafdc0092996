//! `covermark credentials export`: to one recipient, who is named so that a wrong key is noticed.

use std::io::Write as _;

use anyhow::Context as _;
use covermark_github::CredentialsDocument;
use covermark_service::credentials::{CredentialsError, stored_webhook};
use covermark_setup::openpgp::Recipient;

use super::{options::Export, put, read};
use crate::rooms::Rooms;

pub(super) async fn run(rooms: &Rooms, options: &Export) -> anyhow::Result<()> {
    let provider = &options.of.provider;
    let recipient = Recipient::parse(&read(&options.to)?, rooms.clock.now())
        .with_context(|| format!("{} cannot be encrypted to", options.to.display()))?;
    let app = rooms.apps.credentials(provider).await?;
    let webhook = stored_webhook(rooms.vault.as_ref(), provider).await?;
    let secret = webhook.as_ref().and_then(|document| document.current());
    let webhook_secret = secret.cloned().ok_or_else(|| CredentialsError::NotConfigured(provider.clone()))?;
    let document = CredentialsDocument { app: (*app).clone(), webhook_secret };
    let message = recipient.seal(&document.to_json(), rooms.random.as_ref())?;
    put(options.output.as_ref(), &message)?;
    // Beside the message and not in it: standard output may be a file.
    let _ = writeln!(
        std::io::stderr(),
        "The credentials of provider `{provider}`, for the key {} alone.",
        recipient.fingerprint()
    );
    Ok(())
}
