//! `covermark credentials`: what the set-up pages do, for those who work without a browser. What it means is decided in
//! `covermark_setup`; here are arguments, and words for the terminal.

mod check;
mod export;
mod import;
mod options;
mod rotate;
mod show;

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use covermark_state::Hashed;
use covermark_types::Secret;
use url::Url;

pub(crate) use options::Credentials;

use crate::{
    cli::{Common, Deployment},
    commands::{rooms, say},
    rooms::Rooms,
};

/// A credentials document is a few kilobytes, encrypted or not; more is a mistake.
const LARGEST_FILE: u64 = 256 * 1024;

/// Runs one of the commands to its end.
pub(crate) async fn run(common: &Common, command: Credentials) -> anyhow::Result<()> {
    match command {
        Credentials::Import(options) => {
            let given = import::given(&options)?;
            in_rooms(common, &options.deployment, async |rooms| import::run(rooms, &options, given).await).await
        }
        Credentials::Export(options) => {
            in_rooms(common, &options.deployment, async |rooms| export::run(rooms, &options).await).await
        }
        Credentials::Check(options) => {
            in_rooms(common, &options.deployment, async |rooms| check::run(rooms, &options).await).await
        }
        Credentials::Rotate(options) => {
            in_rooms(common, options.deployment(), async |rooms| rotate::run(rooms, &options).await).await
        }
        Credentials::Show(options) => in_rooms(common, &options.deployment, async |rooms| show::run(rooms).await).await,
    }
}

/// Opens where the credentials are, and closes it whatever came of the work.
async fn in_rooms(
    common: &Common,
    deployment: &Deployment,
    work: impl AsyncFnOnce(&Rooms) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let rooms = rooms(common, deployment).await?;
    let outcome = work(&rooms).await;
    rooms.close().await;
    outcome
}

/// The file's bytes, or those of standard input for `-`.
fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().take(LARGEST_FILE + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("{} cannot be read", file.display()))?;
    if bytes.len() as u64 > LARGEST_FILE {
        bail!("{} is larger than 256 KiB: not a file with credentials", file.display());
    }
    Ok(bytes)
}

/// A text of one line in a file, without its last line break.
fn read_line(file: &Path) -> anyhow::Result<Secret> {
    let text = String::from_utf8(read(file)?).ok().with_context(|| format!("{} is not a text", file.display()))?;
    let text = text.trim();
    if text.is_empty() || text.chars().any(char::is_whitespace) {
        bail!("{} must hold one line with the secret and nothing else", file.display());
    }
    Ok(Secret::new(text))
}

/// Enough of a secret's hash to tell it from another one.
fn fingerprint(secret: &Secret) -> String {
    Hashed::of(secret).as_str()[..8].to_owned()
}

/// Where a server that was told nothing else is reached.
fn public_url(given: Option<&Url>) -> Url {
    static LOCAL: std::sync::LazyLock<Url> =
        std::sync::LazyLock::new(|| Url::parse("http://127.0.0.1:8080/").expect("a constant address"));
    given.unwrap_or(&LOCAL).clone()
}

/// Writes what was asked for where it was asked for.
fn put(output: Option<&PathBuf>, text: &str) -> anyhow::Result<()> {
    match output {
        Some(file) => std::fs::write(file, text).with_context(|| format!("{} cannot be written", file.display())),
        None => {
            say(text.trim_end());
            Ok(())
        }
    }
}
