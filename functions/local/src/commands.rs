//! What each command does; `cli` says what they are called.

use std::io::Write as _;

use anyhow::Context as _;
use covermark_service::{access::InstanceRules, config};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    cli::{self, Command, Common, Deployment},
    credentials, demo, doctor, reconcile,
    rooms::Rooms,
    serve::{Running, Start},
    upload_token,
};

/// Runs one command to its end.
pub(crate) async fn run(common: Common, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Demo(options) => demo::run(&options).await,
        Command::Serve(options) => serve(&common, options).await,
        Command::Sync(options) => sync(&common, options).await,
        Command::SetupCode(options) => setup_code(&common, &options).await,
        Command::Doctor(options) => doctor::run(&common, &options).await,
        Command::UploadToken(options) => upload_token::run(&common, &options).await,
        // `main` has run it: it needs nothing of what was started since.
        Command::Inspect(_) => Ok(()),
        Command::Credentials(command) => credentials::run(&common, command).await,
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
