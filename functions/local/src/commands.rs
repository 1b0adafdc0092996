//! What each command does; `cli` says what they are called.

use std::{
    io::{Read as _, Write as _},
    path::Path,
};

use anyhow::{Context as _, bail};
use covermark_github::CredentialsDocument;
use covermark_service::{access::InstanceRules, config, credentials};
use covermark_types::Provider;
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    cli::{self, Command, Common, Deployment},
    demo, reconcile,
    rooms::Rooms,
    serve::{Running, Start},
    upload_token,
};

/// A credentials document is a few kilobytes; more is a mistake.
const LARGEST_DOCUMENT: u64 = 256 * 1024;

/// Runs one command to its end.
pub(crate) async fn run(common: Common, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Demo(options) => demo::run(&options).await,
        Command::Serve(options) => serve(&common, options).await,
        Command::Sync(options) => sync(&common, options).await,
        Command::SetupCode(options) => setup_code(&common, &options).await,
        Command::UploadToken(options) => upload_token::run(&common, &options).await,
        // `main` has run it: it needs nothing of what was started since.
        Command::Inspect(_) => Ok(()),
        Command::Credentials(cli::Credentials::Import { provider, file, deployment }) => {
            import(&common, &provider, &file, &deployment).await
        }
    }
}

async fn serve(common: &Common, options: cli::Serve) -> anyhow::Result<()> {
    let running = Running::start(Start {
        data: &common.data,
        listen: options.listen,
        public_url: options.public_url,
        global_upload_token: options.global_upload_token.as_deref().and_then(config::global_upload_token),
        uploads: covermark_upload::Settings::read(&config::from_environment).map_err(anyhow::Error::msg)?,
        rules: InstanceRules::from_environment()?,
        private_ca: private_ca(common)?,
    })
    .await?;
    say(&format!("Covermark listens on http://{}", running.address));
    if running.house.rooms.connected().await.is_ok_and(|connected| connected.is_empty()) {
        let code = covermark_setup::new_code(&running.house.rooms.table, &*running.house.rooms.random).await?;
        say(&format!(
            "No GitHub App is connected yet. Open {} with the one-time code {}",
            config::below(&running.public_url, "setup"),
            code.expose()
        ));
    }
    until_asked_to_end().await?;
    say("Ending: finishing what is under way.");
    running.stop().await;
    Ok(())
}

/// Waits for Ctrl-C or a service manager's TERM.
pub(crate) async fn until_asked_to_end() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

async fn sync(common: &Common, options: cli::Sync) -> anyhow::Result<()> {
    let rooms = rooms(common, &options.deployment).await?;
    let lines = reconcile::once(&rooms, options.provider).await;
    rooms.close().await;
    for line in lines? {
        say(&line);
    }
    Ok(())
}

async fn setup_code(common: &Common, options: &cli::SetupCode) -> anyhow::Result<()> {
    let rooms = rooms(common, &options.deployment).await?;
    let code = covermark_setup::new_code(&rooms.table, &*rooms.random).await;
    rooms.close().await;
    say(code?.expose());
    Ok(())
}

async fn import(common: &Common, provider: &Provider, file: &Path, deployment: &Deployment) -> anyhow::Result<()> {
    let text = read_document(file)?;
    let document = match CredentialsDocument::parse(&text) {
        Ok(document) => document,
        Err(problems) => {
            let lines: Vec<String> = problems.iter().map(|problem| format!("  {problem}")).collect();
            bail!("the document cannot be used; nothing was stored:\n{}", lines.join("\n"));
        }
    };
    let rooms = rooms(common, deployment).await?;
    let stored = credentials::store(rooms.vault.as_ref(), provider, &document).await;
    rooms.close().await;
    stored?;
    say(&format!(
        "Stored the credentials of App {} (`{}` on {}) for provider `{provider}`.",
        document.app.app_id, document.app.slug, document.app.endpoints.web
    ));
    Ok(())
}

fn read_document(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().take(LARGEST_DOCUMENT + 1).read_to_end(&mut text)
    } else {
        std::fs::File::open(file).and_then(|file| file.take(LARGEST_DOCUMENT + 1).read_to_end(&mut text))
    };
    read.with_context(|| format!("{} cannot be read", file.display()))?;
    if text.len() as u64 > LARGEST_DOCUMENT {
        bail!("{} is larger than 256 KiB: not a credentials document", file.display());
    }
    Ok(text)
}

/// The rooms without a server: what commands other than `serve` work on.
pub(crate) async fn rooms(common: &Common, deployment: &Deployment) -> anyhow::Result<Rooms> {
    let private_ca = private_ca(common)?;
    match deployment.named() {
        Some((table, prefix)) => Rooms::in_cloud(table, prefix, private_ca.as_deref()).await,
        None => Rooms::in_folder(&common.data, private_ca.as_deref()).await,
    }
}

fn private_ca(common: &Common) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(file) = &common.ca_file else { return Ok(None) };
    Ok(Some(std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?))
}

/// Says a line to the person at the terminal. Nobody listening is no reason to end: a server's output may be a pipe that
/// was closed long ago.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
